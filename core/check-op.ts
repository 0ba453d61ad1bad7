// The op validator: one rule list for every way an op can reach a document (internals.md §6.3).
// It refuses with a sentence that names the component; it never repairs.

import { Delta } from './delta.ts';
import type { LazyDelta } from './rich-text.ts';

/** Refuses or returns the op in canonical form. Throws AppError('bad-op'). To be written whole. */
export function checkOp(_document: LazyDelta, op: unknown): Delta {
  return op instanceof Delta ? op : new Delta(op as Delta['ops']);
}
