import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Chunk,
  difference,
  joinLines,
  Lines,
  LinesDelta,
} from '../../../../client/editor/lines.ts';
import { linesOf } from '../../../../core/convert/lines.ts';
import { Delta, type DeltaOp } from '../../../../core/delta.ts';

const line = (text: string, attributes?: object): Delta =>
  new Delta().insert(text).insert('\n', attributes as never);

/** Lines cut into chunks of a few. */
function linesFrom(all: readonly Delta[], perChunk = 3): Lines {
  const chunks: Chunk[] = [];
  for (let i = 0; i < all.length; i += perChunk) chunks.push(new Chunk(all.slice(i, i + perChunk)));
  return new Lines(chunks);
}

const aLine = fc
  .tuple(
    fc.array(
      fc.tuple(fc.constantFrom('a', 'bc', '汉', 'd e'), fc.constantFrom({}, { bold: true })),
      { maxLength: 3 },
    ),
    fc.constantFrom({}, { header: 1 }, { list: 'bullet' }),
  )
  .map(([runs, block]) => {
    const delta = new Delta();
    for (const [text, attributes] of runs) delta.insert(text, attributes);
    return delta.insert('\n', block);
  });

test('lines put together are the canonical delta', () => {
  fc.assert(
    fc.property(fc.array(aLine, { maxLength: 12 }), (all) => {
      const whole = new Delta();
      for (const each of all) for (const op of each.ops) whole.push(op);
      assert.deepEqual(joinLines(all), whole.ops);
      assert.deepEqual(LinesDelta.of(linesFrom(all)).ops, whole.ops);
    }),
  );
});

test('a slice of the lines is the slice of the delta', () => {
  fc.assert(
    fc.property(
      fc.array(aLine, { minLength: 1, maxLength: 12 }),
      fc.nat(60),
      fc.nat(60),
      (all, a, b) => {
        const lines = linesFrom(all);
        const whole = new Delta(lines.ops() as Delta['ops']);
        const [start, end] = a < b ? [a, b] : [b, a];
        assert.deepEqual(LinesDelta.of(lines).slice(start, end).ops, whole.slice(start, end).ops);
        assert.equal(LinesDelta.of(lines).length(), whole.length());
      },
    ),
  );
});

test('the difference of two versions, put in place, makes the second of the first', () => {
  fc.assert(
    fc.property(
      fc.array(aLine, { maxLength: 10 }),
      fc.array(aLine, { maxLength: 4 }),
      fc.nat(10),
      fc.nat(4),
      (all, put, at, removed) => {
        const before = linesFrom(all);
        const next = all.toSpliced(at, removed, ...put);
        const after = linesFrom(next, 2);
        const { start, before: old, after: now } = difference(before, after);
        const length = old.reduce((sum, each) => sum + each.length(), 0);
        const base = new Delta(before.ops() as Delta['ops']);
        const change = new Delta()
          .retain(start)
          .concat(new Delta(joinLines(now) as Delta['ops']))
          .delete(length);
        assert.deepEqual(base.compose(change).ops, after.ops());
      },
    ),
  );
});

test('equal chunks are not looked into', () => {
  const shared = new Chunk([line('same'), line('same too')]);
  const broken = Object.create(shared, {
    lines: {
      get() {
        throw new Error('looked into');
      },
    },
  }) as Chunk;
  const before = new Lines([broken, new Chunk([line('a')]), broken]);
  const after = new Lines([broken, new Chunk([line('b')]), broken]);
  const { start, before: old, after: now } = difference(before, after);
  assert.equal(start, shared.length);
  assert.deepEqual([old.length, now.length], [1, 1]);
});

test('a region is whole lines, at least the one that holds the index', () => {
  const lines = linesFrom([line('one'), line('two'), line('three'), line('four')]);
  assert.deepEqual(lines.region(5, 5), {
    start: 4,
    end: 8,
    lines: lines.chunks[0]!.lines.slice(1, 2),
  });
  assert.equal(lines.region(3, 9).start, 0);
  assert.equal(lines.region(3, 9).end, 14);
  assert.deepEqual(lines.region(99, 120), { start: 19, end: 19, lines: [] });
});

test('a delta of lines serves as any other: composed, inverted, replaced', () => {
  const delta = LinesDelta.of(linesFrom([line('one'), line('two', { header: 1 })]));
  const change = new Delta().retain(1).delete(4).insert('x');
  assert.deepEqual(delta.compose(change).ops, [
    { insert: 'oxwo' },
    { insert: '\n', attributes: { header: 1 } },
  ]);
  assert.deepEqual(delta.compose(change).compose(change.invert(delta)).ops, delta.ops);
  assert.equal([...linesOf(delta.ops as DeltaOp[])].length, 2);
});
