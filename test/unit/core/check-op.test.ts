import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkDocument, checkOp, parseOp } from '../../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../../core/delta.ts';
import { AppError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { LazyDelta } from '../../../core/rich-text.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';

const hello = () => new LazyDelta([{ insert: 'hello\n' }]);
const refused = (op: unknown, sentence: RegExp, document = hello()) =>
  assert.throws(
    () => checkOp(document, op),
    (error) =>
      error instanceof AppError && error.code !== 'internal' && sentence.test(error.message),
    `accepted: ${JSON.stringify(op)?.slice(0, 80)}`,
  );

// internals.md §6.2: what a stock server stores and broadcasts.
const malformed: [string, unknown, RegExp][] = [
  ['null', null, /list of components/],
  ['a number', 5, /list of components/],
  ['a string', 'str', /list of components/],
  ['an object without ops', {}, /list of components/],
  ['ops that are no list', { ops: 'x' }, /list of components/],
  ['extra keys beside ops', { ops: [], junk: 1 }, /no key “junk”/],
  ['a null component', [null], /Component 0: a component must be an object/],
  ['a number as component', [5], /must be an object/],
  ['a string as component', ['abc'], /must be an object/],
  ['a list as component', [[]], /must be an object/],
  ['an empty component', [{}], /exactly one of/],
  ['two verbs', [{ insert: 'a', delete: 1 }], /exactly one of/],
  ['an unknown key', [{ insert: 'a', move: 1 }], /key “move”/],
  ['retain as text', [{ retain: '2' }], /whole number/],
  ['retain null', [{ retain: null }], /whole number/],
  ['retain 0', [{ retain: 0 }, { insert: 'x' }], /whole number/],
  ['retain -1', [{ retain: -1 }], /whole number/],
  ['retain 1.5', [{ retain: 1.5 }], /whole number/],
  ['retain infinite', JSON.parse('[{"retain":1e999}]'), /whole number/],
  ['retain beyond 2^53', [{ retain: 2 ** 54 }], /whole number/],
  ['a retain into an embed', [{ retain: { image: {} } }], /whole number/],
  ['delete 0', [{ delete: 0 }], /whole number/],
  ['delete -3', [{ delete: -3 }], /whole number/],
  ['delete 0.5', [{ delete: 0.5 }], /whole number/],
  ['delete as text', [{ delete: '3' }], /whole number/],
  ['delete infinite', JSON.parse('[{"delete":1e999}]'), /whole number/],
  ['attributes on a delete', [{ delete: 1, attributes: { bold: true } }], /no attributes/],
  ['insert null', [{ insert: null }], /text or an embed/],
  ['insert 5', [{ insert: 5 }], /text or an embed/],
  ['insert false', [{ insert: false }], /text or an embed/],
  ['insert a list', [{ insert: [] }], /text or an embed/],
  ['insert an empty object', [{ insert: {} }], /exactly one key/],
  ['insert two embeds', [{ insert: { divider: true, image: 'x' } }], /exactly one key/],
  ['insert nothing', [{ insert: '' }], /must not be empty/],
  ['an unknown embed', [{ insert: { nope: 1 } }], /embed “nope” is not known/],
  ['an embed from the prototype', [{ insert: { constructor: 1 } }], /not known/],
  ['a script as image', [{ insert: { image: 'javascript:alert(1)' } }], /“image” is not allowed/],
  ['a data image', [{ insert: { image: 'data:image/png;base64,AA' } }], /“image” is not allowed/],
  ['a divider with another value', [{ insert: { divider: 'x' } }], /“divider” is not allowed/],
  ['carriage returns', [{ insert: 'a\r\nb' }], /carriage return/],
  ['NUL', [{ insert: 'a\0' }], /NUL/],
  ['a lone high surrogate', [{ insert: 'a\ud83d' }], /surrogate/],
  ['a lone low surrogate', [{ insert: '\ude00' }], /surrogate/],
  [
    'a lone surrogate in an embed',
    [{ insert: { image: 'https://example.org/\ud83d' } }],
    /embed “image” holds half a surrogate pair/,
  ],
  [
    'a lone surrogate in a format',
    [{ retain: 1, attributes: { alt: '\ude00' } }],
    /format “alt” holds half a surrogate pair/,
  ],
  ['NUL in a format', [{ retain: 1, attributes: { alt: 'a\0' } }], /format “alt” holds a NUL/],
  ['attributes as text', [{ insert: 'a', attributes: 'bold' }], /must be an object/],
  ['attributes as list', [{ insert: 'a', attributes: ['bold'] }], /must be an object/],
  ['removing on an insert', [{ insert: 'a', attributes: { bold: null } }], /cannot remove/],
  ['an unknown format', [{ insert: 'a', attributes: { blink: true } }], /“blink” is not known/],
  ['an unknown format removed', [{ retain: 1, attributes: { blink: null } }], /not known/],
  [
    '__proto__ as format',
    JSON.parse('[{"retain":1,"attributes":{"__proto__":true}}]'),
    /not known/,
  ],
  ['bold: "yes"', [{ insert: 'a', attributes: { bold: 'yes' } }], /“bold” is not allowed/],
  ['bold: false', [{ insert: 'a', attributes: { bold: false } }], /“bold” is not allowed/],
  ['header 7', [{ insert: '\n', attributes: { header: 7 } }], /“header” is not allowed/],
  ['header as markup', [{ insert: '\n', attributes: { header: '<img>' } }], /not allowed/],
  ['indent 9', [{ insert: '\n', attributes: { indent: 9 } }], /“indent” is not allowed/],
  ['a named colour', [{ insert: 'a', attributes: { color: 'red' } }], /“color” is not allowed/],
  ['a script link', [{ insert: 'a', attributes: { link: 'javascript:alert(1)' } }], /not allowed/],
  [
    'a script link in disguise',
    [{ insert: 'a', attributes: { link: ' javascript:x' } }],
    /allowed/,
  ],
  ['a data link', [{ insert: 'a', attributes: { link: 'data:text/html,x' } }], /not allowed/],
  ['an object as value', [{ insert: 'a', attributes: { link: {} } }], /not allowed/],
  [
    '10,000 formats',
    [
      {
        insert: 'a',
        attributes: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, 1])),
      },
    ],
    /more than 32 attributes/,
  ],
  ['a retain beyond the end', [{ retain: 100 }, { insert: 'x' }], /has 6 characters/],
  ['a delete beyond the end', [{ delete: 100 }], /has 6 characters/],
  ['deleting the final newline', [{ retain: 5 }, { delete: 1 }], /end with a newline/],
  ['deleting everything', [{ delete: 6 }], /end with a newline/],
  [
    'text behind the final newline',
    [{ retain: 6, attributes: { bold: true } }, { insert: 'x' }],
    /end with a newline/,
  ],
  [
    'an embed behind the final newline',
    [{ retain: 6, attributes: { bold: true } }, { insert: { divider: true } }],
    /end with a newline/,
  ],
];

for (const [name, op, sentence] of malformed) {
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
