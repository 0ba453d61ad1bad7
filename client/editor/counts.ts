// Words, characters and paragraphs. Words are what Intl.Segmenter calls word-like, so that Chinese, whose
// words have no spaces between them, is counted too.

import type { DeltaOp } from '../../core/delta.ts';
import { chunksOf, perChunk, textOf } from './chunk-cache.ts';
import type { Counts } from './editor-api.ts';
import type { Lines } from './lines.ts';

export interface Counter {
  lines(lines: Lines): Counts;
  text(text: string): Counts;
}

const NOTHING: Counts = { words: 0, characters: 0, charactersWithoutSpaces: 0, paragraphs: 0 };

export function createCounter(locale: string): Counter {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'word' });

  function words(text: string): number {
    let count = 0;
    for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
    return count;
  }

  /** Characters are code points: a person who types one sign has typed one. */
  function countLine(line: string): Counts {
    const text = line.replaceAll('\uFFFC', '');
    if (text === '') return NOTHING;
    let characters = 0;
    let spaces = 0;
    for (const sign of text) {
      characters++;
      if (/\s/u.test(sign)) spaces++;
    }
    return {
      words: words(text),
      characters,
      charactersWithoutSpaces: characters - spaces,
      paragraphs: characters > spaces ? 1 : 0,
    };
  }

  const chunk = perChunk(({ lines }) =>
    lines.reduce((sum, line) => add(sum, countLine(textOf(line.ops as DeltaOp[]))), NOTHING),
  );
  return {
    lines: (lines) => {
      let sum = NOTHING;
      for (const each of chunksOf(lines)) sum = add(sum, chunk(each.chunk));
      return sum;
    },
    text: (text) => text.split('\n').reduce((sum, line) => add(sum, countLine(line)), NOTHING),
  };
}

const add = (a: Counts, b: Counts): Counts => ({
  words: a.words + b.words,
  characters: a.characters + b.characters,
  charactersWithoutSpaces: a.charactersWithoutSpaces + b.charactersWithoutSpaces,
  paragraphs: a.paragraphs + b.paragraphs,
});
