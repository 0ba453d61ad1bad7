import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffDocuments } from '../../../../client/sync/difference.ts';
import { compareChange, isDeepEqual } from '../../../../client/sync/drift.ts';
import { UnsentBuffer } from '../../../../client/sync/unsent.ts';
import { Delta, jsonBytes } from '../../../../core/delta.ts';
import { limits } from '../../../../core/limits.ts';
import { concurrent, documents } from '../../../helpers/deltas.ts';

const runs = { numRuns: 300 };

test('a buffer rebased over an op meets it at the same document', () => {
  fc.assert(
    fc.property(concurrent, ({ document, left, right }) => {
      const buffer = new UnsentBuffer();
      buffer.push(left);
      const above = buffer.rebase(right);
      assert.deepEqual(
        document.compose(right).compose(buffer.compose()).ops,
        document.compose(left).compose(above).ops,
      );
    }),
    runs,
  );
});

test('also when a part of it waits ahead of the newest edits', () => {
  fc.assert(
    fc.property(concurrent, fc.integer({ min: 0, max: 5 }), ({ document, left, right }, at) => {
      const buffer = new UnsentBuffer();
      buffer.unshift({ op: left, edits: 1 });
      const later = new Delta()
        .retain(Math.min(at, document.compose(left).length() - 1))
        .insert('z');
      buffer.push(later);
      const before = document.compose(left).compose(later);
      const above = buffer.rebase(right);
      assert.deepEqual(
        document.compose(right).compose(buffer.compose()).ops,
        before.compose(above).ops,
      );
      assert.equal(
        document.length() + right.changeLength() + buffer.lengthChange,
        before.compose(above).length(),
      );
    }),
    runs,
  );
});

test('a large buffer is taken in parts within the limit, whose last one ends its edits', () => {
  const buffer = new UnsentBuffer();
  buffer.push(new Delta().insert('a'.repeat(3 * limits.splitOpBytes)));
  buffer.push(new Delta().insert('b'));
  const whole = buffer.compose();
  assert.equal(buffer.edits, 2);
  let document = new Delta();
  const edits: number[] = [];
  for (let part = buffer.take(); part; part = buffer.take()) {
    assert.ok(jsonBytes(part.op.ops) <= limits.maxOpBytes);
    edits.push(part.edits);
    document = document.compose(part.op);
  }
  assert.deepEqual(document.ops, whole.ops);
  assert.ok(edits.length > 2);
  assert.deepEqual(edits, [...edits.slice(1).map(() => 0), 2]);
  assert.ok(buffer.isEmpty);
});

test('positions go down to the document and up again', () => {
  const buffer = new UnsentBuffer();
  buffer.unshift({ op: new Delta().retain(2).insert('XY'), edits: 1 });
  buffer.push(new Delta().delete(1));
  // `abcd` is on the screen as `bXYcd`.
  assert.equal(buffer.carry(3), 4);
  assert.equal(buffer.carryBack(4), 3);
  assert.equal(buffer.carryBack(2), 2, 'inside the insert: where it was put');
});

test('the difference of two documents leads from one to the other', () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      assert.deepEqual(before.compose(diffDocuments(before, after)).ops, after.ops);
    }),
    runs,
  );
});

test('the last newlines of two documents are the same one', () => {
  const change = diffDocuments(new Delta().insert('a\nb\n'), new Delta().insert('a\n'));
  assert.deepEqual(change.ops, [{ retain: 1 }, { delete: 2 }]);
  const styled = diffDocuments(
    new Delta().insert('a\n'),
    new Delta().insert('a').insert('\n', { header: 1 }),
  );
  assert.deepEqual(styled.ops, [{ retain: 1 }, { retain: 1, attributes: { header: 1 } }]);
});

test('documents that have little in common are compared in bounded time', () => {
  const noise = (seed: number) => {
    let text = '';
    for (let i = 0, x = seed; i < 200_000; i++) {
      x = (x * 1103515245 + 12345) % 2147483648;
      text += String.fromCharCode(97 + (x % 26));
    }
    return text;
  };
  const before = new Delta().insert(`same${noise(1)}\n`);
  const after = new Delta().insert(`same${noise(7)}\n`);
  const start = performance.now();
  const change = diffDocuments(before, after);
  assert.ok(performance.now() - start < 2_000);
  assert.deepEqual(before.compose(change).ops, after.ops);
});

test('what an editor did is compared by structure: formats apart from lengths', () => {
  const asked = new Delta().retain(2, { bold: true, italic: true }).insert('ab').delete(1);
  const other = new Delta()
    .retain(1, { bold: true })
    .retain(1)
    .insert('a')
    .insert('b', { x: 1 })
    .delete(1);
  assert.equal(compareChange(asked, new Delta(asked.ops)), 'none');
  assert.equal(compareChange(asked, other), 'formats');
  assert.equal(compareChange(asked, new Delta().retain(2).insert('abc').delete(1)), 'lengths');
  assert.equal(compareChange(new Delta().retain(3, { bold: true }), new Delta()), 'formats');
  assert.ok(isDeepEqual({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }));
  assert.ok(!isDeepEqual({ a: 1 }, { a: 1, b: undefined }));
  assert.ok(!isDeepEqual([], {}));
});
