// The engine against the truth: what it tells and keeps is what the blots say, after thousands of random
// edits; and what it is told to show is what it shows.

import assert from 'node:assert/strict';
import { editorTests } from '../helpers/editor-page.ts';
import { eventually } from '../helpers/eventually.ts';

const inEditor = editorTests({ timeoutMs: 90_000 });

inEditor('a short document keeps its truth through random edits', async ({ run }) => {
  for (let seed = 1; seed <= 12; seed++) {
    const { changes } = await run(
      (harness, at) => harness.fuzz(at as number, { steps: 150, lines: 30 }),
      seed,
    );
    assert.ok(changes > 50, `seed ${seed} changed something`);
  }
});

inEditor('sections are cut and joined without a trace in the document', async ({ run }) => {
  let most = 0;
  for (let seed = 101; seed <= 104; seed++) {
    const { mostSections } = await run(
      (harness, at) => harness.fuzz(at as number, { steps: 200, lines: 400 }),
      seed,
    );
    most = Math.max(most, mostSections);
  }
  assert.ok(most > 4, 'there were several sections');
});

inEditor('sections whose lines are not made yet are edited as if they were', async ({ run }) => {
  for (let seed = 201; seed <= 208; seed++) {
    await run(
      (harness, at) => harness.fuzz(at as number, { steps: 120, lines: 700, every: 40 }),
      seed,
    );
  }
});

inEditor('lines that wait are made in idle moments and change nothing', async ({ run, page }) => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      insert: `line ${i} of many, with some words in it\n`,
    }));
  const before = await run((harness, content) => {
    harness.open(content as never);
    const scroll = harness.quill.scroll as unknown as { waitingSections(): unknown[] };
    return { waiting: scroll.waitingSections().length, ops: harness.ops() };
  }, lines(3000));
  assert.ok(before.waiting > 30, `${before.waiting} sections wait`);
  // Typing does not wait for them.
  await run((harness) => harness.editor.select({ index: 5, length: 0 }));
  await page.keyboard.type('x');
  await eventually(
    'every line is there',
    () => page.locator('.ql-editor p').count(),
    (count) => count === 3000,
  );
  const after = await run((harness) => ({ ops: harness.ops(), changes: harness.changes.length }));
  assert.equal(after.changes, 1, 'only the key was a change');
  assert.deepEqual(await run((harness) => harness.fresh()), after.ops);
});
