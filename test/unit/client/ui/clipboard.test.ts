import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName } from '../../../../client/ui/clipboard.ts';

test('a title becomes a file name that every system takes', () => {
  assert.equal(fileName('Spring count, field guide'), 'Spring count, field guide');
  assert.equal(fileName('a/b\\c: "d" <e>|?*'), 'a b c d e');
  assert.equal(fileName('..hidden'), 'hidden');
  assert.equal(fileName('春季水鸟'), '春季水鸟');
});

test('nothing, or only what is not allowed, is “document”', () => {
  assert.equal(fileName(''), 'document');
  assert.equal(fileName('///'), 'document');
});

test('a long title is cut between characters, never inside one', () => {
  assert.equal([...fileName('😀'.repeat(100))].length, 80);
});
