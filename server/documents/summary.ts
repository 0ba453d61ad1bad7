// What a document is known by beside its text: first heading, first words, the words for search. Pure.

import { linesOf, lineText } from '../../core/convert/lines.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { limits } from '../../core/limits.ts';

export interface Summary {
  /** The first heading's words as a title; '' without one. */
  heading: string;
  /** The first words, one line; without the heading when that is the title. */
  preview: string;
  /** For search: lines joined by newlines, embeds left out, cut at `maxIndexedChars`. */
  text: string;
}

const PREVIEW_CHARS = 160;

/** At most so many UTF-16 units, no half surrogate pair at the end. */
export function cutText(text: string, units: number): string {
  if (text.length <= units) return text;
  const last = text.charCodeAt(units - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units);
}

/** One line: runs of white space and control characters become one space. */
export const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

export function summarise(ops: readonly DeltaOp[], titled: boolean): Summary {
  let heading = '';
  let preview = '';
  const texts: string[] = [];
  let length = 0;
  for (const line of linesOf(ops)) {
    if (length > limits.maxIndexedChars) break;
    const text = lineText(line);
    texts.push(text);
    length += text.length + 1;
    if (preview.length > PREVIEW_CHARS && heading !== '') continue;
    const words = oneLine(text);
    if (words === '') continue;
    if (heading === '' && line.attributes.header !== undefined) {
      heading = cutText(words, limits.maxTitleChars);
      if (!titled) continue;
    }
    if (preview.length <= PREVIEW_CHARS) preview += preview === '' ? words : ` ${words}`;
  }
  return {
    heading,
    preview: cutText(preview, PREVIEW_CHARS),
    text: cutText(texts.join('\n'), limits.maxIndexedChars),
  };
}
