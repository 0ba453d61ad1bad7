// Passkeys in the browser, with Chromium's virtual authenticator: added in the account's settings, used to
// sign in without a name, renamed, removed.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';
import { type Person, type PersonOptions, stories } from '../helpers/chromium.ts';
import { becomes } from '../helpers/eventually.ts';
import { accountMenu, SignPage } from './pages/account-pages.ts';
import { HomePage } from './pages/home-page.ts';

const story = stories();
const password = 'correct horse battery';

/** The device that a page's passkeys are on. It lives as long as the page. */
async function device(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id };
}

async function signUp(person: Person, login: string): Promise<void> {
  const made = await person.context.request.post('/api/v1/account', { data: { login, password } });
  assert.equal(made.status(), 201);
}

/** It ends on a page that is loaded anew, and looks the same. */
const signOut = (page: Page) =>
  Promise.all([page.waitForEvent('load'), accountMenu(page, 'Sign out')]);

async function openSettings(page: Page) {
  await accountMenu(page, 'Account settings');
  return page.getByRole('dialog', { name: 'Account settings' });
}

async function accessible(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => undefined),
  );
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`);
  assert.deepEqual(found, [], state);
}

story(
  'somebody adds a passkey, signs in with it and nothing else, and removes it',
  async (stage) => {
    const ada = await stage.person('Ada');
    const { page } = ada;
    await signUp(ada, 'ada-keys');
    const { cdp, id } = await device(page);
    await HomePage.open(ada);
    const settings = await openSettings(page);
    const field = settings.getByRole('textbox', { name: 'Name of the passkey' });
    await field.fill('Laptop');
    await settings.getByRole('button', { name: 'Add passkey' }).click();
    const list = settings.getByRole('list', { name: 'Passkeys' });
    await list.getByText('Laptop').waitFor();
    ada.expects(/NotAllowed|InvalidState/);
    await field.fill('Again');
    await settings.getByRole('button', { name: 'Add passkey' }).click();
    await settings.getByText('This device has a passkey for this account already.').waitFor();
    await list.getByRole('button', { name: 'Rename Laptop' }).click();
    await list.getByRole('textbox', { name: 'Name of the passkey' }).fill('Old laptop');
    await list.getByRole('button', { name: 'Save' }).click();
    await list.getByText('Old laptop').waitFor();
    await page.keyboard.press('Escape');
    await signOut(page);

    await page.goto('/sign-in?to=/');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/');
    const again = await openSettings(page);
    await again
      .getByText('Signed in as ada-keys')
      .or(again.getByText('ada-keys'))
      .first()
      .waitFor();
    await again.getByRole('button', { name: 'Remove Old laptop' }).click();
    await becomes('no passkey', () => again.getByRole('button', { name: /^Remove / }).count(), 0);
    await page.keyboard.press('Escape');
    await signOut(page);

    // The device still has it, the server does not; and who has a name is asked for that name's.
    ada.expects(/status of 40[01]/);
    await page.goto('/sign-in?to=/');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').getByText('This passkey is not known here.').waitFor();
    await cdp.send('WebAuthn.clearCredentials', { authenticatorId: id });
    await new SignPage(page).enter('ada-keys', password, 'Sign in');
    await page.waitForURL(({ pathname }) => pathname === '/');
  },
);

const appearances: [string, PersonOptions][] = [
  ['in light', {}],
  ['in dark', { colorScheme: 'dark' }],
  ['on a phone, in Chinese', { isPhone: true, locale: 'zh-CN' }],
];
for (const [name, options] of appearances) {
  story(`axe finds nothing where passkeys are shown ${name}`, async ({ person }) => {
    const ada = await person('Ada', options);
    const { page } = ada;
    await page.goto('/sign-in');
    const isChinese = options.locale === 'zh-CN';
    const signIn = isChinese ? '使用通行密钥登录' : 'Sign in with a passkey';
    await page.getByRole('button', { name: signIn }).waitFor();
    await accessible(page, 'sign in');
    await signUp(ada, `ada ${appearances.findIndex(([each]) => each === name)}`);
    await device(page);
    await page.goto('/');
    await page.getByRole('button', { name: /^(Account: |账户：)/ }).click();
    await page.getByRole('menuitem', { name: /^(Account settings|账户设置)$/ }).click();
    const settings = page.getByRole('dialog', { name: /^(Account settings|账户设置)$/ });
    await settings
      .getByRole('textbox', { name: /^(Name of the passkey|通行密钥的名称)$/ })
      .fill('A device with a long name that goes on');
    await settings.getByRole('button', { name: /^(Add passkey|添加通行密钥)$/ }).click();
    await settings.getByRole('button', { name: /^(Remove |移除“)/ }).waitFor();
    await accessible(page, 'settings');
    await settings.getByRole('button', { name: /^(Rename|重命名)/ }).click();
    await accessible(page, 'renaming');
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, 'nothing is wider than the screen');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/passkeys ${name}.png` });
  });
}
