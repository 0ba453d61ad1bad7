// Words for search: what is indexed of a text and what is looked up for a query. Pure; every store
// engine uses it, so that the same query finds the same documents on each of them.
// Scripts written without spaces have no words to cut at: they are indexed as single characters and
// as adjacent pairs, and a query of two or more such characters asks for its pairs.

import { limits } from './limits.ts';

export interface QueryTokens {
  /** Each must occur in the document. */
  words: string[];
  /** The last word of the query, still being typed: some token must begin with it. */
  prefix: string | null;
}

const WORD_CHARS = '\\p{L}\\p{N}\\p{M}';
const UNSPACED_CHARS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
/** Group 1: a run of an unspaced script; else a piece of a word, which no real word is longer than. */
const PIECES = new RegExp(
  `((?:(?=[${WORD_CHARS}])[${UNSPACED_CHARS}])+)|(?:(?![${UNSPACED_CHARS}])[${WORD_CHARS}]){1,64}`,
  'gu',
);
/** Accents, Hebrew points, Arabic vowel signs and tatweel, variation selectors: people leave them out. */
const MARKS =
  /\u0640|[\u0300-\u036f]|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]|[\u064b-\u065f\u0670]|[\ufe00-\ufe0f]/g;
/** Letters that Unicode does not take apart, but people type without the stroke. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};
const SPECIAL_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, all of it.
const ASCII = /^[\x00-\x7f]*$/;

const ONE_ASCII_WORD = /^[a-z0-9]+$/;

/** One spelling for what people take for the same word: width, case, accents. */
function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(SPECIAL_LETTERS, (letter) => LETTERS[letter] ?? letter);
}

interface Piece {
  text: string;
  unspaced: boolean;
}

function* pieces(text: string): Generator<Piece> {
  for (const match of text.matchAll(PIECES)) {
    const folded = fold(match[0]);
    if (ONE_ASCII_WORD.test(folded)) {
      yield { text: folded, unspaced: false };
      continue;
    }
    // Folding may add what is no letter (½ becomes 1⁄2) or leave nothing: cut once more.
    for (const part of folded.matchAll(PIECES)) {
      yield { text: part[0], unspaced: part[1] !== undefined };
    }
  }
}

/** Tokens in the order of the text, repeated as often as they occur; letters and digits only. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const piece of pieces(text.slice(0, limits.maxSearchChars))) {
    if (tokens.length >= limits.maxSearchTokens) break;
    if (!piece.unspaced) {
      tokens.push(piece.text);
    } else {
      let before = '';
      for (const char of piece.text) {
        tokens.push(char);
        if (before !== '') tokens.push(before + char);
        before = char;
      }
    }
  }
  if (tokens.length > limits.maxSearchTokens) tokens.length = limits.maxSearchTokens;
  return tokens;
}

/** No words and no prefix: the query says nothing that can be looked up. */
export function queryTokens(query: string): QueryTokens {
  const words = new Set<string>();
  let prefix: string | null = null;
  for (const piece of pieces(query.slice(0, limits.maxQueryChars))) {
    if (prefix !== null) words.add(prefix);
    prefix = null;
    if (!piece.unspaced) {
      prefix = piece.text;
      continue;
    }
    const chars = [...piece.text];
    if (chars.length === 1) words.add(piece.text);
    for (let i = 1; i < chars.length; i++) words.add(`${chars[i - 1]}${chars[i]}`);
  }
  return { words: [...words], prefix };
}
