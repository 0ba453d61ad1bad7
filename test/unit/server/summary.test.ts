import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeltaOp } from '../../../core/delta.ts';
import { checkTitle } from '../../../server/documents/documents.ts';
import { cutText, searchText, summarise } from '../../../server/documents/summary.ts';

const ops: DeltaOp[] = [
  { insert: 'Before\n\n' },
  { insert: '  The  count ' },
  { insert: '\n', attributes: { header: 1 } },
  { insert: 'First\twords' },
  { insert: { divider: true } },
  { insert: '\nSecond' },
  { insert: '\n', attributes: { header: 2 } },
];

test('the first heading is the title while nobody chose one, and is not said twice', () => {
  assert.deepEqual(summarise(ops, false), {
    heading: 'The count',
    preview: 'Before First words Second',
  });
  assert.equal(searchText(ops), 'Before\n\n  The  count \nFirst\twords\nSecond');
});

test('with a chosen title, the heading is the first words', () => {
  assert.equal(summarise(ops, true).preview, 'Before The count First words Second');
});

test('a long document gives 160 characters and a title of 200', () => {
  const { heading, preview } = summarise(
    [
      { insert: 'h'.repeat(500) },
      { insert: '\n', attributes: { header: 1 } },
      { insert: 'word '.repeat(9999) },
    ],
    false,
  );
  assert.equal(heading.length, 200);
  assert.equal(preview.length, 160);
});

test('an empty document is known by nothing', () => {
  assert.deepEqual(summarise([{ insert: '\n' }], false), { heading: '', preview: '' });
});

test('a cut never leaves half a surrogate pair', () => {
  assert.equal(cutText('a😀b', 2), 'a');
  assert.equal(cutText('a😀b', 3), 'a😀');
  assert.equal(cutText('ab', 3), 'ab');
});

test('a title is one trimmed line of at most 200 characters', () => {
  assert.equal(checkTitle('  a\n\tb  '), 'a b');
  assert.equal(checkTitle('x'.repeat(200)).length, 200);
  assert.throws(() => checkTitle('x'.repeat(201)), /at most 200/);
  assert.throws(() => checkTitle('\ud800'), /surrogate/);
});
