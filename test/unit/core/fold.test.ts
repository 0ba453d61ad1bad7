import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Delta, type DeltaOp } from '../../../core/delta.ts';
import { endsOf, fold, runAt } from '../../../core/fold.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';

const long = fc
  .array(documents, { minLength: 4, maxLength: 14 })
  .map((parts) => parts.reduce((whole, part) => whole.concat(part)));

/** Steps near some places of the document, one after the other. */
const scattered = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), steps), {
  minLength: 1,
  maxLength: 5,
});

function scatter(document: Delta, plans: readonly (readonly [number, never])[]): Delta {
  let op = new Delta();
  let now = document;
  for (const [share, plan] of plans) {
    const at = Math.floor(share * (now.length() - 1));
    const change = new Delta().retain(at).concat(layOp(now.slice(at), plan));
    op = op.compose(change);
    now = now.compose(change);
  }
  return op;
}

test('folding an op into a long document is composing it', () => {
  fc.assert(
    fc.property(long, scattered, (document, plans) => {
      const op = scatter(document, plans as never);
      const before = JSON.stringify(document.ops);
      const folded = fold(document.ops as DeltaOp[], op);
      assert.deepEqual(folded, document.compose(op).ops);
      assert.equal(JSON.stringify(document.ops), before, 'the document is as it was');
      // What a fold leaves behind is folded into next.
      const again = scatter(new Delta(folded as Delta['ops']), plans as never);
      assert.deepEqual(fold(folded, again), new Delta(folded as Delta['ops']).compose(again).ops);
    }),
    { numRuns: 1_500 },
  );
});

test('a document whose runs could be joined is folded as compose would', () => {
  const runs = Array.from({ length: 60 }, (_, i) => ({ insert: i % 7 === 0 ? '\n' : 'same ' }));
  for (const at of [0, 3, 60, 200]) {
    const op = new Delta().retain(at).insert('x').delete(2);
    assert.deepEqual(fold(runs, op), new Delta(runs).compose(op).ops);
  }
});

test('what is not touched is taken over as it is', () => {
  const document = Array.from({ length: 5_000 }, (_, i) => ({
    insert: 'word ',
    attributes: { [i % 2 ? 'bold' : 'italic']: true },
  }));
  const op = new Delta().retain(12_502).insert('x').retain(10_000).delete(1);
  const folded = fold(document, op);
  const kept = new Set<object>(document);
  assert.ok(folded.filter((run) => !kept.has(run)).length < 20);
});

test('the run of an index is found', () => {
  const ends = endsOf([{ insert: 'abc' }, { insert: { divider: true } }, { insert: 'de\n' }]);
  const found = [0, 2, 3, 4, 6, 7, 99].map((index) => runAt(ends, index));
  assert.deepEqual(found, [0, 0, 1, 2, 2, 2, 2]);
});
