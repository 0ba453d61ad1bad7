// Several people in one document: what one types the others see, and who they are.

import assert from 'node:assert/strict';
import { stories } from '../helpers/chromium.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { allShow, DocumentPage } from './pages/document-page.ts';

const story = stories();

story('two people type at once and end with the same text, stored', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'first\nlast' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.body.focus();
  await ada.page.keyboard.press('Control+Home');
  await theirs.caretToEnd();
  // Both at the same time, key by key.
  await Promise.all([
    ada.page.keyboard.type('Ada writes here. ', { delay: 15 }),
    bob.page.keyboard.type(' Bob writes there.', { delay: 15 }),
  ]);
  await allShow([mine, theirs], 'Ada writes here. first\nlast Bob writes there.');
});

story('two people type at the very same place and nothing is lost', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: '' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.body.focus();
  await theirs.body.focus();
  await Promise.all([
    ada.page.keyboard.type('aaaaaaaaaaaaaaaaaaaa', { delay: 10 }),
    bob.page.keyboard.type('bbbbbbbbbbbbbbbbbbbb', { delay: 10 }),
  ]);
  await Promise.all([mine.saved(), theirs.saved()]);
  const text = await mine.text();
  assert.equal(text.replaceAll('b', ''), 'a'.repeat(20));
  assert.equal(text.replaceAll('a', ''), 'b'.repeat(20));
  await allShow([mine, theirs], text);
});

story(
  'the save state says Saving… at once and Saved after the acknowledgement',
  async ({ person }) => {
    const ada = await person('Ada');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Nothing that the server says of an op arrives until the test lets it.
    let holding = false;
    await ada.page.routeWebSocket(/\/sync/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => server.send(message));
      server.onMessage((message) => {
        if (holding) void held.then(() => socket.send(message));
        else socket.send(message);
      });
    });
    const mine = await DocumentPage.create(ada);
    await mine.typeAtEnd('w');
    await mine.isStored('w\n');
    await mine.saved();
    holding = true;
    await mine.typeAtEnd('x');
    await mine.says('Saving…', { withinMs: 1000 });
    // It stays so, however long the server takes.
    await becomes('the server has', () => mine.stored(), 'wx\n');
    assert.equal(await mine.saveText(), 'Saving…');
    holding = false;
    release();
    await mine.saved();
  },
);

story("others' carets stand where they type, under their names, and move", async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'a line of words' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.body.focus();
  await theirs.body.focus();
  await bob.page.keyboard.press('Control+Home');
  const atStart = await mine.seesCaretOf('Bob');
  await bob.page.keyboard.type('more ');
  await mine.shows('more a line of words');
  await eventually(
    "Bob's caret has moved right",
    () => mine.carets(),
    ({ Bob }) => (Bob ?? 0) > atStart + 20,
  );
  assert.deepEqual(Object.keys(await mine.carets()), ['Bob'], 'mine is not drawn twice');
  await theirs.seesCaretOf('Ada');
});

story('the list of people names everyone once, and forgets who left', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'hello' });
  await mine.isWith(['Ada']);
  const theirs = await DocumentPage.open(bob, mine.path);
  await Promise.all([mine.isWith(['Ada', 'Bob']), theirs.isWith(['Ada', 'Bob'])]);
  // A second tab of the same person is the same person.
  const second = new DocumentPage(bob, await bob.tab());
  await second.page.goto(mine.path);
  await second.ready();
  await theirs.body.focus();
  await mine.seesCaretOf('Bob');
  await second.page.close();
  assert.deepEqual(await mine.people(), ['Ada', 'Bob']);
  await bob.page.close();
  await mine.isWith(['Ada']);
  await becomes('the carets that Ada sees', () => mine.carets(), {});
});

story('undo and redo touch my own changes only', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'base' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.typeAtStart('ada ');
  await theirs.shows('ada base');
  await theirs.typeAtEnd(' bob');
  await mine.shows('ada base bob');
  await mine.tool('Undo').click();
  await allShow([mine, theirs], 'base bob');
  await mine.tool('Redo').click();
  await allShow([mine, theirs], 'ada base bob');
  await theirs.body.focus();
  await bob.page.keyboard.press('Control+Z');
  await allShow([mine, theirs], 'ada base');
});

story('a new title reaches the others, the tab and REST', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const mine = await DocumentPage.create(ada, { text: 'hello' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.title.click();
  await mine.title.fill('Harvest plan');
  await ada.page.keyboard.press('Enter');
  await becomes(
    'the focus is in the body',
    () => mine.body.evaluate((body) => body.contains(document.activeElement)),
    true,
  );
  await becomes("Bob's title", () => theirs.title.inputValue(), 'Harvest plan');
  await eventually(
    "Bob's tab",
    () => bob.page.title(),
    (title) => title.includes('Harvest plan'),
  );
  const reply = await ada.context.request.get(mine.path.replace('/d/', '/api/v1/documents/'));
  assert.equal(((await reply.json()) as { title: string }).title, 'Harvest plan');
});

story('pressing a picture goes to the caret, again follows, Escape stops', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  const lines = Array.from({ length: 120 }, (_, i) => `line ${i}`).join('\n');
  const mine = await DocumentPage.create(ada, { text: lines });
  const theirs = await DocumentPage.open(bob, mine.path);
  await theirs.caretToEnd();
  const picture = mine.peopleHere.getByRole('button', { name: 'Bob' });
  await picture.waitFor();
  const isInView = (part: string) =>
    mine.page
      .getByText(part, { exact: true })
      .evaluate((line) => line.getBoundingClientRect().top < innerHeight);
  await becomes('the last line is in view', () => isInView('line 119'), false);
  await eventually(
    'Bob has a caret',
    () => mine.people(),
    (names) => names.includes('Bob'),
  );
  await theirs.page.keyboard.type('!');
  await mine.showsPart('line 119!');
  await picture.click();
  await becomes('the last line is in view', () => isInView('line 119!'), true);
  await picture.click();
  const bar = mine.page.getByRole('main').getByText('Following Bob');
  await bar.waitFor();
  await mine.page.keyboard.press('Escape');
  await bar.waitFor({ state: 'detached' });
});
