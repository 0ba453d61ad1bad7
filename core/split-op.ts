// Cuts an op into a sequence of smaller ones with the same effect, so that a long paste or hours of
// offline typing go out under the op limit.

import { Delta, type DeltaOp, jsonBytes, opLength } from './delta.ts';
import { limits } from './limits.ts';

/** Where a string may be cut: not between the halves of a surrogate pair. */
function cutPoint(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? at - 1 : at;
}

/** Components no larger than `maxBytes` each: long inserts cut in pieces. */
function* pieces(ops: readonly DeltaOp[], maxBytes: number): Generator<DeltaOp> {
  // JSON spends at most 6 bytes a unit (\u0000-style escapes), attributes ride on every piece.
  for (const op of ops) {
    if (typeof op.insert !== 'string' || jsonBytes(op) <= maxBytes) {
      yield op;
      continue;
    }
    const room = maxBytes - jsonBytes({ ...op, insert: '' });
    const units = Math.max(2, Math.floor(room / 6));
    for (let start = 0; start < op.insert.length; ) {
      let end = Math.min(op.insert.length, start + units);
      if (end < op.insert.length) end = cutPoint(op.insert, end);
      yield { ...op, insert: op.insert.slice(start, end) };
      start = end;
    }
  }
}

/**
 * Ops to submit one after the other; composed they equal `op`. Each holds at most `maxBytes` of JSON
 * and `maxComponents` components (an unsplittable component may exceed the bytes alone).
 */
export function splitOp(
  op: Delta,
  maxBytes: number = limits.splitOpBytes,
  maxComponents: number = limits.maxOpComponents / 2,
): Delta[] {
  const ops = op.ops as DeltaOp[];
  if (ops.length <= maxComponents && jsonBytes(ops) <= maxBytes) return [op];
  const parts: Delta[] = [];
  let part: DeltaOp[] = [];
  let bytes = 2;
  // Length already produced by finished parts: the next part retains over it.
  let done = 0;
  let length = 0;
  const start = () => {
    part = done > 0 ? [{ retain: done }] : [];
    bytes = 32;
    length = 0;
  };
  start();
  for (const piece of pieces(ops, maxBytes - 64)) {
    const size = jsonBytes(piece) + 1;
    if (part.length > 1 && (bytes + size > maxBytes || part.length >= maxComponents)) {
      parts.push(new Delta(part as Delta['ops']).chop());
      done += length;
      start();
    }
    part.push(piece);
    bytes += size;
    if (piece.delete === undefined) length += opLength(piece);
  }
  parts.push(new Delta(part as Delta['ops']).chop());
  return parts.filter((delta) => delta.ops.length > 0);
}
