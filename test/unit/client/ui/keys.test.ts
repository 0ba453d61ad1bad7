import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ariaKeys, keyLabel } from '../../../../client/ui/keys.ts';

test('keys are written as the platform writes them', () => {
  assert.equal(keyLabel('Mod+B', false), 'Ctrl+B');
  assert.equal(keyLabel('Mod+B', true), '⌘B');
  assert.equal(keyLabel('Mod+Shift+7', true), '⇧⌘7');
  assert.equal(keyLabel('Mod+Alt+1', true), '⌥⌘1');
  assert.equal(keyLabel('Mod+Shift+ArrowUp', false), 'Ctrl+Shift+↑');
  assert.equal(keyLabel('Escape', false), 'Esc');
});

test('the plus key is a key', () => {
  assert.equal(keyLabel('Mod++', false), 'Ctrl++');
});

test('assistive technology gets its own words', () => {
  assert.equal(ariaKeys('Mod+Shift+7', false), 'Control+Shift+7');
  assert.equal(ariaKeys('Mod+Shift+7', true), 'Meta+Shift+7');
});
