import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkDocument, checkOp, parseOp } from '../../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../../core/delta.ts';
import { AppError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { LazyDelta } from '../../../core/rich-text.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';
import { malformedOps } from '../../helpers/malformed-ops.ts';

const hello = () => new LazyDelta([{ insert: 'hello\n' }]);
const refused = (op: unknown, sentence: RegExp, document = hello()) =>
  assert.throws(
    () => checkOp(document, op),
    (error) =>
      error instanceof AppError && error.code !== 'internal' && sentence.test(error.message),
    `accepted: ${JSON.stringify(op)?.slice(0, 80)}`,
  );

for (const [name, op, sentence] of malformedOps) {
  test(`${name} is refused in a sentence that names it`, () => refused(op, sentence));
}

test('a cut through a surrogate pair is refused, in folded text and in waiting ops', () => {
  const folded = new LazyDelta([{ insert: 'a😀b\n' }]);
  const waiting = hello().append(new Delta().retain(1).insert('😀'));
  for (const document of [folded, waiting]) {
    refused([{ retain: 2 }, { insert: 'x' }], /surrogate pair/, document);
    refused([{ retain: 1 }, { delete: 1 }], /surrogate pair/, document);
    refused([{ retain: 2 }, { retain: 1, attributes: { bold: true } }], /surrogate pair/, document);
    assert.ok(checkOp(document, [{ retain: 1 }, { delete: 2 }]));
    assert.ok(checkOp(document, [{ retain: 3 }, { insert: 'x' }]));
  }
});

test('the final newline may be deleted where another takes its place', () => {
  assert.ok(checkOp(hello(), [{ retain: 5 }, { insert: '!\n' }, { delete: 1 }]));
  const lines = new LazyDelta([{ insert: 'a\nb\n' }]);
  assert.ok(checkOp(lines, [{ retain: 2 }, { delete: 2 }]));
  refused([{ retain: 1 }, { delete: 3 }], /end with a newline/, lines);
});

test('what is accepted comes back canonical, without the client’s own objects', () => {
  const attributes = { bold: true };
  const op = checkOp(hello(), {
    ops: [{ insert: 'a', attributes }, { insert: 'b', attributes: { bold: true } }, { retain: 2 }],
  });
  assert.deepEqual(op.ops, [{ insert: 'ab', attributes: { bold: true } }]);
  attributes.bold = false;
  assert.deepEqual(op.ops, [{ insert: 'ab', attributes: { bold: true } }]);
  assert.deepEqual(checkOp(hello(), []).ops, []);
});

test('every op that an editor can make is accepted, and the document stays one', () => {
  fc.assert(
    fc.property(documents, steps, (document, plan) => {
      const lazy = new LazyDelta(document.ops);
      const op = layOp(document, plan);
      const checked = checkOp(lazy, JSON.parse(JSON.stringify(op.ops)));
      const after = lazy.append(checked);
      assert.deepEqual(checkDocument(after.ops).ops, new Delta(after.ops).ops);
      assert.deepEqual(new Delta(after.ops).ops, document.compose(op).ops);
    }),
    { numRuns: 10_000 },
  );
});

test('no JSON value makes the validator do anything but accept or refuse', () => {
  const part = fc.dictionary(
    fc.constantFrom('insert', 'retain', 'delete', 'attributes', 'x'),
    fc.oneof(fc.jsonValue(), fc.integer(), fc.string()),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.jsonValue()), { maxLength: 6 }), (op) => {
      const document = hello();
      try {
        const after = document.append(checkOp(document, op));
        assert.ok(checkDocument(after.ops));
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
      }
    }),
    { numRuns: 20_000 },
  );
});

test('sizes are limited: components, bytes of an op, bytes of a document', () => {
  const many: DeltaOp[] = Array.from({ length: limits.maxOpComponents + 1 }, () => ({ retain: 1 }));
  assert.throws(() => parseOp(many), { code: 'too-large' });
  assert.throws(() => parseOp([{ insert: 'x'.repeat(limits.maxOpBytes) }]), { code: 'too-large' });
  let document = hello();
  const block = checkOp(document, [{ insert: '林'.repeat(150_000) }]);
  assert.throws(
    () => {
      for (let i = 0; i < 100; i++) document = document.append(checkOp(document, block));
    },
    { code: 'too-large', message: /at most 10 MB/ },
  );
  assert.ok(document.length() > 3_000_000);
  // Text that was deleted again does not count.
  document = document.append(checkOp(document, [{ delete: document.length() - 1 }]));
  assert.ok(checkOp(document, block));
});

test('attributes over many runs count against the size of a document', () => {
  const runs: DeltaOp[] = [];
  for (let i = 0; i < 40_000; i++) {
    runs.push({ insert: 'a', ...(i % 2 ? { attributes: { bold: true } } : {}) });
  }
  runs.push({ insert: '\n' });
  const document = new LazyDelta(runs as Delta['ops']);
  const link = `https://example.org/${'x'.repeat(1_000)}`;
  assert.throws(() => checkOp(document, [{ retain: 40_000, attributes: { link } }]), {
    code: 'too-large',
  });
});

test('a new document holds inserts only and ends with a newline', () => {
  assert.ok(checkDocument([{ insert: 'a\n' }]));
  assert.ok(checkDocument({ ops: [{ insert: '\n' }] }));
  for (const content of [[], [{ insert: 'a' }], [{ retain: 1 }], [{ insert: { divider: true } }]]) {
    assert.throws(() => checkDocument(content), { code: 'bad-op' });
  }
});
