// The engine against the truth: what it tells and keeps is what the blots say, after thousands of random
// edits; and what it is told to show is what it shows.

import assert from 'node:assert/strict';
import { editorTests } from '../helpers/editor-page.ts';

const inEditor = editorTests({ timeoutMs: 90_000 });

inEditor('a short document keeps its truth through random edits', async ({ run }) => {
  for (let seed = 1; seed <= 12; seed++) {
    const { changes } = await run((harness, at) => harness.fuzz(at, 150, 30), seed);
    assert.ok(changes > 50, `seed ${seed} changed something`);
  }
});

inEditor('sections are cut and joined without a trace in the document', async ({ run }) => {
  let most = 0;
  for (let seed = 101; seed <= 104; seed++) {
    const { mostSections } = await run((harness, at) => harness.fuzz(at, 200, 400), seed);
    most = Math.max(most, mostSections);
  }
  assert.ok(most > 4, 'there were several sections');
});
