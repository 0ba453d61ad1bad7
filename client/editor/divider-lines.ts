// A divider is alone on its line: what a person writes beside one goes to a line of its own. What others
// write is left as it is, since all of us would split it.

import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';

const isDivider = ({ insert }: DeltaOp): boolean =>
  typeof insert === 'object' && insert !== null && 'divider' in insert;

export function keepDividersAlone(quill: DeltapadQuill, port: Port): void {
  let splitting = false;

  function split(): void {
    const { lastRange } = quill.selection;
    if (!lastRange || port.isComposing() || !quill.isEnabled()) return;
    const [line, offset] = quill.getLine(lastRange.index);
    if (!line?.domNode.querySelector('hr') || line.length() <= 2) return;
    const start = lastRange.index - offset;
    const change = apart(quill.getContents(start, line.length()).ops as DeltaOp[], start);
    if (change.ops.length === 0) return;
    splitting = true;
    quill.updateContents(change, 'user');
    quill.setSelection(change.transformPosition(lastRange.index, true), 0, 'silent');
    splitting = false;
  }

  port.onAnyChange((change, source) => {
    if (source !== 'user' || splitting) return;
    if (!change.ops.some(({ insert }) => insert !== undefined)) return;
    // Others that listen to this change must hear of it before what follows from it.
    queueMicrotask(split);
  });
  port.onCompositionEnd(split);
}

/** The change that ends the line before each of its dividers and behind it. */
function apart(line: readonly DeltaOp[], start: number): Delta {
  const newline = line.at(-1)?.attributes;
  const change = new Delta().retain(start);
  let isLineStart = true;
  for (const [i, op] of line.entries()) {
    const divides = isDivider(op);
    if (divides && !isLineStart) change.insert('\n', newline);
    change.retain(opLength(op));
    const isLast = i === line.length - 1 || line[i + 1]!.insert === '\n';
    if (divides && !isLast) change.insert('\n');
    isLineStart = divides && !isLast;
  }
  return change.chop();
}
