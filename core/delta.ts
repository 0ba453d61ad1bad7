// The one door to quill-delta: the Delta class, its op type and small measures of a delta.

import Delta from 'quill-delta';

export { Delta };

/** One component of a delta. A document is a list of inserts; an op may retain and delete too. */
export interface DeltaOp {
  insert?: string | Record<string, unknown>;
  retain?: number | Record<string, unknown>;
  delete?: number;
  attributes?: Record<string, unknown>;
}

/** Length of a component in UTF-16 units; an embed counts 1. */
export function opLength(op: DeltaOp): number {
  if (typeof op.insert === 'string') return op.insert.length;
  if (op.insert !== undefined) return 1;
  if (typeof op.retain === 'number') return op.retain;
  return op.delete ?? 1;
}

/** By how much applying the op changes a document's length, in UTF-16 units. */
export function lengthChange(ops: readonly DeltaOp[]): number {
  let change = 0;
  for (const op of ops) {
    if (op.insert !== undefined) change += opLength(op);
    else if (op.delete !== undefined) change -= op.delete;
  }
  return change;
}

/** Plain text of a document; an embed is U+FFFC, as the REST API promises. */
export function plainText(ops: readonly DeltaOp[]): string {
  let text = '';
  for (const op of ops) text += typeof op.insert === 'string' ? op.insert : '\uFFFC';
  return text;
}

/** The empty document: every document ends with a newline. */
export const emptyDocument = (): DeltaOp[] => [{ insert: '\n' }];

/** Size as the wire and the limits count it: JSON in UTF-8, in bytes. */
export function jsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdfff)
      bytes += 1; // half of a pair: 4 bytes over 2 units
    else bytes += 2;
  }
  return bytes;
}
