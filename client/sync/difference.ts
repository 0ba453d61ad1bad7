// What leads from one document to another, when nobody knows the ops between: after a rollback, and to
// set a screen right. Bounded in time, also for documents that have little in common.

import { Delta, type DeltaOp, opLength, plainText } from '../../core/delta.ts';

/** Longer middles are replaced as a whole: the exact comparison is quadratic, this much takes 100 ms. */
const MAX_COMPARED = 10_000;

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

function commonEnd(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (
    length < most &&
    one.charCodeAt(one.length - 1 - length) === other.charCodeAt(other.length - 1 - length)
  ) {
    length++;
  }
  // Half a pair is no beginning.
  return length > 0 && isLow(one.charCodeAt(one.length - length)) ? length - 1 : length;
}

function commonStart(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length > 0 && isHigh(one.charCodeAt(length - 1)) ? length - 1 : length;
}

function replaceAll(before: Delta, after: Delta): Delta {
  const change = new Delta();
  for (const op of after.ops) change.push(op);
  return before.ops.length > 0 ? change.delete(before.length()) : change;
}

/** `change` covers `length` units of what it is made on. */
function append(to: Delta, change: Delta, length: number): void {
  let left = length;
  for (const op of change.ops as DeltaOp[]) {
    to.push(op as Delta['ops'][number]);
    if (op.insert === undefined) left -= opLength(op);
  }
  if (left > 0) to.retain(left);
}

/**
 * Both documents end with a newline, and the two count as the same one: an unsent edit that removes the
 * newline before it must not become one that removes the end of the document.
 */
export function diffDocuments(before: Delta, after: Delta): Delta {
  const texts = [plainText(before.ops as DeltaOp[]), plainText(after.ops as DeltaOp[])] as const;
  const [one, other] = texts;
  const end = commonEnd(one, other);
  const start = commonStart(one, other, Math.min(one.length, other.length) - end);
  const change = new Delta();
  append(change, before.slice(0, start).diff(after.slice(0, start)), start);
  const middles = [
    before.slice(start, one.length - end),
    after.slice(start, other.length - end),
  ] as const;
  const isSmall = one.length + other.length - 2 * (start + end) <= MAX_COMPARED;
  const middle = isSmall ? middles[0].diff(middles[1]) : replaceAll(...middles);
  append(change, middle, one.length - end - start);
  append(change, before.slice(one.length - end).diff(after.slice(other.length - end)), end);
  return change.chop();
}
