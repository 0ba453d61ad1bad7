// What a document is known by: first heading, first words, the text for search. Pure.

import { linesOf, lineText } from '../../core/convert/lines.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { limits } from '../../core/limits.ts';

export interface Summary {
  /** The first heading's words as a title; '' without one. */
  heading: string;
  /** The first words, one line; without the heading when that is the title. */
  preview: string;
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

/** Reads no further than it must: a heading at the top and a few words are enough. */
export function summarise(ops: readonly DeltaOp[], titled: boolean): Summary {
  let heading = '';
  let preview = '';
  for (const line of linesOf(ops)) {
    if (preview.length > PREVIEW_CHARS && heading !== '') break;
    const isHeading = heading === '' && line.attributes.header !== undefined;
    if (!isHeading && preview.length > PREVIEW_CHARS) continue;
    const words = oneLine(lineText(line));
    if (words === '') continue;
    if (isHeading) heading = cutText(words, limits.maxTitleChars);
    // A heading that is the title is not said twice.
    if (!isHeading || titled) preview += preview === '' ? words : ` ${words}`;
  }
  return { heading, preview: cutText(preview, PREVIEW_CHARS) };
}

/** What search reads: lines joined by newlines, embeds left out. */
export function searchText(ops: readonly DeltaOp[]): string {
  const texts: string[] = [];
  let length = 0;
  for (const line of linesOf(ops)) {
    if (length > limits.maxIndexedChars) break;
    texts.push(lineText(line));
    length += line.length + 1;
  }
  return cutText(texts.join('\n'), limits.maxIndexedChars);
}
