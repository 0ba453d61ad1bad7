// Small questions about a change: how far it reaches, where it carries things, how it looks from within,
// its line ends.

import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';

/** From where to where a change reaches in the document before it. */
export function reach(change: Delta): [from: number, to: number] {
  let at = 0;
  let from = -1;
  let to = 0;
  for (const op of change.ops as DeltaOp[]) {
    const bare = op.retain !== undefined && !op.attributes;
    if (!bare && from < 0) from = at;
    if (op.insert === undefined) at += opLength(op);
    if (!bare) to = at;
  }
  return [from < 0 ? at : from, to];
}

/**
 * Where ascending indexes are after a change; an insert at an index pushes it. One walk for all of them:
 * thousands of matches, each asked by itself about a change of thousands of parts, take half a minute.
 */
export function carryAll(indexes: readonly number[], change: Delta): number[] {
  const ops = change.ops as DeltaOp[];
  let part = 0;
  let before = 0;
  let moved = 0;
  return indexes.map((index) => {
    for (; part < ops.length && before <= index; part++) {
      const op = ops[part]!;
      const length = opLength(op);
      if (op.insert !== undefined) moved += length;
      else if (op.delete !== undefined) {
        // What is in the middle of it goes to its start.
        if (before + length > index) return before + moved;
        before += length;
        moved -= length;
      } else if (before + length > index) break;
      else before += length;
    }
    return index + moved;
  });
}

/** The change as it is for the part of the document that begins at `start`. */
export function shift(change: Delta, start: number): Delta {
  if (start === 0) return change;
  const [first, ...rest] = change.ops as DeltaOp[];
  const shifted = new Delta();
  if (typeof first?.retain === 'number' && first.retain > start) {
    shifted.retain(first.retain - start, first.attributes);
  } else if (!(typeof first?.retain === 'number' && first.retain === start)) {
    throw new Error('The change begins before the region it is compared with');
  }
  shifted.ops.push(...(rest as Delta['ops']));
  return shifted;
}

/** As Quill normalises: one kind of line end. */
export function withoutReturns(delta: Delta): Delta {
  if (
    !(delta.ops as DeltaOp[]).some(
      ({ insert }) => typeof insert === 'string' && insert.includes('\r'),
    )
  ) {
    return delta;
  }
  const clean = new Delta();
  for (const op of delta.ops as DeltaOp[]) {
    const insert = typeof op.insert === 'string' ? op.insert.replace(/\r\n?/g, '\n') : op.insert;
    clean.push({ ...op, ...(insert === undefined ? {} : { insert }) } as Delta['ops'][number]);
  }
  return clean;
}
