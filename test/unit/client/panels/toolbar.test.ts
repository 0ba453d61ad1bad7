import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlineDepths } from '../../../../client/panels/outline.tsx';
import { groups, groupsThatFit, headingOf } from '../../../../client/panels/toolbar-tools.ts';
import { formats } from '../../../../core/formats.ts';
import { en } from '../../../../core/i18n/en.ts';

test('the whole toolbar stands at 1024 px; at 960 px Clear has folded, at 720 px more', () => {
  assert.equal(groupsThatFit(1024), groups.length);
  assert.ok(groupsThatFit(960) < groups.length);
  assert.ok(groupsThatFit(720) < groupsThatFit(960));
});

test('folding takes groups from the end and leaves undo to the last', () => {
  let before: number = groups.length;
  for (let width = 1200; width >= 100; width -= 10) {
    const now = groupsThatFit(width);
    assert.ok(now <= before && now >= 1, `${width}`);
    before = now;
  }
});

test('every tool has a name in the catalogue and does something', () => {
  const ids = new Set<string>();
  for (const tool of groups.flat()) {
    assert.ok(tool.label in en, tool.label);
    assert.ok(tool.run || tool.menu || tool.id === 'style', tool.id);
    assert.equal(ids.has(tool.id), false, tool.id);
    ids.add(tool.id);
  }
});

test('the paragraph style is a heading level, or normal text', () => {
  assert.equal(headingOf({ header: 3 }), 3);
  assert.equal(headingOf({}), 0);
  assert.equal(headingOf({ header: [1, 2] }), 0);
  assert.ok(formats.header?.accepts(6));
});

test('the outline steps down by one, whatever levels a writer jumps over', () => {
  const depths = (...levels: (1 | 2 | 3 | 4 | 5 | 6)[]) =>
    outlineDepths(levels.map((level) => ({ level })));
  assert.deepEqual(depths(1, 2, 2, 3, 1), [1, 2, 2, 3, 1]);
  assert.deepEqual(depths(2, 4, 4, 2), [1, 2, 2, 1]);
  assert.deepEqual(depths(1, 2, 3, 4, 5), [1, 2, 3, 3, 3]);
  assert.deepEqual(depths(3, 2, 1), [1, 1, 1]);
});
