// Whether the editor did what it was asked, and how its screen is set right when it did not
// (internals.md §5.5). Compares structures: the order of keys differs by where an op came from.

import type { Delta, DeltaOp } from '../../core/delta.ts';
import { diffDocuments } from './difference.ts';
import type { EditorPort } from './editor-port.ts';

/** What has gone wrong so far: for tests and for a report of a fault. */
export interface DriftCounts {
  /** Only formats differed: lengths are right, so nothing else can go wrong by it. */
  benign: number;
  /** The screen was set right by a change. */
  healed: number;
  /** The screen was put anew as a whole. */
  reset: number;
}

export function isDeepEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(other, key) &&
      isDeepEqual((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}

/** What an op does to lengths, without formats: adjacent parts of one kind count as one. */
function shape(op: Delta): (string | number | object)[] {
  const parts: [kind: string, length: number][] = [];
  for (const { insert, retain, delete: removed } of op.ops as DeltaOp[]) {
    const kind = insert !== undefined ? 'insert' : removed !== undefined ? 'delete' : 'retain';
    const length =
      typeof insert === 'string' ? insert.length : ((retain ?? removed ?? 1) as number);
    const last = parts.at(-1);
    if (last?.[0] === kind) last[1] += length;
    else parts.push([kind, length]);
  }
  if (parts.at(-1)?.[0] === 'retain') parts.pop();
  return parts.flat();
}

export type Difference = 'none' | 'formats' | 'lengths';

export function compareChange(asked: Delta, shown: Delta): Difference {
  if (isDeepEqual(asked.ops, shown.ops)) return 'none';
  return isDeepEqual(shape(asked), shape(shown)) ? 'formats' : 'lengths';
}

/** Makes the screen show `expected` by the smallest change; as the last resort puts it as a whole. */
export function heal(editor: EditorPort, expected: Delta, counts: DriftCounts): void {
  const length = expected.length();
  try {
    const change = diffDocuments(editor.contents(), expected);
    if (change.ops.length > 0) editor.apply(change);
    if (editor.length() === length) {
      counts.healed++;
      return;
    }
  } catch {
    // A screen that cannot even be read or changed is put anew.
  }
  counts.reset++;
  editor.reset(expected);
}
