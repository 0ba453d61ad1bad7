// What the server refuses is kept, shown with its reason, and given back. The refusal is a real one: the
// op is spoiled on its way, so the server's own validator answers.

import assert from 'node:assert/strict';
import { type Person, stories } from '../helpers/chromium.ts';
import { eventually } from '../helpers/eventually.ts';
import { DocumentPage } from './pages/document-page.ts';

const story = stories();

/** Ops that insert `word` leave this person's browser with a format that no document may hold. */
async function spoil(person: Person, word: string): Promise<{ stop(): void }> {
  let on = true;
  await person.page.routeWebSocket(/\/sync/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const text = String(frame);
      const insert = new RegExp(`\\{"insert":"[^"]*${word}[^"]*"\\}`);
      server.send(
        on && text.includes('"a":"op"')
          ? text.replace(insert, (part) => `${part.slice(0, -1)},"attributes":{"evil":true}}`)
          : text,
      );
    });
  });
  return {
    stop: () => {
      on = false;
    },
  };
}

story(
  'a refused change is kept and shown, everything else is saved, and it can be put back',
  async ({ person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    const line = await spoil(ada, 'thorn');
    const mine = await DocumentPage.create(ada, { text: 'start' });
    const theirs = await DocumentPage.open(bob, mine.path);
    await mine.typeAtEnd(' fine');
    await mine.saved();
    // Inserted at once, so that the whole word is one op.
    await ada.page.keyboard.insertText(' thorn');
    await mine.says('Needs attention');
    const card = ada.page.getByRole('region', { name: 'One change was not saved' });
    await card.waitFor();
    await card.getByRole('group', { name: 'Your text, kept here' }).getByText('thorn').waitFor();
    await mine.shows('start fine');
    // Leaving now would lose it, so the browser asks.
    const asked = ada.nextDialog();
    const leaving = ada.page.goto('/').catch(() => null);
    const question = await asked;
    assert.equal(question.type(), 'beforeunload');
    await question.dismiss();
    await leaving;
    // The writing goes on.
    await mine.typeAtEnd(' more');
    await theirs.shows('start fine more');
    await mine.isStored('start fine more\n');
    line.stop();
    await card.getByRole('button', { name: 'Put it back' }).click();
    await card.waitFor({ state: 'detached' });
    await mine.saved();
    await theirs.shows(await mine.text());
    assert.match(await mine.text(), / thorn/);
    await mine.isStored(`${await mine.text()}\n`);
  },
);

story(
  'a refused change can be copied, and is discarded only when asked twice',
  async ({ person }) => {
    const ada = await person('Ada');
    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await spoil(ada, 'thorn');
    const mine = await DocumentPage.create(ada, { text: 'start' });
    await mine.caretToEnd();
    await ada.page.keyboard.insertText(' thorn');
    const card = ada.page.getByRole('region', { name: 'One change was not saved' });
    await card.getByRole('button', { name: 'Copy text' }).click();
    await eventually(
      'the clipboard',
      () => ada.page.evaluate(() => navigator.clipboard.readText()),
      (text) => text.includes('thorn'),
    );
    await card.getByRole('button', { name: 'Discard' }).click();
    await card.getByRole('button', { name: 'Discard for good' }).click();
    await card.waitFor({ state: 'detached' });
    await mine.saved();
    await mine.shows('start');
  },
);

story(
  'text beyond the size of a document is refused in words that say the limit',
  async ({ person }) => {
    const ada = await person('Ada');
    // Long addresses make a large document of few words: the limit counts its JSON.
    const link = `https://example.org/${'p'.repeat(2000)}`;
    const piece = { insert: 'x', attributes: { link } };
    const count = Math.floor((10 * 1024 * 1024 - 1000) / (JSON.stringify(piece).length + 1));
    const delta = Array.from({ length: count }, (_, i) => ({
      insert: 'x',
      attributes: { link: `${link.slice(0, -4)}${String(i).padStart(4, '0')}` },
    }));
    const words = 'x'.repeat(count);
    const mine = await DocumentPage.create(ada, { delta: [...delta, { insert: '\n' }] });
    await mine.caretToEnd();
    await ada.page.keyboard.press('Enter');
    await ada.page.keyboard.insertText('y'.repeat(4000));
    await mine.says('Needs attention', { withinMs: 30_000 });
    await ada.page
      .getByText('It would make the document larger than the limit of 10 MB.', { exact: false })
      .first()
      .waitFor();
    assert.equal((await mine.stored()).replaceAll('\n', ''), words);
  },
  { timeoutMs: 90_000 },
);
