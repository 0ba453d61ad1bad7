// Bad lines and servers that go away: what was written stays on the screen, and arrives.

import assert from 'node:assert/strict';
import { brokenLine, stories } from '../helpers/chromium.ts';
import { TcpLine } from '../helpers/tcp-line.ts';
import { allShow, DocumentPage } from './pages/document-page.ts';

const story = stories();

story('offline, both go on writing; back online, the text of both is there', async ({ person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  ada.expects(brokenLine);
  const mine = await DocumentPage.create(ada, { text: 'start' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.saved();
  await ada.context.setOffline(true);
  await mine.says('Offline');
  await mine.typeAtStart('Ada was away. ');
  await mine.says('Offline – changes kept');
  await theirs.typeAtEnd(' Bob was here.');
  await theirs.saved();
  await mine.shows('Ada was away. start');
  await ada.context.setOffline(false);
  await allShow([mine, theirs], 'Ada was away. start Bob was here.', { withinMs: 20_000 });
});

story('a server that restarts in mid-sentence costs nothing', async ({ app, person }) => {
  const [ada, bob] = [await person('Ada'), await person('Bob')];
  for (const each of [ada, bob]) each.expects(brokenLine);
  const mine = await DocumentPage.create(ada, { text: '' });
  const theirs = await DocumentPage.open(bob, mine.path);
  await mine.body.focus();
  const sentence = 'This sentence is written while the server goes away and comes back.';
  const typing = ada.page.keyboard.type(sentence, { delay: 40 });
  await theirs.showsPart('This sentence');
  await app.stop();
  await app.start();
  await typing;
  await allShow([mine, theirs], sentence, { withinMs: 20_000 });
});

story('a server that is killed loses nothing that it had acknowledged', async ({ app, person }) => {
  const ada = await person('Ada');
  ada.expects(brokenLine);
  const mine = await DocumentPage.create(ada, { text: '' });
  await mine.typeAtEnd('acknowledged.');
  await mine.saved();
  const typing = ada.page.keyboard.type(' And this while it dies.', { delay: 20 });
  await app.kill();
  await typing;
  await mine.shows('acknowledged. And this while it dies.');
  await app.start();
  await mine.saved({ withinMs: 20_000 });
  await mine.isStored('acknowledged. And this while it dies.\n');
});

story(
  'a line that went silent is noticed within 10 s, and what was typed arrives',
  async (stage) => {
    const line = await TcpLine.open(() => stage.app.port);
    stage.afterwards(() => line.close());
    const ada = await stage.person('Ada', { at: line.url });
    ada.expects(brokenLine);
    const mine = await DocumentPage.create(ada, { text: '' });
    await mine.saved();
    line.hold();
    await mine.typeAtEnd('into the void');
    await mine.says('Reconnecting…', { withinMs: 12_000 });
    // The connections that were held stay dead; new ones get through.
    await line.cut();
    await line.mend();
    await mine.saved({ withinMs: 20_000 });
    await mine.isStored('into the void\n');
  },
);

story(
  'with the socket blocked the text is there to read, and the page says why it waits',
  async (stage) => {
    const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
    bob.expects(brokenLine);
    const mine = await DocumentPage.create(ada, { text: 'words that anybody may read' });
    await bob.page.routeWebSocket(/\/sync/, (socket) => socket.close({ code: 1006 }));
    await bob.page.goto(mine.path);
    await bob.page.getByText('words that anybody may read').waitFor();
    const theirs = new DocumentPage(bob);
    await theirs.says('Offline', { withinMs: 20_000 });
    await theirs.shows('words that anybody may read');
  },
);

story('without any script the text is there to read', async ({ app, browser, person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada, { text: 'words without a script' });
  const context = await browser.newContext({ baseURL: app.url, javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(mine.path);
    await page.getByText('words without a script').waitFor();
  } finally {
    await context.close();
  }
});

story('leaving asks while something is unsent, and only then', async ({ person }) => {
  const ada = await person('Ada');
  ada.expects(brokenLine);
  const mine = await DocumentPage.create(ada, { text: '' });
  const asked = () => ada.problems.filter((line) => line.includes('dialog: beforeunload')).length;
  await mine.typeAtEnd('sent');
  await mine.saved();
  await ada.page.reload();
  await mine.ready();
  assert.equal(asked(), 0, 'nothing was unsent');
  ada.expects(/dialog: beforeunload/);
  await ada.context.setOffline(true);
  await mine.typeAtEnd(' unsent');
  await mine.says('Offline – changes kept');
  const closed = ada.page.waitForEvent('close');
  await ada.page.close({ runBeforeUnload: true });
  await closed;
  assert.equal(asked(), 1);
});

story(
  'after an upgrade an open page says so, goes on saving, and reloads into it',
  async ({ person }) => {
    const ada = await person('Ada');
    let isUpgraded = true;
    // The server that this page connects to serves another build.
    await ada.page.routeWebSocket(/\/sync/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const text = String(message);
        socket.send(isUpgraded ? text.replace(/"build":"\w+"/, '"build":"another"') : text);
      });
    });
    const mine = await DocumentPage.create(ada, { text: '' });
    await mine.says('New version – reload');
    await mine.typeAtEnd('still written');
    await mine.isStored('still written\n');
    await mine.saveState.getByRole('button').click();
    const note = ada.page.getByRole('dialog', { name: 'Save state' });
    isUpgraded = false;
    await note.getByRole('button', { name: 'Reload' }).click();
    await mine.saved();
    await mine.shows('still written');
  },
);

story('whose session has ended is told so and keeps their words', async ({ person }) => {
  const ada = await person('Ada');
  ada.expects(/status of 40[13]/);
  ada.expects(brokenLine);
  const mine = await DocumentPage.create(ada, { text: 'mine' });
  await mine.typeAtEnd('!');
  await mine.saved();
  const reply = await ada.context.request.delete('/api/v1/session');
  assert.equal(reply.ok(), true);
  await mine.typeAtEnd(' and more');
  await ada.page.getByText('Your session has ended').first().waitFor({ timeout: 20_000 });
  await mine.says('Needs attention');
  await ada.page.getByRole('button', { name: 'Copy my text' }).first().waitFor();
});
