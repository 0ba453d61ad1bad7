// The document's last newline is never the one that goes. Of two newlines in a row it makes no difference
// to see which is deleted, and a comparison of before and after names the last one; but when somebody else
// deletes the other one meanwhile, the document would end without a newline, and the server refuses that.

import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';

/** The same change of `before`, made so that the last newline stays. */
export function keepLastNewline(change: Delta, before: Delta): Delta {
  const ops = change.ops as DeltaOp[];
  const last = ops.at(-1);
  if (!last?.delete || ops.length < 2) return change;
  const end = ops.reduce((sum, op) => (op.insert === undefined ? sum + opLength(op) : sum), 0);
  if (end !== before.length()) return change;
  const previous = ops.at(-2)!;
  const kept = new Delta(ops.slice(0, -2) as Delta['ops']);
  const final = before.slice(end - 1, end).ops[0]?.attributes;
  const towards = (attributes: DeltaOp['attributes']) =>
    Delta.AttributeMap.diff(final, attributes) ?? {};
  if (typeof previous.insert === 'string' && previous.insert.endsWith('\n')) {
    return kept
      .insert(previous.insert.slice(0, -1), previous.attributes)
      .delete(last.delete - 1)
      .retain(1, towards(previous.attributes))
      .chop();
  }
  if (typeof previous.retain !== 'number') return change;
  const at = end - last.delete - 1;
  const [other] = before.slice(at, at + 1).ops as DeltaOp[];
  if (other?.insert !== '\n') return change;
  const wanted = Delta.AttributeMap.compose(other.attributes, previous.attributes, false);
  return kept
    .retain(previous.retain - 1, previous.attributes)
    .delete(last.delete)
    .retain(1, towards(wanted))
    .chop();
}
