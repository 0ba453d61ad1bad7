// Signing in, the account menu and its dialogues, as a person uses them.

import type { Locator, Page } from 'playwright-core';

export class SignPage {
  readonly page: Page;
  readonly login: Locator;
  readonly password: Locator;

  constructor(page: Page) {
    this.page = page;
    this.login = page.getByRole('textbox', { name: 'Name or e-mail' });
    // A password field has no role.
    this.password = page.getByLabel('Password', { exact: true });
  }

  async enter(
    login: string,
    password: string,
    button: 'Sign in' | 'Create account',
  ): Promise<void> {
    await this.login.fill(login);
    await this.password.fill(password);
    await this.page.getByRole('button', { name: button, exact: true }).click();
  }
}

/** The menu behind my own picture. */
export async function accountMenu(page: Page, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: /^Account: |\(you\)$/ }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
