// The rich-text type: its name, its lazy documents, and the fuzzer published for it. The laws of OT are in
// laws-tp1.test.ts and laws-compose.test.ts.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import fc from 'fast-check';
import { checkOp } from '../../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../../core/delta.ts';
import { createRichTextType, LazyDelta, richTextUri } from '../../../core/rich-text.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';
import { withMocha } from '../../helpers/mocha-bridge.ts';

const type = createRichTextType(checkOp);
const stock = createRequire(import.meta.url)('rich-text').type;
const canonical = (delta: Delta) => new Delta(delta.ops).ops;
const equal = (left: Delta, right: Delta) => assert.deepEqual(canonical(left), canonical(right));

test('the type keeps the name and the address that stock clients ask for', () => {
  assert.equal(type.name, stock.name);
  assert.equal(type.uri, stock.uri);
  assert.equal(type.uri, richTextUri);
});

test('a lazy document equals the eager one after any number of ops, and old versions stay as they were', () => {
  fc.assert(
    fc.property(documents, fc.array(steps, { maxLength: 20 }), (document, plans) => {
      let lazy = new LazyDelta(document.ops);
      let eager = document;
      const history: [LazyDelta, DeltaOp[]][] = [];
      for (const plan of plans) {
        const op = layOp(eager, plan);
        history.push([lazy, eager.ops as DeltaOp[]]);
        lazy = lazy.append(op);
        eager = eager.compose(op);
        assert.equal(lazy.length(), eager.length());
      }
      for (let i = 0; i < Math.min(30, eager.length()); i++) {
        const unit = lazy.unitAt(i);
        const text = eager.slice(i, i + 1).ops[0]?.insert;
        assert.equal(unit, typeof text === 'string' ? text.charCodeAt(0) : 'embed');
      }
      equal(lazy, eager);
      for (const [old, ops] of history) assert.deepEqual(canonical(old), ops);
    }),
    { numRuns: 3_000 },
  );
});

test('a document folds by itself once too many ops wait', () => {
  let document = new LazyDelta([{ insert: '\n' }]);
  for (let i = 0; i < 1_000; i++) {
    document = document.append(new Delta().insert('x'));
    assert.ok(document.unfolded <= 129);
  }
  assert.equal(document.length(), 1_001);
});

test('a document goes over the wire as a stock server sends it', () => {
  const document = type.create([{ insert: 'Hi\n' }]);
  assert.equal(JSON.stringify(document), '{"ops":[{"insert":"Hi\\n"}]}');
  equal(type.deserialize(JSON.parse(JSON.stringify(document))), document);
});

/** What the published fuzzer uses of lodash, which is not installed here. */
const lodash = {
  cloneDeep: (value: object) => ({ ops: structuredClone((value as Delta).ops) }),
  clone: (value: object) => ({ ...value }),
  isString: (value: unknown) => typeof value === 'string',
  keys: Object.keys,
  reduce: (from: object, take: (memo: object, value: unknown, key: string) => object, to: object) =>
    Object.entries(from).reduce((memo, [key, value]) => take(memo, value, key), to),
};

describe('the fuzzer that rich-text publishes passes on our type', () => {
  const require = createRequire(import.meta.url);
  // It keeps its progress in the current folder.
  process.chdir(mkdtempSync(join(tmpdir(), 'deltapad-fuzzer-')));
  // Its embeds and formats are not ours, so nothing is checked; it copies documents key by key, so it
  // gets them folded.
  const unchecked = createRichTextType();
  let applied = 0;
  const fuzzed = {
    ...unchecked,
    create: (initial: unknown) => new Delta(unchecked.create(initial).ops),
    apply(document: unknown, op: unknown) {
      applied++;
      return new Delta(unchecked.apply(document, op).ops);
    },
    serialize: canonical,
  };
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => {
    if (name === 'lodash') return lodash;
    if (name === '../lib/type') return { type: fuzzed, Delta };
    return load(name, ...rest);
  };
  try {
    withMocha(() => require('rich-text/test/fuzzer.js'));
  } finally {
    loader._load = load;
  }
  after(() => assert.ok(applied > 1_000, `${applied} ops were applied`));
});
