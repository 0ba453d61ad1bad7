// Documents and ops on them for the laws of OT, a hundred thousand of them in a run: drawn by fast-check
// as a size and a seed, made from those by a small generator (a third of the price of arbitraries for
// every part), so that a failure replays from its seed and shrinks to the smallest size that fails.
// Every op is one that `checkOp` accepts.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { createRandom, type Random } from './random.ts';

/** Cases per law and run, by the issue; each is checked for all the laws of its file. */
export const lawRuns = 100_000;

type Attributes = Record<string, unknown>;

const words = [
  'a',
  'avocet',
  ' ',
  'é',
  'ñandú',
  '林静',
  '日本語',
  '😀',
  '👩‍🌾',
  'x😀y',
  '\t',
  '𝒜',
  'e\u0301',
  '\u2028',
];
const inline: readonly Attributes[] = [
  { bold: true },
  { italic: true },
  { underline: true, strike: true },
  { color: '#b3261e' },
  { color: '#14599f', background: '#fdea9b' },
  { link: 'https://example.org/' },
  { link: 'mailto:ada@example.org', bold: true },
  { code: true },
  { script: 'sub' },
];
const lines: readonly Attributes[] = [
  { header: 1 },
  { header: 6, align: 'center' },
  { list: 'ordered' },
  { list: 'bullet', indent: 2 },
  { list: 'checked' },
  { list: 'unchecked', indent: 8 },
  { blockquote: true },
  { 'code-block': 'ts' },
  { align: 'right', direction: 'rtl' },
];
const embeds: readonly DeltaOp[] = [
  { insert: { image: 'https://example.org/a.png' }, attributes: { alt: '林', width: 20 } },
  { insert: { image: 'https://example.org/b.png' } },
  { insert: { divider: true } },
];
const removals: readonly Attributes[] = [
  { bold: null },
  { link: null, color: null },
  { list: null, indent: null },
  { header: null },
  { bold: true, italic: null },
];

function pushRun(delta: Delta, random: Random): void {
  const kind = random.int(8);
  if (kind < 5)
    delta.insert(random.pick(words), random.chance(0.4) ? random.pick(inline) : undefined);
  else if (kind < 7) delta.insert('\n', random.chance(0.6) ? random.pick(lines) : undefined);
  else {
    const { insert, attributes } = random.pick(embeds);
    delta.insert(insert as never, attributes);
  }
}

function aDocument(random: Random, size: number): Delta {
  const delta = new Delta();
  for (let left = random.int(size + 1); left > 0; left--) pushRun(delta, random);
  return delta.insert('\n', random.chance(0.2) ? random.pick(lines) : undefined);
}

/** Between the halves of a pair: an op must not cut there. */
function isInside(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Changes anything but the final newline's being there. */
function anOp(random: Random, document: Delta, size: number): Delta {
  let text = '';
  for (const { insert } of document.ops) text += typeof insert === 'string' ? insert : '\ufffc';
  const last = text.length - 1;
  const op = new Delta();
  let index = 0;
  // Behind the final newline there is nothing to say.
  for (let left = random.int(size + 1); left > 0 && index <= last; left--) {
    const verb = random.int(6);
    if (verb < 2) {
      pushRun(op, random);
      continue;
    }
    let end = Math.min(index + 1 + random.int(verb === 3 ? 5 : 9), last + (verb === 5 ? 1 : 0));
    if (isInside(text, end)) end++;
    if (end <= index) continue;
    if (verb === 2) op.retain(end - index);
    else if (verb === 3) op.delete(end - index);
    else {
      const attributes = random.pick(random.chance(0.3) ? removals : verb === 5 ? lines : inline);
      op.retain(end - index, attributes);
    }
    index = end;
  }
  return op.chop();
}

export interface LawCase {
  document: Delta;
  /** Two ops made on the document at once. */
  left: Delta;
  right: Delta;
  /** One made on the document after `left`. */
  next(): Delta;
}

export const lawCases: fc.Arbitrary<LawCase> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer())
  .map(([size, seed]) => {
    const random = createRandom(seed);
    const document = aDocument(random, size);
    const left = anOp(random, document, size);
    const right = anOp(random, document, size);
    const next = () => anOp(random, document.compose(left), size);
    return { document, left, right, next };
  });

const canonical = (delta: { ops: unknown }) => new Delta(delta.ops as Delta['ops']).ops;

/** The same document; JSON first, which is cheap, the whole comparison only where that differs. */
export function same(one: { ops: unknown }, other: { ops: unknown }): void {
  if (JSON.stringify(one.ops) === JSON.stringify(other.ops)) return;
  assert.deepEqual(canonical(one), canonical(other));
}

/** Holds `law` for `lawRuns` cases. LAW_SEED draws those of an earlier run again. */
export function holds(law: (example: LawCase) => void): number {
  const given = process.env.LAW_SEED;
  const seed = given === undefined ? Date.now() | 0 : Number(given);
  fc.assert(fc.property(lawCases, law), { numRuns: lawRuns, seed });
  return seed;
}
