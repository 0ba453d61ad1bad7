// Composes an op onto a document without walking through all of it: what the op does not touch is taken
// over as it is, so that one letter in a document of 5 MB costs a copy of a list, not of its runs. Says
// where each run ends, which makes looking into a document a binary search.

import { Delta, type DeltaOp, opLength } from './delta.ts';

interface Runs {
  /** Where each run ends, in UTF-16 units. */
  readonly ends: Uint32Array;
  /** Whether adjacent runs differ; what compose does with others depends on how far it walks. */
  readonly isCanonical: boolean;
}

const known = new WeakMap<readonly DeltaOp[], Runs>();

/** Whether they could be one run. */
function mayJoin(left: DeltaOp, right: DeltaOp): boolean {
  if (typeof left.insert !== 'string' || typeof right.insert !== 'string') return false;
  const { attributes: of = {} } = left;
  const { attributes: and = {} } = right;
  const names = Object.keys(of);
  return (
    names.length === Object.keys(and).length &&
    names.every((name) => JSON.stringify(of[name]) === JSON.stringify(and[name]))
  );
}

function runsOf(document: readonly DeltaOp[], isCanonical?: boolean): Runs {
  let runs = known.get(document);
  if (!runs) {
    const ends = new Uint32Array(document.length);
    let end = 0;
    let differ = true;
    document.forEach((run, i) => {
      end += opLength(run);
      ends[i] = end;
      if (isCanonical === undefined && differ && i > 0) differ = !mayJoin(document[i - 1]!, run);
    });
    runs = { ends, isCanonical: isCanonical ?? differ };
    known.set(document, runs);
  }
  return runs;
}

export const endsOf = (document: readonly DeltaOp[]): Uint32Array => runsOf(document).ends;

/** The run that holds `index`, or the last one. */
export function runAt(ends: Uint32Array, index: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > index) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Consecutive runs, and what happens to them. */
interface Region {
  readonly first: number;
  last: number;
  /** Where `op` has come to, in units of the document. */
  end: number;
  readonly op: DeltaOp[];
}

/** Runs that are kept between two changes make it worth to leave them alone. */
const WORTH_RUNS = 8;

/** Each region begins in a run of which at least one unit is kept before the change, and ends in such a one. */
function regionsOf(ends: Uint32Array, op: readonly DeltaOp[]): Region[] {
  const regions: Region[] = [];
  let at = 0;
  for (const part of op) {
    const isKept = part.retain !== undefined && !part.attributes;
    const length = part.insert === undefined ? opLength(part) : 0;
    let region = regions.at(-1);
    if (isKept) {
      const next = at + length;
      const isFar = !region || runAt(ends, next - 1) - region.last > WORTH_RUNS;
      if (isFar) {
        const first = runAt(ends, next - 1);
        const start = first === 0 ? 0 : ends[first - 1]!;
        regions.push({ first, last: first, end: next, op: [{ retain: next - start }] });
      } else if (region) {
        region.op.push(part);
        region.end = next;
      }
      at = next;
      continue;
    }
    if (!region) {
      region = { first: 0, last: 0, end: 0, op: [] };
      regions.push(region);
    }
    region.op.push(part);
    at += length;
    region.end = at;
    region.last = runAt(ends, at);
  }
  return regions;
}

/** The document after the op, which must fit it; equals `compose`. */
export function fold(document: readonly DeltaOp[], op: Delta): DeltaOp[] {
  const { ends, isCanonical } = runsOf(document);
  const whole = (runs: readonly DeltaOp[], change: readonly DeltaOp[]) =>
    new Delta(runs as Delta['ops']).compose(new Delta(change as Delta['ops'])).ops as DeltaOp[];
  if (!isCanonical || document.length <= 2 * WORTH_RUNS)
    return whole(document, op.ops as DeltaOp[]);
  const pieces: DeltaOp[][] = [];
  let next = 0;
  for (const { first, last, op: change } of regionsOf(ends, op.ops as DeltaOp[])) {
    pieces.push(document.slice(next, first), whole(document.slice(first, last + 1), change));
    next = last + 1;
  }
  const result = ([] as DeltaOp[]).concat(...pieces, document.slice(next));
  runsOf(result, true);
  return result;
}
