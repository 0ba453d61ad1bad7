import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkOp } from '../../../core/check-op.ts';
import { Delta, jsonBytes } from '../../../core/delta.ts';
import { limits } from '../../../core/limits.ts';
import { LazyDelta } from '../../../core/rich-text.ts';
import { splitOp } from '../../../core/split-op.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';

test('the parts of an op, one after the other, do what the op does', () => {
  fc.assert(
    fc.property(documents, steps, fc.integer({ min: 120, max: 400 }), (document, plan, bytes) => {
      const op = layOp(document, plan);
      const parts = splitOp(op, bytes, 3);
      let whole = new LazyDelta(document.ops);
      for (const part of parts) whole = whole.append(checkOp(whole, part));
      assert.deepEqual(new Delta(whole.ops).ops, new Delta(document.compose(op).ops).ops);
    }),
    { numRuns: 10_000 },
  );
});

test('a paste of 2 MB is cut into parts under the op limit, never through a pair', () => {
  const text = 'Der Säbelschnäbler 😀 watet im Watt.\n'.repeat(60_000);
  const parts = splitOp(new Delta().insert(text));
  assert.ok(parts.length > 4);
  let document = new LazyDelta([{ insert: '\n' }]);
  for (const part of parts) {
    assert.ok(jsonBytes(part.ops) <= limits.maxOpBytes);
    document = document.append(checkOp(document, part));
  }
  assert.equal(document.length(), text.length + 1);
});

test('a small op is passed on as it is', () => {
  const op = new Delta().retain(5).insert('x');
  assert.deepEqual(splitOp(op), [op]);
});
