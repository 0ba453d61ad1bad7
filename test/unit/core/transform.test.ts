import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Delta } from '../../../core/delta.ts';
import { transformOp } from '../../../core/transform.ts';
import { concurrent } from '../../helpers/deltas.ts';

test('transforming is what Delta does, whoever was first, and changes neither op', () => {
  fc.assert(
    fc.property(concurrent, fc.boolean(), ({ left, right }, firstWins) => {
      const before = JSON.stringify([left.ops, right.ops]);
      const ours = transformOp(left, right, firstWins);
      assert.deepEqual(ours.ops, left.transform(right, firstWins).ops);
      assert.equal(JSON.stringify([left.ops, right.ops]), before);
    }),
    { numRuns: 30_000 },
  );
});

test('ops that reach beyond each other, and empty ones, are transformed as Delta does', () => {
  const ops = [
    new Delta(),
    new Delta().insert('a'),
    new Delta().retain(3).insert({ divider: true }),
    new Delta().retain(5, { bold: true }),
    new Delta().retain(2, { bold: null }).delete(9),
    new Delta().delete(4).insert('b', { bold: true }),
    new Delta().insert('\n', { header: 1 }).retain(1, { link: 'https://example.org/' }).delete(1),
  ];
  for (const first of ops) {
    for (const op of ops) {
      for (const firstWins of [true, false]) {
        const wanted = first.transform(op, firstWins).ops;
        assert.deepEqual(transformOp(first, op, firstWins).ops, wanted);
      }
    }
  }
});
