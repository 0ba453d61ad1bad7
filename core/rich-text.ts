// The rich-text OT type: name, URI and meaning of ottypes/rich-text, on quill-delta 5, with lazy
// snapshots. Applying an op appends it to a persistent list, O(op); reading `ops` folds (composes the
// waiting ops pairwise, then once onto the base). See internals.md §1.3–1.4.

import {
  Delta,
  type DeltaOp,
  jsonBytes,
  jsonBytesAtMost,
  lengthChange,
  opLength,
} from './delta.ts';
import { endsOf, fold, runAt } from './fold.ts';
import { limits } from './limits.ts';
import { transformOp } from './transform.ts';

interface Pending {
  readonly op: Delta;
  readonly before: Pending | null;
}

/** What one index of a document holds: a UTF-16 unit of text, or an embed. */
export type Unit = number | 'embed';

function unitInRuns(base: readonly DeltaOp[], index: number): Unit {
  const ends = endsOf(base);
  const at = runAt(ends, index);
  const run = base[at]?.insert;
  if (typeof run !== 'string') return 'embed';
  return run.charCodeAt(index - (at === 0 ? 0 : ends[at - 1]!));
}

/** Where `index` of the result came from: a unit the op inserted, or an index of the document before. */
function originOf(op: Delta, index: number): { unit: Unit } | { before: number } {
  let at = 0;
  let before = 0;
  for (const part of op.ops as DeltaOp[]) {
    if (part.delete !== undefined) {
      before += part.delete;
      continue;
    }
    const length = opLength(part);
    if (index < at + length) {
      if (part.insert === undefined) return { before: before + index - at };
      if (typeof part.insert !== 'string') return { unit: 'embed' };
      return { unit: part.insert.charCodeAt(index - at) };
    }
    at += length;
    if (part.insert === undefined) before += length;
  }
  return { before: before + index - at };
}

function composeAll(ops: Delta[]): Delta {
  let list = ops;
  while (list.length > 1) {
    const next: Delta[] = [];
    for (let i = 0; i < list.length; i += 2) {
      const second = list[i + 1];
      next.push(second ? list[i]!.compose(second) : list[i]!);
    }
    list = next;
  }
  return list[0] ?? new Delta();
}

/**
 * A document as a Delta whose `ops` are made when they are read. Immutable to its users: `append`
 * returns a new one and leaves the old as it was, so retries and readers need no undo.
 */
export class LazyDelta extends Delta {
  declare private base: DeltaOp[];
  declare private pending: Pending | null;
  declare private waiting: number;
  declare private total: number;
  /** At least the document's JSON bytes and runs; `bytes` null until somebody asks. */
  declare private bytes: number | null;
  declare private runs: number;

  private fold(): DeltaOp[] {
    if (this.pending) {
      const ops: Delta[] = [];
      for (let node: Pending | null = this.pending; node; node = node.before) ops.push(node.op);
      this.base = fold(this.base, composeAll(ops.reverse()));
      this.pending = null;
      this.waiting = 0;
    }
    return this.base;
  }

  private set(ops: DeltaOp[]): void {
    this.base = ops;
    this.pending = null;
    this.waiting = 0;
    this.total = lengthChange(ops);
    this.bytes = null;
    this.runs = ops.length;
  }

  static {
    // An accessor under quill-delta's own field: its constructor's `this.ops = …` lands in `set`, and
    // every method of Delta that reads `this.ops` folds first.
    Object.defineProperty(LazyDelta.prototype, 'ops', {
      get(this: LazyDelta) {
        return this.fold();
      },
      set(this: LazyDelta, ops: DeltaOp[]) {
        this.set(ops);
      },
    });
  }

  /** The document after `op`, in time O(op); folds when more than `limits.maxPendingOps` wait. */
  append(op: Delta): LazyDelta {
    if (this.waiting >= limits.maxPendingOps) this.fold();
    const next = new LazyDelta();
    next.base = this.base;
    next.pending = { op, before: this.pending };
    next.waiting = this.waiting + 1;
    next.total = this.total + lengthChange(op.ops as DeltaOp[]);
    next.bytes = this.bytes === null ? null : this.bytes + this.growth(op);
    next.runs = this.runs + 2 * op.ops.length;
    return next;
  }

  /** JSON bytes that `op` adds at most: what it inserts, and its attributes on every run they may meet. */
  private growth(op: Delta): number {
    let growth = 0;
    for (const part of op.ops as DeltaOp[]) {
      if (part.insert !== undefined) growth += jsonBytesAtMost(part) + 32;
      else if (part.attributes) {
        growth +=
          (jsonBytes(part.attributes) + 48) * Math.min(part.retain as number, this.runs + 1);
      }
    }
    return growth;
  }

  /**
   * Whether the document stays within `maxBytes` of JSON after `op`. Keeps an upper bound in O(op) and
   * measures (O(document)) only when the bound says no.
   */
  fits(op: Delta, maxBytes: number): boolean {
    this.bytes ??= jsonBytes(this.ops);
    if (this.bytes + this.growth(op) <= maxBytes) return true;
    this.bytes = jsonBytes(this.ops);
    this.runs = this.ops.length;
    if (this.bytes + this.growth(op) <= maxBytes) return true;
    return jsonBytes(this.append(op).ops) <= maxBytes;
  }

  /** Length in UTF-16 units, without folding. */
  override length(): number {
    return this.total;
  }

  /** Ops not folded yet. */
  get unfolded(): number {
    return this.waiting;
  }

  /** What stands at `index` (0 ≤ index < length), without folding. */
  unitAt(index: number): Unit {
    let at = index;
    for (let node = this.pending; node; node = node.before) {
      const origin = originOf(node.op, at);
      if ('unit' in origin) return origin.unit;
      at = origin.before;
    }
    return unitInRuns(this.base, at);
  }

  /** The wire form that a stock ShareDB server sends. */
  toJSON(): { ops: DeltaOp[] } {
    return { ops: this.ops as DeltaOp[] };
  }
}

/** Ops arrive as an array or as `{ops: […]}` (composed by a stock client). */
const toDelta = (value: unknown): Delta =>
  value instanceof Delta ? value : new Delta(value as DeltaOp[] as Delta['ops']);

/** What is asked before an op is applied; throws to refuse. */
export type OpCheck = (document: LazyDelta, op: unknown) => Delta;

export const richTextName = 'rich-text';
export const richTextUri = 'http://sharejs.org/types/rich-text/v1';

/**
 * The type for ShareDB's registry. `check` turns what was submitted into the Delta that is applied and
 * throws to refuse it; the server passes `checkOp`, a client nothing (its own ops are checked there).
 */
export function createRichTextType(check: OpCheck = (_document, op) => toDelta(op)) {
  return {
    Delta,
    name: richTextName,
    uri: richTextUri,
    create: (initial?: unknown): LazyDelta => new LazyDelta(toDelta(initial ?? []).ops),
    apply(snapshot: unknown, op: unknown): LazyDelta {
      const document =
        snapshot instanceof LazyDelta ? snapshot : new LazyDelta(toDelta(snapshot).ops);
      return document.append(check(document, op));
    },
    compose: (first: unknown, second: unknown): Delta => toDelta(first).compose(toDelta(second)),
    diff: (before: unknown, after: unknown): Delta => toDelta(before).diff(toDelta(after)),
    /** As ottypes/rich-text has it: with 'left', `other` was first and keeps its place. */
    transform: (op: unknown, other: unknown, side: 'left' | 'right'): Delta =>
      transformOp(toDelta(other), toDelta(op), side === 'left'),
    transformCursor: (cursor: number, op: unknown, isOwnOp: boolean): number =>
      toDelta(op).transformPosition(cursor, !isOwnOp),
    transformPresence(
      range: { index: number; length: number } | null,
      op: unknown,
      isOwnOp: boolean,
    ): { index: number; length: number } | null {
      if (!range) return null;
      const start = toDelta(op).transformPosition(range.index, !isOwnOp);
      const end = toDelta(op).transformPosition(range.index + range.length, !isOwnOp);
      return { ...range, index: start, length: end - start };
    },
    normalize: (op: unknown): Delta => toDelta(op),
    serialize: (document: unknown): DeltaOp[] => toDelta(document).ops as DeltaOp[],
    deserialize: (data: unknown): LazyDelta => new LazyDelta(toDelta(data).ops),
  };
}
