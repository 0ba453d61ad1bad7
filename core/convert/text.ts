// A document as plain text: `?format=text` and Download as text.

import { type DeltaOp, plainText } from '../delta.ts';

/** The body alone, an embed as U+FFFC, ending with a newline. */
export function deltaToText(ops: readonly DeltaOp[]): string {
  const text = plainText(ops);
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Plain text as it came from somewhere, as the content of a document: any line ends, a last newline. */
export function textToDelta(text: string): DeltaOp[] {
  const lines = text.replace(/\r\n?/g, '\n');
  return [{ insert: lines.endsWith('\n') ? lines : `${lines}\n` }];
}
