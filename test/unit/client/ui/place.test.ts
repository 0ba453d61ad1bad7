import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeBeside } from '../../../../client/ui/place.ts';

const view = { left: 8, top: 8, right: 392, bottom: 792 };
const at = (left: number, top: number, width = 32, height = 32) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});
const below = { align: 'start', gap: 4 } as const;

test('a box opens under its anchor, lined up as asked', () => {
  const anchor = at(100, 40);
  const size = { width: 200, height: 100 };
  assert.deepEqual(placeBeside(anchor, size, view, below), { left: 100, top: 76 });
  assert.deepEqual(placeBeside(at(300, 40), size, view, { align: 'end', gap: 4 }), {
    left: 132,
    top: 76,
  });
  assert.equal(placeBeside(anchor, size, view, { align: 'center', gap: 4 }).left, 16);
});

test('it never leaves the view at either side', () => {
  const size = { width: 200, height: 100 };
  assert.equal(placeBeside(at(380, 40), size, view, below).left, 192);
  assert.equal(placeBeside(at(10, 40), size, view, { align: 'end', gap: 4 }).left, 8);
});

test('without room below it opens above, and not over its anchor', () => {
  const size = { width: 200, height: 100 };
  assert.equal(placeBeside(at(100, 740), size, view, below).top, 636);
});

test('without room anywhere it takes the roomier side, inside the view', () => {
  const size = { width: 200, height: 700 };
  assert.equal(placeBeside(at(100, 300), size, view, below).top, 92);
  assert.equal(placeBeside(at(100, 600), size, view, below).top, 8);
});

test('asked for above, it goes below only when it must', () => {
  const size = { width: 200, height: 100 };
  const above = { ...below, side: 'above' } as const;
  assert.equal(placeBeside(at(100, 400), size, view, above).top, 296);
  assert.equal(placeBeside(at(100, 40), size, view, above).top, 76);
});
