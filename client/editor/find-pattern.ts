// What is looked for, as a pattern, and where a line holds it.

import type { EditorRange } from './editor-api.ts';

/** Offsets of matches in one line. Other lengths than the query's come from folding case. */
export function matchesIn(line: string, pattern: RegExp): EditorRange[] {
  const found: EditorRange[] = [];
  for (const match of line.matchAll(pattern)) {
    if (match[0] !== '') found.push({ index: match.index, length: match[0].length });
  }
  return found;
}

/** A query as a pattern: what was typed, letter for letter, also across a no-break space. */
export function patternOf(query: string, matchCase: boolean): RegExp {
  const text = query.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/[ \u00a0]/g, '[ \\u00a0]');
  return new RegExp(text, matchCase ? 'gu' : 'giu');
}
