// Text from elsewhere: its structure stays, and its size does not matter.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stories } from '../helpers/chromium.ts';
import { copyElsewhere } from '../helpers/clipboard.ts';
import { DocumentPage } from './pages/document-page.ts';

const story = stories();
const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/paste/${name}`, import.meta.url), 'utf8');

const plain =
  'Harvest plan\nWe begin on Monday, early; see the orchard.\nLadders\ntwo long ones\nPick\nSort';
/** What both documents say, in our own format. */
const expected = [
  { insert: 'Harvest plan' },
  { insert: '\n', attributes: { header: 1 } },
  { insert: 'We begin on ' },
  { insert: 'Monday', attributes: { bold: true } },
  { insert: ', ' },
  { insert: 'early', attributes: { italic: true } },
  { insert: '; see ' },
  { insert: 'the orchard', attributes: { link: 'https://example.org/orchard' } },
  { insert: '.\nLadders' },
  { insert: '\n', attributes: { list: 'bullet' } },
  { insert: 'two long ones' },
  { insert: '\n', attributes: { list: 'bullet', indent: 1 } },
  { insert: 'Pick' },
  { insert: '\n', attributes: { list: 'ordered' } },
  { insert: 'Sort' },
  { insert: '\n', attributes: { list: 'ordered' } },
];

for (const [application, file] of [
  ['Word', 'word.html'],
  ['Google Docs', 'google-docs.html'],
] as const) {
  story(
    `a paste from ${application} keeps headings, emphasis, links and lists`,
    async ({ browser, person }) => {
      const ada = await person('Ada');
      const mine = await DocumentPage.create(ada);
      await copyElsewhere(browser, { text: plain, html: fixture(file) });
      await mine.body.focus();
      await ada.page.keyboard.press('Control+V');
      await mine.showsPart('Sort');
      await mine.saved();
      const ops = await mine.storedOps();
      // The line that the caret was on stays behind as the document's last, empty.
      assert.deepEqual(withoutLastLine(ops), expected);
      await ada.page.reload();
      await mine.ready();
      await mine.showsPart('two long ones');
    },
  );
}

story('a paste without formatting brings the words alone', async ({ browser, person }) => {
  const ada = await person('Ada');
  const mine = await DocumentPage.create(ada);
  await copyElsewhere(browser, { text: plain, html: fixture('google-docs.html') });
  await mine.body.focus();
  await ada.page.keyboard.press('Control+Shift+V');
  await mine.shows(plain);
  await mine.saved();
  assert.deepEqual(await mine.storedOps(), [{ insert: `${plain}\n` }]);
});

story(
  'a paste of 2 MB arrives whole, also for somebody who watches',
  async ({ browser, person }) => {
    const [ada, bob] = [await person('Ada'), await person('Bob')];
    const mine = await DocumentPage.create(ada);
    const theirs = await DocumentPage.open(bob, mine.path);
    const line = 'Nine out of ten orchards keep their ladders in the wrong shed, 果园 too. ';
    const paragraph = line.repeat(14).trim();
    const text = Array.from({ length: 2000 }, (_, i) => `${i} ${paragraph}`).join('\n');
    assert.ok(Buffer.byteLength(text) > 2_000_000);
    await copyElsewhere(browser, { text });
    await mine.body.focus();
    await ada.page.keyboard.press('Control+V');
    await mine.isStored(`${text}\n`, { withinMs: 60_000 });
    await mine.saved({ withinMs: 30_000 });
    await theirs.shows(text, { withinMs: 60_000 });
    assert.equal(await mine.text(), text);
  },
  { timeoutMs: 150_000 },
);

function withoutLastLine(ops: readonly unknown[]): unknown[] {
  const last = ops.at(-1) as { insert?: unknown; attributes?: unknown } | undefined;
  const isEmptyLine = last?.insert === '\n' && !last.attributes;
  return isEmptyLine ? ops.slice(0, -1) : [...ops];
}
