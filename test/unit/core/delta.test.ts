import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Delta, type DeltaOp, jsonBytes, jsonBytesAtMost, pushOp } from '../../../core/delta.ts';

const attributes = fc.constantFrom<DeltaOp['attributes'][]>(
  undefined,
  { bold: true },
  { bold: null },
  { link: 'https://example.org/', color: '#b3261e' },
  { color: '#b3261e', link: 'https://example.org/' },
);
const text = fc.oneof(
  fc.constantFrom('a', '\n', '😀', '\u0001"\\', '汉'.repeat(70)),
  fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }),
);
const component: fc.Arbitrary<DeltaOp> = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 53 - 1 }).map((count) => ({ delete: count % 1000 })),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), attributes)
    .map(([retain, of]) => formatted({ retain }, of)),
  fc.tuple(text, attributes).map(([insert, of]) => formatted({ insert }, of)),
  fc.constant({ insert: { divider: true } }),
);
function formatted(verb: DeltaOp, of: DeltaOp['attributes']): DeltaOp {
  return of ? { ...verb, attributes: of } : verb;
}

test('components are joined as Delta joins them, and none is changed', () => {
  fc.assert(
    fc.property(fc.array(component, { maxLength: 12 }), (parts) => {
      const before = JSON.stringify(parts);
      const ops: DeltaOp[] = [];
      const delta = new Delta();
      for (const part of parts) {
        pushOp(ops, part);
        delta.push(part as Delta['ops'][number]);
      }
      assert.deepEqual(ops, delta.ops);
      assert.equal(JSON.stringify(parts), before);
    }),
    { numRuns: 5_000 },
  );
});

test('the cheap measure of a component is never below its JSON', () => {
  fc.assert(
    fc.property(component, (part) => {
      assert.ok(jsonBytesAtMost(part) >= jsonBytes(part));
    }),
    { numRuns: 3_000 },
  );
  const largest = { retain: Number.MAX_SAFE_INTEGER, attributes: { bold: null } };
  assert.ok(jsonBytesAtMost(largest) >= jsonBytes(largest));
});
