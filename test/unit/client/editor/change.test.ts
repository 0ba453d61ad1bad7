import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { carryAll, reach, shift } from '../../../../client/editor/change.ts';
import { Delta, type DeltaOp } from '../../../../core/delta.ts';

const part = fc.oneof(
  fc.record({ retain: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ delete: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ insert: fc.string({ minLength: 1, maxLength: 5 }) }),
);

const changeOf = (parts: readonly DeltaOp[]): Delta => {
  const delta = new Delta();
  for (const op of parts) delta.push(op as Delta['ops'][number]);
  return delta.chop();
};

test('many indexes are carried as each of them would be alone', () => {
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 20 }),
      (parts, drawn) => {
        const change = changeOf(parts);
        const indexes = drawn.sort((one, other) => one - other);
        const alone = indexes.map((index) => change.transformPosition(index));
        assert.deepEqual(carryAll(indexes, change), alone);
      },
    ),
  );
});

test('ten thousand indexes are carried past ten thousand parts at once', () => {
  const change = new Delta();
  const indexes = Array.from({ length: 10_000 }, (_, i) => i * 20);
  for (let i = 0; i < 10_000; i++) change.retain(13).insert('vintage').delete(7);
  const started = performance.now();
  const carried = carryAll(indexes, change);
  assert.ok(performance.now() - started < 500, 'not each against all');
  assert.equal(carried.at(-1), change.transformPosition(indexes.at(-1)!));
});

test('what a change reaches leaves out what it only passes', () => {
  const change = new Delta().retain(4).insert('x').retain(3).delete(2).retain(7);
  assert.deepEqual(reach(change), [4, 9]);
  assert.deepEqual(shift(change, 3).ops[0], { retain: 1 });
});
