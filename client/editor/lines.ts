// The document as the engine last saw it: an immutable list of chunks of lines. A change replaces the
// chunks it touched and shares the rest, so keeping the version before it costs nothing, and comparing
// two versions costs as much as they differ. Pure: knows neither Quill nor the DOM.

import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';

/** Neighbouring lines, each a delta that ends with its newline. Never changed once made. */
export class Chunk {
  readonly lines: readonly Delta[];
  readonly lengths: readonly number[];
  readonly length: number;

  constructor(lines: readonly Delta[]) {
    this.lines = lines;
    this.lengths = lines.map(lineLength);
    this.length = this.lengths.reduce((sum, length) => sum + length, 0);
  }
}

function lineLength(line: Delta): number {
  let length = 0;
  for (const op of line.ops as DeltaOp[]) length += opLength(op);
  return length;
}

/** Whole lines that cover a stretch of the document. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly Delta[];
}

export class Lines {
  readonly chunks: readonly Chunk[];
  readonly length: number;

  constructor(chunks: readonly Chunk[]) {
    this.chunks = chunks;
    this.length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The lines that meet [start, end); at least the line that holds `start` when there is one. */
  region(start: number, end: number): Region {
    const lines: Delta[] = [];
    let at = 0;
    let first = -1;
    for (const chunk of this.chunks) {
      if (at + chunk.length <= start) {
        at += chunk.length;
        continue;
      }
      for (let i = 0; i < chunk.lines.length; i++) {
        const length = chunk.lengths[i]!;
        if (at + length > start) {
          if (first >= 0 && at >= end) return { start: first, end: at, lines };
          if (first < 0) first = at;
          lines.push(chunk.lines[i]!);
        }
        at += length;
      }
    }
    return { start: first < 0 ? at : first, end: at, lines };
  }

  ops(): DeltaOp[] {
    return joinLines(this.chunks.flatMap((chunk) => chunk.lines));
  }
}

/** Lines one after the other as canonical ops: only where two lines meet may runs have to be joined. */
export function joinLines(lines: readonly Delta[]): DeltaOp[] {
  const ops: DeltaOp[] = [];
  for (const line of lines) {
    const [first, ...rest] = line.ops as DeltaOp[];
    if (!first) continue;
    const last = ops.at(-1);
    if (
      last &&
      typeof last.insert === 'string' &&
      typeof first.insert === 'string' &&
      sameAttributes(last.attributes, first.attributes)
    ) {
      ops[ops.length - 1] = { ...last, insert: last.insert + first.insert };
    } else ops.push(first);
    for (const op of rest) ops.push(op);
  }
  return ops;
}

/** The document's delta: its ops are put together when somebody reads them, slices come from the lines. */
export class LinesDelta extends Delta {
  declare private source: Lines | null;
  declare private joined: DeltaOp[] | null;

  static {
    // An accessor under quill-delta's own field: the constructor's `this.ops = …` lands in the setter,
    // and every method that reads `this.ops` joins first.
    Object.defineProperty(LinesDelta.prototype, 'ops', {
      get(this: LinesDelta) {
        this.joined ??= this.source?.ops() ?? [];
        return this.joined;
      },
      set(this: LinesDelta, ops: DeltaOp[]) {
        this.source = null;
        this.joined = ops;
      },
    });
  }

  static of(lines: Lines): LinesDelta {
    const delta = new LinesDelta();
    delta.source = lines;
    delta.joined = null;
    return delta;
  }

  override length(): number {
    return this.source ? this.source.length : super.length();
  }

  override slice(start = 0, end = Number.POSITIVE_INFINITY): Delta {
    if (!this.source || this.joined || (start <= 0 && end >= this.source.length)) {
      return super.slice(start, end);
    }
    const region = this.source.region(start, end);
    const whole = new Delta(joinLines(region.lines) as Delta['ops']);
    return whole.slice(start - region.start, end - region.start);
  }
}

/** Where two versions differ: lines before and after, both starting at `start`. Empty both when equal. */
export interface Difference {
  readonly start: number;
  readonly before: readonly Delta[];
  readonly after: readonly Delta[];
}

export function difference(before: Lines, after: Lines): Difference {
  const shortest = Math.min(before.chunks.length, after.chunks.length);
  let head = 0;
  let start = 0;
  while (head < shortest && before.chunks[head] === after.chunks[head]) {
    start += before.chunks[head]!.length;
    head++;
  }
  let tail = 0;
  while (tail < shortest - head && before.chunks.at(-1 - tail) === after.chunks.at(-1 - tail))
    tail++;
  const old = before.chunks.slice(head, before.chunks.length - tail).flatMap(({ lines }) => lines);
  const now = after.chunks.slice(head, after.chunks.length - tail).flatMap(({ lines }) => lines);
  const most = Math.min(old.length, now.length);
  let first = 0;
  while (first < most && sameLine(old[first]!, now[first]!)) start += lineLength(old[first++]!);
  let last = 0;
  while (last < most - first && sameLine(old.at(-1 - last)!, now.at(-1 - last)!)) last++;
  return {
    start,
    before: old.slice(first, old.length - last),
    after: now.slice(first, now.length - last),
  };
}

const sameLine = (a: Delta, b: Delta): boolean =>
  a === b || sameOps(a.ops as DeltaOp[], b.ops as DeltaOp[]);

/** Deep equality of canonical ops; the order of keys does not matter. */
export function sameOps(a: readonly DeltaOp[], b: readonly DeltaOp[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((op, i) => {
    const other = b[i]!;
    return (
      op.retain === other.retain &&
      op.delete === other.delete &&
      sameAttributes(op.attributes, other.attributes) &&
      (op.insert === other.insert ||
        (typeof op.insert === 'object' &&
          typeof other.insert === 'object' &&
          sameAttributes(op.insert, other.insert)))
    );
  });
}

type Attributes = Readonly<Record<string, unknown>> | undefined;

/** Attributes and embeds of core/formats.ts are flat; anything else is compared by its JSON. */
function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  const names = Object.keys(a ?? {});
  if (names.length !== Object.keys(b ?? {}).length) return false;
  return names.every((name) => {
    const one = a![name];
    const two = b?.[name];
    if (one === two) return b !== undefined && name in b;
    return typeof one === 'object' && JSON.stringify(one) === JSON.stringify(two);
  });
}
