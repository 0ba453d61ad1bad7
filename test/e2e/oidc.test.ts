// Signing in with a provider, in the browser: the button, the way there and back, what is said when it
// fails, and connecting it to an account.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { type PersonOptions, stories } from '../helpers/chromium.ts';
import { clientId, clientSecret, startProvider } from '../helpers/oidc-provider.ts';
import { accountMenu } from './pages/account-pages.ts';
import { DocumentPage } from './pages/document-page.ts';

const provider = await startProvider();
const story = stories({
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_CLIENT_SECRET: clientSecret,
  OIDC_NAME: 'Example ID',
});

async function accessible(page: Page, state: string): Promise<void> {
  await page.evaluate(axe.source);
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
  'a guest goes on as the provider’s person, with the document they had open',
  async (stage) => {
    const ada = await stage.person('Ada');
    await DocumentPage.create(ada, { title: 'Before', text: 'x' });
    const { page } = ada;
    await accountMenu(page, 'Sign in');
    provider.next = { sub: 'ada', name: 'Ada Provided', twist: { error: 'access_denied' } };
    await page.getByRole('link', { name: 'Continue with Example ID' }).click();
    await page.getByRole('alert').getByText('Example ID did not sign you in. Try again.').waitFor();
    provider.next = { sub: 'ada', name: 'Ada Provided', twist: {} };
    await page.goto('/sign-in?to=/');
    await page.getByRole('link', { name: 'Continue with Example ID' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/');
    await page.getByRole('link', { name: /Before/ }).waitFor();
    await accountMenu(page, 'Account settings');
    const settings = page.getByRole('dialog', { name: 'Account settings' });
    await settings.getByText('Signs you in to this account').waitFor();
    ada.expects(/status of 400/);
    await settings.getByRole('button', { name: 'Disconnect' }).click();
    await settings.getByText('This is the only way to sign in to this account.').waitFor();
  },
);

story('an account is connected to the provider, and disconnected', async ({ person }) => {
  const ada = await person('Ada');
  const data = { login: 'ada-connects', password: 'correct horse battery' };
  const made = await ada.context.request.post('/api/v1/account', { data });
  assert.equal(made.status(), 201);
  const { page } = ada;
  await page.goto('/');
  await accountMenu(page, 'Account settings');
  const settings = page.getByRole('dialog', { name: 'Account settings' });
  provider.next = { sub: 'connects', twist: {} };
  await Promise.all([
    page.waitForEvent('load'),
    settings.getByRole('button', { name: 'Connect', exact: true }).click(),
  ]);
  await accountMenu(page, 'Account settings');
  await settings.getByText('Signs you in to this account').waitFor();
  await settings.getByRole('button', { name: 'Disconnect' }).click();
  await settings.getByText('Not connected to this account').waitFor();
});

const appearances: [string, PersonOptions][] = [
  ['in light', {}],
  ['in dark', { colorScheme: 'dark' }],
  ['on a phone, in Chinese', { isPhone: true, locale: 'zh-CN' }],
];
for (const [name, options] of appearances) {
  story(`axe finds nothing where the provider is offered ${name}`, async ({ person }) => {
    const { page } = await person('Ada', options);
    await page.goto('/sign-in?problem=provider');
    await page.getByRole('link', { name: /Example ID/ }).waitFor();
    await accessible(page, 'sign in');
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, 'nothing is wider than the screen');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/oidc ${name}.png` });
  });
}
