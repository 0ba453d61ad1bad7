// Documents as things: made, found, shared, restricted, thrown away and brought back.

import assert from 'node:assert/strict';
import { brokenLine, stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { DocumentPage } from './pages/document-page.ts';
import { HomePage } from './pages/home-page.ts';

const story = stories();

story(
  'New document, a title, some words; then it is found on the home page',
  async ({ person }) => {
    const ada = await person('Ada');
    const home = await HomePage.open(ada);
    const mine = await home.create();
    await mine.title.click();
    await ada.page.keyboard.type('Harvest plan');
    await ada.page.keyboard.press('Enter');
    await ada.page.keyboard.type('ladders in the shed');
    await mine.saved();
    await HomePage.open(ada);
    await home.document(/^Harvest plan/).waitFor();
    for (const query of ['harvest', 'ladders']) {
      await home.search.fill(query);
      await home.document(/^Harvest plan/).waitFor();
    }
    await home.search.fill('heron');
    await ada.page.getByText('No document has “heron” in its title or text.').waitFor();
    await home.search.fill('');
    await home.document(/^Harvest plan/).focus();
    await ada.page.keyboard.press('Enter');
    await ada.page.waitForURL(mine.path);
    await mine.ready();
  },
);

story(
  'a typed address is an empty document, and is stored by the first key',
  async ({ person }) => {
    const ada = await person('Ada');
    const id = `typed-${Date.now()}`;
    const mine = await DocumentPage.open(ada, `/d/docs/${id}`);
    const read = () => ada.context.request.get(`/api/v1/documents/docs/${id}`);
    assert.equal((await read()).status(), 404, 'nothing is stored by looking');
    await mine.body.focus();
    await ada.page.keyboard.type('first words');
    await mine.saved();
    await mine.isStored('first words\n');
    assert.equal(((await (await read()).json()) as { role: string }).role, 'owner');
  },
);

story(
  'two people who type at once on a page that is not stored yet both keep their words',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    // Whoever comes second is told so, and goes on in the document of who came first.
    for (const each of [ada, bob]) each.expects(/status of 409/);
    const path = `/d/docs/race-${Date.now()}`;
    const [mine, theirs] = await Promise.all([
      DocumentPage.open(ada, path),
      DocumentPage.open(bob, path),
    ]);
    await Promise.all([mine.body.focus(), theirs.body.focus()]);
    await Promise.all([ada.page.keyboard.type('aaaaa'), bob.page.keyboard.type('bbbbb')]);
    await Promise.all([mine.saved(), theirs.saved()]);
    const stored = await mine.stored();
    assert.equal(stored.replaceAll('b', ''), 'aaaaa\n');
    assert.equal(stored.replaceAll('a', ''), 'bbbbb\n');
    await mine.shows(stored.trimEnd());
    await theirs.shows(stored.trimEnd());
  },
);

story('Share takes the focus, copies the link, and gives the focus back', async ({ person }) => {
  const ada = await person('Ada');
  await ada.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const mine = await DocumentPage.create(ada, { title: 'Shared', text: 'x' });
  const share = ada.page.getByRole('button', { name: 'Share', exact: true });
  await share.click();
  const dialog = ada.page.getByRole('dialog', { name: 'Share' });
  await dialog.waitFor();
  assert.ok(await dialog.evaluate((box) => box.contains(document.activeElement)));
  await dialog.getByRole('button', { name: 'Copy link' }).click();
  await ada.page.getByText('Link copied').first().waitFor();
  assert.equal(await ada.page.evaluate(() => navigator.clipboard.readText()), ada.page.url());
  await ada.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await share.evaluate((button) => button === document.activeElement));
  await mine.saved();
});

story(
  'who may only view sees live text and can change nothing; given more, they write',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    const mine = await DocumentPage.create(ada, { text: 'read me' });
    await setAccess(mine, 'Can view');
    const theirs = new DocumentPage(bob);
    await bob.page.goto(mine.path);
    await theirs.shows('read me');
    await theirs.says('View only');
    await theirs.body.click();
    await bob.page.keyboard.type('not mine');
    await mine.typeAtEnd(' now');
    await theirs.shows('read me now');
    await mine.isStored('read me now\n');
    await setAccess(mine, 'Can edit');
    await theirs.ready();
    await theirs.typeAtEnd(' both');
    await mine.shows('read me now both');
    await theirs.saved();
  },
);

story('access taken away stops a writer in mid-sentence, and says so', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'secret' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await theirs.typeAtEnd(' plan');
  await theirs.saved();
  await setAccess(mine, 'Restricted');
  await bob.page.getByText('You no longer have access to this document').waitFor();
  const reply = await bob.context.request.get(mine.path);
  assert.equal(reply.status(), 403);
  assert.doesNotMatch(await reply.text(), /secret/);
});

story(
  'to the trash, undone at once; to the trash again, and back from the page itself',
  async ({ person }) => {
    const ada = await person('Ada');
    ada.expects(/status of 410/);
    const mine = await DocumentPage.create(ada, { title: 'Old list', text: 'once useful' });
    const path = mine.path;
    const home = new HomePage(ada);
    const undo = ada.page.getByRole('button', { name: 'Undo', exact: true });
    // The toolbar has an Undo of its own, until the document is in the trash.
    const trash = async () => {
      await mine.documentMenu('Move to trash');
      await ada.page.getByRole('region', { name: 'What happened' }).waitFor();
      await undo.waitFor();
    };
    await trash();
    await undo.click();
    await mine.toolbar.waitFor();
    await mine.ready();

    await trash();
    await ada.page.goto('/');
    await undo.click();
    await home.document(/^Old list/).waitFor();

    await home.document(/^Old list/).click();
    await mine.ready();
    await trash();
    await ada.page.goto(path);
    await ada.page.getByText('This document is in the trash').first().waitFor();
    await ada.page.getByRole('button', { name: 'Put it back' }).click();
    await mine.ready();
    await mine.shows('once useful');
  },
);

story('a copy is a document of its own', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { title: 'Plan', text: 'the same' });
  const path = mine.path;
  await mine.documentMenu('Make a copy');
  await ada.page.waitForURL((url) => /^\/d\//.test(url.pathname) && url.pathname !== path);
  const copy = new DocumentPage(ada);
  await copy.ready();
  await copy.shows('the same');
  await becomes('its title', () => copy.title.inputValue(), 'Copy of Plan');
});

story('the text is downloaded as it stands', async ({ person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { title: 'Plan', text: 'one\ntwo' });
  const [download] = await Promise.all([
    ada.page.waitForEvent('download'),
    mine.documentMenu('Download as text'),
  ]);
  assert.equal(download.suggestedFilename(), 'Plan.txt');
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  assert.equal(Buffer.concat(chunks).toString('utf8').trimEnd(), 'one\ntwo');
});

story('the home page shows who is in a document now', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { title: 'Busy', text: 'x' });
  await DocumentPage.open(bob, mine.path);
  const second = await ada.tab();
  await second.goto('/');
  await eventually(
    'the row says that Bob is here',
    () =>
      second
        .getByRole('listitem')
        .filter({ has: second.getByRole('link', { name: 'Busy', exact: true }) })
        .textContent(),
    (text) => text?.includes('Bob is here now') ?? false,
  );
});

story('a missing page says so and leads home', async ({ person }) => {
  const ada = await person('Ada');
  ada.expects(/status of 404/);
  for (const path of ['/d/docs/not%20an%20id', '/d/Docs/x', '/nothing']) {
    const reply = await ada.page.goto(path);
    assert.equal(reply?.status(), 404, path);
    await ada.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  }
  await ada.page.getByRole('link', { name: 'All documents' }).click();
  await ada.page.waitForURL(/\/$/);
});

story(
  'a name chosen in the account menu is the one others see, also after a reload',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    ada.expects(brokenLine);
    const mine = await DocumentPage.create(ada, { text: 'x' });
    const theirs = await DocumentPage.open(bob, mine.path);
    await theirs.isWith(['Ada', 'Bob']);
    await mine.peopleHere.getByRole('button', { name: /Ada/ }).click();
    await mine.menuItem(/Ada/).click();
    const name = ada.page.getByRole('textbox', { name: 'What should others call you?' });
    await name.fill('Ada Lovelace');
    await ada.page.keyboard.press('Enter');
    await theirs.isWith(['Ada Lovelace', 'Bob']);
    await ada.page.reload();
    await mine.isWith(['Ada Lovelace', 'Bob']);
  },
);

async function setAccess(page: DocumentPage, role: string): Promise<void> {
  await page.page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.page.getByRole('dialog', { name: 'Share' });
  const access = dialog.getByRole('combobox', { name: 'General access' });
  await access.selectOption({ label: role });
  await becomes(
    'the access',
    () => access.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.label),
    role,
  );
  await page.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

story(
  'leaving the title field does not undo a newer title of somebody else',
  async ({ person }) => {
    const ada = await DocumentPage.create(await person('Ada'), { title: 'First', text: 'x' });
    const bob = await DocumentPage.open(await person('Bob'), ada.path);
    const isCalled = (page: DocumentPage, title: string) =>
      becomes(`${page.person.name}'s tab`, () => page.page.title(), `${title} – Deltapad`);
    await ada.title.focus();
    await ada.title.fill('Mine');
    await isCalled(bob, 'Mine');
    await bob.title.fill('Theirs');
    await bob.page.keyboard.press('Enter');
    await isCalled(ada, 'Theirs');
    await ada.page.keyboard.press('Enter');
    await ada.saved();
    await isCalled(ada, 'Theirs');
    await becomes('the field', () => ada.title.inputValue(), 'Theirs');
    // Escape takes back what was typed, and nothing was.
    await ada.title.focus();
    await bob.title.fill('Last');
    await bob.page.keyboard.press('Enter');
    await isCalled(ada, 'Last');
    await ada.page.keyboard.press('Escape');
    await ada.saved();
    await isCalled(bob, 'Last');
    await isCalled(ada, 'Last');
    await becomes('the field', () => ada.title.inputValue(), 'Last');
  },
);
