import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chordOf,
  type Stroke,
  shortcutGroups,
  shortcutTable,
} from '../../../../client/editor/shortcuts.ts';
import { en } from '../../../../core/i18n/en.ts';

const stroke = (key: string, code: string, modifiers = '', altGraph = false): Stroke => ({
  key,
  code,
  ctrlKey: modifiers.includes('c'),
  metaKey: modifiers.includes('m'),
  altKey: modifiers.includes('a'),
  shiftKey: modifiers.includes('s'),
  getModifierState: () => altGraph,
});

test('a stroke is known by what it types, digits by their place', () => {
  assert.equal(chordOf(stroke('b', 'KeyB', 'c'), false), 'Mod+B');
  assert.equal(chordOf(stroke('&', 'Digit7', 'cs'), false), 'Mod+Shift+7');
  assert.equal(chordOf(stroke('¡', 'Digit1', 'ma'), true), 'Mod+Alt+1');
  assert.equal(chordOf(stroke('и', 'KeyB', 'c'), false), 'Mod+B');
  assert.equal(chordOf(stroke('ж', 'Semicolon', 'c'), false), 'Mod+ж');
  // Dvorak: what is typed counts, not where the key sits.
  assert.equal(chordOf(stroke('k', 'KeyV', 'c'), false), 'Mod+K');
  assert.equal(chordOf(stroke('ArrowUp', 'ArrowUp', 'cs'), false), 'Mod+Shift+ArrowUp');
});

test('AltGr types, and the other system’s key is not ours', () => {
  assert.equal(chordOf(stroke('#', 'Digit3', 'ca', true), false), null);
  assert.equal(chordOf(stroke('b', 'KeyB', 'm'), false), null);
  assert.equal(chordOf(stroke('b', 'KeyB', 'c'), true), null);
});

test('every chord of the table can be struck, and belongs to one deed', () => {
  for (const isMac of [false, true]) {
    const all = shortcutGroups(isMac).flatMap(({ shortcuts }) => shortcuts);
    const chords = all.flatMap(({ keys }) => keys);
    assert.equal(new Set(chords).size, chords.length, 'no chord twice');
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length, 'no deed twice');
    for (const { label } of all) assert.ok(label in en, label);
    for (const chord of chords) {
      const parts = chord.split('+');
      const inOrder = ['Mod', 'Alt', 'Shift'].filter((name) => parts.includes(name));
      assert.deepEqual(parts.slice(0, -1), inOrder, `${chord} is written as strokes are read`);
    }
    assert.equal(shortcutTable(isMac).get('Mod+B'), 'bold');
  }
});
