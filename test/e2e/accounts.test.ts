// Accounts in the browser: a guest signs up and goes on writing, signs in elsewhere, sees where they are
// signed in, makes a token, and ends it all; a personal link brings a guest back.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { type PersonOptions, stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { accountMenu, SignPage } from './pages/account-pages.ts';
import { DocumentPage } from './pages/document-page.ts';
import { HomePage } from './pages/home-page.ts';

const story = stories();
const password = 'correct horse battery';
/** A refused form is an answer, which browsers write into the console. */
const refusedForm = /status of 40[01]/;

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
  'a guest signs up, stays who they are, and is the same in another browser',
  async ({ person }) => {
    const ada = await person('Ada');
    ada.expects(refusedForm);
    const document = await DocumentPage.create(ada, { title: 'Harvest', text: 'begun as a guest' });
    const tab = document.page;
    const { path } = document;
    const other = new DocumentPage(ada, await ada.tab());
    await other.page.goto(path);
    await other.ready();

    await accountMenu(tab, 'Create account');
    await tab.waitForURL(/\/sign-in/);
    const sign = new SignPage(tab);
    await sign.enter('ada.l', 'short', 'Create account');
    await tab.getByText('A password has at least 8 characters.').waitFor();
    await sign.enter('ada.l', password, 'Create account');
    await tab.waitForURL(new RegExp(`${path}$`));
    await document.ready();

    // The tab that was open all the time goes on as the same person.
    await other.body.click();
    await other.page.keyboard.type('and goes on ');
    await eventually(
      'what the other tab wrote',
      () => document.body.textContent(),
      (text) => text?.includes('and goes on') ?? false,
    );

    const away = await person('Nobody');
    away.expects(refusedForm);
    await HomePage.open(away);
    await accountMenu(away.page, 'Sign in');
    const there = new SignPage(away.page);
    await there.enter('ada.l', 'not my password', 'Sign in');
    await away.page.getByRole('alert').getByText('That name or password is not right.').waitFor();
    await there.enter('ADA.L', password, 'Sign in');
    await away.page.getByRole('link', { name: /Harvest/ }).waitFor();

    await accountMenu(away.page, 'Account settings');
    const settings = away.page.getByRole('dialog', { name: 'Account settings' });
    const places = settings.getByRole('list', { name: 'Where you are signed in' });
    await becomes('both browsers', () => places.getByRole('listitem').count(), 2);
    await places.getByRole('button', { name: /^Sign out / }).click();
    await becomes('this browser alone', () => places.getByRole('listitem').count(), 1);
    await other.page.getByText('Your session has ended').first().waitFor();
    await other.page.getByRole('link', { name: 'Sign in' }).waitFor();

    await settings.getByRole('textbox', { name: 'What is it for?' }).fill('Nightly copy');
    await settings.getByRole('button', { name: 'Create token' }).click();
    const token = await settings.getByRole('textbox', { name: 'New token' }).inputValue();
    assert.match(token, /^dp_/);
    const reply = await fetch(new URL('/api/v1/documents', away.at), {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(((await reply.json()) as { documents: unknown[] }).documents.length, 1);
    await settings.getByRole('button', { name: 'Revoke Nightly copy' }).click();
    await becomes('no token', () => settings.getByRole('button', { name: /^Revoke / }).count(), 0);
    await away.page.keyboard.press('Escape');
    await accountMenu(away.page, 'Sign out');
    await away.page.getByText('Write something together').waitFor();
    ada.expects(/status of 401/);
  },
);

story(
  'who signs in from a guest’s browser has the guest’s documents, and is told',
  async ({ person }) => {
    const ada = await person('Ada');
    const made = await ada.context.request.post('/api/v1/account', {
      data: { login: 'ada-two', password },
    });
    assert.equal(made.status(), 201);
    const guest = await person('Ada at work');
    const document = await DocumentPage.create(guest, { title: 'Written at work', text: 'x' });
    const tab = await guest.tab();
    await tab.goto('/sign-in?to=/');
    await tab
      .getByText('Documents you made as a guest in this browser become the account’s.')
      .waitFor();
    await new SignPage(tab).enter('ada-two', password, 'Sign in');
    await tab
      .getByText('Documents you made as a guest are now yours in this account.')
      .first()
      .waitFor();
    // The document that is open in the other tab goes on, under the account.
    await document.body.click();
    await guest.page.keyboard.type('still ');
    await document.saved();
    const home = await HomePage.open(ada);
    await home.document(/Written at work/).waitFor();
  },
);

story('a personal link brings a guest back in another browser', async ({ person }) => {
  const ada = await person('Ada');
  await DocumentPage.create(ada, { title: 'Of a guest', text: 'x' });
  await HomePage.open(ada);
  await accountMenu(ada.page, 'Save your personal link');
  const dialog = ada.page.getByRole('dialog', { name: 'Your personal link' });
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = await dialog.getByRole('textbox', { name: 'Your personal link' }).inputValue();
  const phone = await person('Somebody', { isPhone: true });
  await phone.page.goto(link);
  await accessible(phone.page, 'a personal link');
  await phone.page.getByRole('button', { name: 'Go on' }).click();
  await phone.page.getByRole('link', { name: /Of a guest/ }).waitFor();
  await ada.page.reload();
  await accountMenu(ada.page, 'Save your personal link');
  await dialog.getByRole('button', { name: /^Sign out Chrome · / }).waitFor();
  await accountMenu(phone.page, 'Save your personal link');
  await phone.page
    .getByRole('dialog')
    .getByRole('button', { name: 'Sign out', exact: true })
    .click();
  await phone.page.getByText('Write something together').waitFor();
  await dialog.getByRole('button', { name: /^Revoke Made/ }).click();
  await becomes('no link', () => dialog.getByRole('button', { name: /^Revoke / }).count(), 0);
  const late = await person('Late');
  late.expects(/status of 410/);
  await late.page.goto(link);
  await late.page.getByText('This link does not work any more').first().waitFor();
});

const appearances: [string, PersonOptions][] = [
  ['in light', {}],
  ['in dark', { colorScheme: 'dark' }],
  ['on a phone', { isPhone: true }],
];
for (const [name, options] of appearances) {
  story(`axe finds nothing on the pages about accounts ${name}`, async ({ person }) => {
    const ada = await person('Ada', options);
    ada.expects(refusedForm);
    const { page } = ada;
    await page.goto('/sign-in?new&to=/');
    const sign = new SignPage(page);
    await sign.enter(`ada ${name}`, 'short', 'Create account');
    await page.getByText('A password has at least 8 characters.').waitFor();
    await accessible(page, 'sign up');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByText('Ask whoever runs this server').waitFor();
    await accessible(page, 'sign in');
    await page.getByRole('link', { name: 'Create account' }).click();
    await page.getByText('At least 8 characters.').waitFor();
    await sign.enter(`ada ${name}`, password, 'Create account');
    await page.getByRole('searchbox').waitFor();
    await accountMenu(page, 'Account settings');
    const settings = page.getByRole('dialog', { name: 'Account settings' });
    await settings
      .getByRole('textbox', { name: 'Your address' })
      .fill(`${name.at(-1)}@example.org`);
    await settings.getByLabel('The password you have now').first().fill(password);
    await accessible(page, 'settings, another address');
    await settings.getByRole('button', { name: 'Change address' }).click();
    await page.getByText('E-mail address changed').first().waitFor();
    await settings.getByRole('textbox', { name: 'What is it for?' }).fill('x');
    await settings.getByRole('button', { name: 'Create token' }).click();
    await settings.getByRole('textbox', { name: 'New token' }).waitFor();
    await accessible(page, 'settings');
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, 'nothing is wider than the screen');
  });
}
