import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highlightOf, textColorOf, toHex } from '../../../../client/editor/colors-read.ts';
import { contrast, hardToRead } from '../../../../client/editor/contrast.ts';
import { createCounter } from '../../../../client/editor/counts.ts';
import { matchesIn, patternOf } from '../../../../client/editor/find-pattern.ts';
import { LineWriter } from '../../../../client/editor/line-writer.ts';
import { cutInPieces } from '../../../../client/editor/pieces.ts';

test('colours of pages become #rrggbb, and those that say nothing go', () => {
  assert.equal(toHex('rgb(179, 38, 30)'), '#b3261e');
  assert.equal(toHex('rgba(0 0 0 / 0.1)'), null);
  assert.equal(toHex('#Fa0'), '#ffaa00');
  assert.equal(toHex('windowtext'), null);
  assert.equal(textColorOf('black'), null);
  assert.equal(textColorOf('rgb(51,51,51)'), null);
  assert.equal(textColorOf('#1155cc'), '#1155cc');
  assert.equal(highlightOf('white'), null);
  assert.equal(highlightOf('yellow'), '#ffff00');
});

test('contrast is that of WCAG, and foreign colours are told by the scheme they drown in', () => {
  assert.equal(Math.round(contrast('#000000', '#ffffff')), 21);
  assert.equal(hardToRead('#ffff00'), 'light');
  assert.equal(hardToRead('#000080'), 'dark');
  assert.equal(hardToRead('#808080'), 'light dark');
});

test('words are counted in English and Chinese, embeds are none', () => {
  const { text } = createCounter('en');
  assert.deepEqual(text('Two words\n\n\uFFFC我们在果园。'), {
    words: 5,
    characters: 15,
    charactersWithoutSpaces: 14,
    paragraphs: 2,
  });
  assert.equal(text('😀👍🏽').characters, 3);
});

test('a query is found letter for letter, case folded when asked', () => {
  const count = (line: string, query: string, matchCase = false) =>
    matchesIn(line, patternOf(query, matchCase)).length;
  assert.equal(count('a.b axb', 'a.b'), 1);
  assert.equal(count('Straße STRASSE', 'straße'), 1);
  assert.equal(count('É é', 'é'), 2);
  assert.equal(count('É é', 'é', true), 1);
  assert.equal(count('a\u00a0b', 'a b'), 1);
  assert.deepEqual(matchesIn('x😀y😀', patternOf('😀', false)), [
    { index: 1, length: 2 },
    { index: 4, length: 2 },
  ]);
});

test('long content is cut where lines end, and nothing is lost', () => {
  const text = Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n');
  const pieces = cutInPieces([
    { insert: text, attributes: { bold: true } },
    { insert: { divider: true } },
    { insert: '\nend' },
  ]);
  assert.ok(pieces.length >= 5);
  for (const piece of pieces.slice(0, -1)) {
    const last = piece.at(-1)?.insert;
    assert.ok(typeof last === 'string' && last.endsWith('\n'));
  }
  const joined = pieces.flat().map(({ insert }) => (typeof insert === 'string' ? insert : '*'));
  assert.equal(joined.join(''), `${text}*\nend`);
});

test('white space of pasted text is what a page shows', () => {
  const writer = new LineWriter();
  writer.text('  a \n b', {}, false);
  writer.text(' ', { bold: true }, false);
  writer.text(' c ', {}, false);
  writer.end({ header: 1, list: 'nonsense' });
  writer.text('\u00a0', {}, false);
  writer.end({});
  writer.text('  kept\t', { color: 'red' }, true);
  writer.end({});
  assert.deepEqual(writer.ops, [
    { insert: 'a b' },
    { insert: ' ', attributes: { bold: true } },
    { insert: 'c' },
    { insert: '\n', attributes: { header: 1 } },
    { insert: '\n  kept\t\n' },
  ]);
});
