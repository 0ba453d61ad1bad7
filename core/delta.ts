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

/** At least `jsonBytes`, without writing what is short as JSON. */
export function jsonBytesAtMost(op: DeltaOp): number {
  const { insert, attributes } = op;
  // `{"insert":""}` or a number of 16 digits; a unit has at most the six bytes of its escape.
  const verb =
    insert === undefined
      ? 32
      : typeof insert === 'string' && insert.length <= 64
        ? 13 + 6 * insert.length
        : 13 + jsonBytes(insert);
  return attributes === undefined ? verb : verb + 14 + jsonBytes(attributes);
}

function sameAttributes({ attributes: left }: DeltaOp, { attributes: right }: DeltaOp): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && left[name] === right[name])
  );
}

/** Delta's own `push` for components that nobody changes afterwards: it copies nothing. */
export function pushOp(ops: DeltaOp[], part: DeltaOp): void {
  let end = ops.length;
  let last = ops[end - 1];
  if (last?.delete !== undefined) {
    if (part.delete !== undefined) {
      ops[end - 1] = { delete: last.delete + part.delete };
      return;
    }
    // Inserting before or after what is deleted is the same: inserts come first.
    if (part.insert !== undefined) last = ops[--end - 1];
  }
  if (last && sameAttributes(last, part)) {
    const { attributes } = part;
    const formatted = attributes ? { attributes } : {};
    if (typeof last.insert === 'string' && typeof part.insert === 'string') {
      ops[end - 1] = { insert: last.insert + part.insert, ...formatted };
      return;
    }
    if (typeof last.retain === 'number' && typeof part.retain === 'number') {
      ops[end - 1] = { retain: last.retain + part.retain, ...formatted };
      return;
    }
  }
  ops.splice(end, 0, part);
}
