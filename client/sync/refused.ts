// Changes the server refused: taken out of the document, kept here until the person answers, and
// carried along while the text around their place changes. Nothing here is ever sent by itself.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';
import type { RefusedChange } from './session-api.ts';

/** Why: the code of core/errors.ts where it is one of ours, else ShareDB's. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface Kept {
  readonly id: string;
  /** What puts it back, on the document with everything that is unsent. */
  op: Delta;
  readonly refusal: Refusal;
  readonly at: number;
}

export interface RefusedDeps {
  now(): number;
  /** An index of the document with everything unsent, as it is on the screen. */
  toScreen(index: number): number;
}

/** The words of a change: what it would insert; an embed has none. */
export function wordsOf(op: Delta): string {
  let words = '';
  for (const { insert } of op.ops as DeltaOp[]) if (typeof insert === 'string') words += insert;
  return words;
}

/** Where a change begins. */
function placeOf(op: Delta): number {
  const first = op.ops[0] as DeltaOp | undefined;
  return first && typeof first.retain === 'number' && !first.attributes ? first.retain : 0;
}

/**
 * What of a change the server can take. One that was refused for what it holds comes back as its plain
 * words; every other one as it was.
 */
export function takeable(op: Delta, code: string): Delta {
  if (code !== 'bad-op' && code !== 'bad-request') return op;
  const plain = new Delta();
  for (const part of op.ops as DeltaOp[]) {
    if (part.insert === undefined) {
      // What it would have removed stays: it may be the very reason.
      plain.retain(opLength(part));
    } else if (typeof part.insert === 'string') {
      plain.insert(part.insert.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '').toWellFormed());
    }
  }
  return plain.chop();
}

export class RefusedChanges {
  readonly #deps: RefusedDeps;
  readonly #list = signal<readonly RefusedChange[]>([]);
  #kept: Kept[] = [];
  #count = 0;

  constructor(deps: RefusedDeps) {
    this.#deps = deps;
  }

  get list(): ReadonlySignal<readonly RefusedChange[]> {
    return this.#list;
  }

  /** A change without effect holds nothing to keep. */
  add(op: Delta, refusal: Refusal): void {
    if (op.ops.length === 0) return;
    this.#kept.push({ id: `refused-${++this.#count}`, op, refusal, at: this.#deps.now() });
    this.show();
  }

  /** The document with everything unsent has changed by `change`. */
  carry(change: Delta): void {
    if (this.#kept.length === 0) return;
    for (const kept of this.#kept) kept.op = change.transform(kept.op, true);
  }

  /** Tells where the changes belong now. */
  show(): void {
    if (this.#kept.length === 0 && this.#list.peek().length === 0) return;
    const list = this.#kept.map(({ id, op, refusal, at }) => ({
      id,
      text: wordsOf(op),
      code: refusal.code,
      message: refusal.message,
      index: this.#deps.toScreen(placeOf(op)),
      at,
    }));
    const before = this.#list.peek();
    const isSame =
      list.length === before.length &&
      list.every(({ id, index }, i) => id === before[i]?.id && index === before[i]?.index);
    if (!isSame) this.#list.value = list;
  }

  /** Takes one out, to be put back; null when it is not there. */
  take(id: string): Delta | null {
    const kept = this.#kept.find((one) => one.id === id);
    if (!kept) return null;
    this.#kept = this.#kept.filter((one) => one !== kept);
    this.show();
    return takeable(kept.op, kept.refusal.code);
  }

  discard(id: string): void {
    this.#kept = this.#kept.filter((one) => one.id !== id);
    this.show();
  }
}
