// A document as lines: what the converters, the outline and the index read. Lazy, so that the first
// lines of a long document cost no more than themselves.

import type { DeltaOp } from '../delta.ts';

/** A run of text, or one embed, with its inline formats. */
export interface Run {
  readonly insert: string | Record<string, unknown>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Line {
  readonly runs: readonly Run[];
  /** Formats of the newline that ends the line. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** UTF-16 units of the line without its newline; an embed counts 1. */
  readonly length: number;
}

const NONE: Readonly<Record<string, unknown>> = {};

export function* linesOf(ops: readonly DeltaOp[]): Generator<Line> {
  let runs: Run[] = [];
  let length = 0;
  for (const { insert, attributes = NONE } of ops) {
    if (insert === undefined) continue;
    if (typeof insert !== 'string') {
      runs.push({ insert, attributes });
      length += 1;
      continue;
    }
    for (let start = 0; start < insert.length; ) {
      const end = insert.indexOf('\n', start);
      const text = end < 0 ? insert.slice(start) : insert.slice(start, end);
      if (text !== '') {
        runs.push({ insert: text, attributes });
        length += text.length;
      }
      if (end < 0) break;
      yield { runs, attributes, length };
      runs = [];
      length = 0;
      start = end + 1;
    }
  }
  if (runs.length > 0) yield { runs, attributes: NONE, length };
}

/** The words of a line; embeds are left out. */
export const lineText = (line: Line): string =>
  line.runs.map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('');
