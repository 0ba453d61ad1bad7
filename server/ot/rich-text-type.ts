// Puts our rich-text type, with the validator inside, into ShareDB's registry (which is one for the
// whole process), and checks an op once: the guard keeps what it passed, the type recognises it.

import sharedb from 'sharedb';
import { checkOp } from '../../core/check-op.ts';
import type { Delta, DeltaOp } from '../../core/delta.ts';
import { createRichTextType, type LazyDelta } from '../../core/rich-text.ts';

/** The canonical form of an op that fits the document. Throws AppError `bad-op`, `too-large`. */
export type CheckForDocument = (document: LazyDelta, op: unknown) => DeltaOp[];

export function registerRichText(): CheckForDocument {
  const passed = new WeakMap<object, { readonly document: LazyDelta; readonly delta: Delta }>();
  sharedb.types.register(
    createRichTextType((document, op) => {
      const known = typeof op === 'object' && op !== null ? passed.get(op) : undefined;
      return known?.document === document ? known.delta : checkOp(document, op);
    }),
  );
  return (document, op) => {
    const delta = checkOp(document, op);
    const ops = delta.ops as DeltaOp[];
    passed.set(ops, { document, delta });
    return ops;
  };
}
