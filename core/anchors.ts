// Carries positions through ops: carets and selections of others, and later comments.

import type { Delta, DeltaOp } from './delta.ts';
import { opLength } from './delta.ts';

/** Where `index` of the document before is after `op`. An insert at the index pushes it right unless `stay`. */
export const carry = (index: number, op: Delta, stay = false): number =>
  op.transformPosition(index, stay);

/** Where `index` of the document after `op` was before it; inside an insert: where that was put. */
export function carryBack(index: number, op: Delta): number {
  let after = 0;
  let before = 0;
  for (const part of op.ops as DeltaOp[]) {
    if (part.delete !== undefined) {
      before += part.delete;
      continue;
    }
    const length = opLength(part);
    if (index <= after + length && part.insert !== undefined) return before;
    if (index < after + length) return before + index - after;
    after += length;
    if (part.insert === undefined) before += length;
  }
  return before + index - after;
}
