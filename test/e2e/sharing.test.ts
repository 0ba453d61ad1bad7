// Sharing as people do it in their browsers: naming somebody, taking it back while they type, asking and
// letting in, a link with a password and an end, and deleting for good.

import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { DocumentPage } from './pages/document-page.ts';

const story = stories();
/** What a refused page and a lost right write into the console by themselves. */
const refused = /status of (403|410)/;

async function openShare(page: DocumentPage): Promise<Locator> {
  await page.page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.page.getByRole('dialog', { name: 'Share' });
  await dialog.waitFor();
  return dialog;
}

async function closeShare(page: DocumentPage): Promise<void> {
  await page.page.keyboard.press('Escape');
  await page.page.getByRole('dialog', { name: 'Share' }).waitFor({ state: 'detached' });
}

async function restrict(page: DocumentPage): Promise<void> {
  const dialog = await openShare(page);
  await dialog.getByRole('combobox', { name: 'General access' }).selectOption('none');
  await dialog.getByText('Only those named below can open it').waitFor();
  await closeShare(page);
}

const roleField = (dialog: Locator, name: string) =>
  dialog.getByRole('combobox', { name: `Role of ${name}`, exact: true });

story(
  'who is refused asks, is let in without a reload, writes, and keeps reading when that ends',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { title: 'Secret plan', text: 'words' });
    await restrict(mine);
    const bob = await person('Bob');
    bob.expects(refused);
    await bob.page.goto(mine.path);
    await bob.page.getByRole('heading', { name: 'You do not have access' }).waitFor();
    assert.ok(!(await bob.page.content()).includes('Secret plan'));
    await bob.page.getByRole('textbox', { name: /Note/ }).fill('It is me');
    await bob.page.getByRole('button', { name: 'Ask for access' }).click();
    await bob.page.getByRole('heading', { name: 'You have asked for access' }).waitFor();

    const share = ada.page.getByRole('button', { name: 'Share', exact: true });
    await eventually(
      'Ada is told beside Share',
      () =>
        share.evaluate((button) => {
          const id = button.getAttribute('aria-describedby');
          return id ? document.getElementById(id)?.textContent : null;
        }),
      (said) => said === '1 person asks for access',
    );
    const dialog = await openShare(mine);
    const asking = dialog.getByRole('list', { name: 'Asking for access' });
    await asking.getByText('It is me').waitFor();
    await asking.getByRole('button', { name: 'Let Bob in' }).click();
    await asking.waitFor({ state: 'detached' });
    const theirs = new DocumentPage(bob);
    await theirs.shows('words', { withinMs: 20_000 });
    await theirs.says('View only');

    await roleField(dialog, 'Bob').selectOption('editor');
    await theirs.ready();
    await closeShare(mine);
    await theirs.typeAtEnd(' and more');
    await mine.shows('words and more');

    await openShare(mine);
    await roleField(dialog, 'Bob').selectOption('viewer');
    await bob.page
      .getByText('You can read this, but no longer edit it')
      .waitFor({ timeout: 8_000 });
    await closeShare(mine);
    await mine.typeAtEnd(' still');
    await theirs.shows('words and more still');
    await bob.page.getByRole('button', { name: 'Ask to edit' }).click();
    await bob.page.getByRole('region', { name: 'What happened' }).getByText('Asked.').waitFor();
    await openShare(mine);
    await dialog.getByText('Asks to edit').waitFor();
    await dialog.getByRole('button', { name: 'Decline Bob' }).click();
    await dialog.getByRole('list', { name: 'Asking for access' }).waitFor({ state: 'detached' });
    await roleField(dialog, 'Bob').selectOption('remove');
    await bob.page.getByText('You no longer have access to this document').waitFor();
    assert.equal(await theirs.text(), 'words and more still', 'what was read stays to be copied');
  },
);

/** Makes a link in the dialogue; its address. */
async function makeLink(dialog: Locator, fields: { name: string; role: string; password: string }) {
  await dialog.getByRole('button', { name: 'New share link' }).click();
  const form = dialog.getByRole('form', { name: 'New share link' });
  await form.getByRole('textbox', { name: /What the link is for/ }).fill(fields.name);
  await form.getByRole('combobox', { name: 'What the link gives' }).selectOption(fields.role);
  await form.getByRole('combobox', { name: 'When the link ends' }).selectOption('day');
  await form.getByRole('textbox', { name: /Password/ }).fill(fields.password);
  await form.getByRole('button', { name: 'Create link' }).click();
  const address = dialog.getByRole('textbox', { name: 'Address of the new link' });
  await address.waitFor();
  return address.inputValue();
}

story(
  'a share link with a password opens, leaves the address bar, and ends when it is revoked',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { title: 'Plan', text: 'words' });
    await restrict(mine);
    const dialog = await openShare(mine);
    const url = await makeLink(dialog, { name: 'Press', role: 'editor', password: 'avocets' });
    const links = dialog.getByRole('list', { name: 'Share links' });
    await links.getByText(/Press · Can edit/).waitFor();
    await links.getByText(/With a password · Until/).waitFor();
    await closeShare(mine);

    const bob = await person('Bob');
    bob.expects(refused);
    await bob.page.goto(new URL(url).pathname + new URL(url).search);
    await bob.page.getByRole('textbox', { name: 'Password' }).fill('dunlin');
    await bob.page.keyboard.press('Enter');
    await bob.page.getByRole('alert').waitFor();
    await bob.page.getByRole('textbox', { name: 'Password' }).fill('avocets');
    await bob.page.getByRole('button', { name: 'Open' }).click();
    const theirs = new DocumentPage(bob);
    await theirs.ready();
    assert.ok(!bob.page.url().includes('share='));
    await theirs.typeAtEnd('!');
    await mine.shows('words!');

    await openShare(mine);
    await links.getByRole('button', { name: 'Revoke Press' }).click();
    await bob.page
      .getByText('You no longer have access to this document')
      .waitFor({ timeout: 8_000 });
    await bob.page.goto(new URL(url).pathname + new URL(url).search);
    await eventually(
      'the link is dead',
      () => bob.page.title(),
      (title) => !title.includes('Plan'),
    );
  },
);

story(
  'Share is the same by keyboard, and reads right to who does not own it',
  async ({ person }) => {
    const ada = await person('Ada');
    const mine = await DocumentPage.create(ada, { text: 'words' });
    const bob = await person('Bob');
    const theirs = await DocumentPage.open(bob, mine.path);
    const dialog = await openShare(mine);
    await roleField(dialog, 'Bob').focus();
    await roleField(dialog, 'Bob').selectOption('commenter');
    await theirs.shows('words');
    await dialog.getByRole('combobox', { name: 'General access' }).selectOption('signed-in:viewer');
    await dialog.getByText('Anyone with an account can read').waitFor();
    await becomes('Bob may', () => theirs.saveText(), 'View only');
    // Escape in the form closes the form alone.
    await dialog.getByRole('button', { name: 'New share link' }).click();
    await ada.page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'New share link' }).waitFor();
    await closeShare(mine);

    const seen = await openShare(theirs);
    await seen.getByText('Anyone signed in').waitFor();
    assert.equal(
      await seen.getByRole('combobox').count(),
      0,
      'nothing to change for who does not own it',
    );
    assert.equal(await seen.getByRole('button', { name: 'New share link' }).count(), 0);
  },
);

story('out of the trash, a document is deleted for good after one question', async ({ person }) => {
  const ada = await person('Ada');
  ada.expects(refused);
  ada.expects(/status of 404/);
  const mine = await DocumentPage.create(ada, { title: 'Old plan', text: 'words' });
  const { path } = mine;
  await mine.documentMenu('Move to trash');
  await ada.page.getByText('This document is in the trash').first().waitFor();
  await ada.page.goto(path);
  await ada.page.getByText('Delete for good…').click();
  await ada.page.getByRole('button', { name: 'Delete it for good' }).click();
  await becomes('home', () => new URL(ada.page.url()).pathname, '/');
  const reply = await ada.context.request.get(path.replace('/d/', '/api/v1/documents/'));
  assert.equal(reply.status(), 404, await reply.text());
});
