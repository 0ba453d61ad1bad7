import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { checkOp } from '../../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../../core/delta.ts';
import { createRichTextType, LazyDelta, richTextUri } from '../../../core/rich-text.ts';
import { concurrent, documents, layOp, steps } from '../../helpers/deltas.ts';

const type = createRichTextType(checkOp);
const stock = createRequire(import.meta.url)('rich-text').type;
// Cases per property; a run of CI draws new ones each time and prints the seed when one fails.
const numRuns = 5_000;
const canonical = (delta: Delta) => new Delta(delta.ops).ops;
const equal = (left: Delta, right: Delta) => assert.deepEqual(canonical(left), canonical(right));

test('the type keeps the name and the address that stock clients ask for', () => {
  assert.equal(type.name, stock.name);
  assert.equal(type.uri, stock.uri);
  assert.equal(type.uri, richTextUri);
});

test('TP1: both orders of two concurrent ops end at the same document', () => {
  fc.assert(
    fc.property(concurrent, ({ document, left, right }) => {
      const viaLeft = type.apply(type.apply(document, left), type.transform(right, left, 'left'));
      const viaRight = type.apply(
        type.apply(document, right),
        type.transform(left, right, 'right'),
      );
      equal(viaLeft, viaRight);
    }),
    { numRuns },
  );
});

test('transform agrees with the stock rich-text type on both sides', () => {
  fc.assert(
    fc.property(concurrent, ({ left, right }) => {
      for (const side of ['left', 'right'] as const) {
        equal(type.transform(left, right, side), stock.transform(left, right, side));
      }
    }),
    { numRuns: 5_000 },
  );
});

test('composing two ops equals applying them one after the other', () => {
  fc.assert(
    fc.property(documents, steps, steps, (document, first, second) => {
      const one = layOp(document, first);
      const between = document.compose(one);
      const two = layOp(between, second);
      equal(
        type.apply(type.apply(document, one), two),
        type.apply(document, type.compose(one, two)),
      );
    }),
    { numRuns },
  );
});

test('the inverse of an op takes it back', () => {
  fc.assert(
    fc.property(documents, steps, (document, plan) => {
      const op = layOp(document, plan);
      equal(document.compose(op).compose(op.invert(document)), document);
    }),
    { numRuns },
  );
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

test('the published fuzzer of OT types passes', () => {
  // It keeps its progress in the current folder.
  process.chdir(mkdtempSync(join(tmpdir(), 'deltapad-fuzzer-')));
  const fuzzer = createRequire(import.meta.url)('ot-fuzzer');
  const random = (max: number): number => fuzzer.randomInt(max);
  const generate = (document: Delta): [Delta, Delta] => {
    const last = document.length() - 1;
    const op = new Delta();
    let index = 0;
    while (index < last && random(3) > 0) {
      const length = Math.min(1 + random(4), last - index);
      const verb = random(3);
      if (verb === 0) op.retain(length);
      else if (verb === 1) op.delete(length);
      else op.retain(length, { bold: random(2) ? true : null });
      index += length;
      if (random(2)) op.insert(fuzzer.randomWord(), random(2) ? { italic: true } : undefined);
    }
    op.insert(random(4) ? fuzzer.randomWord() : ({ divider: true } as never));
    op.chop();
    return [op, document.compose(op)];
  };
  // It copies documents key by key, so it gets them folded.
  const fuzzed = {
    ...type,
    create: () => new Delta().insert('\n'),
    apply: (document: unknown, op: unknown) => new Delta(type.apply(document, op).ops),
    serialize: canonical,
  };
  fuzzer(fuzzed, generate, 100);
});
