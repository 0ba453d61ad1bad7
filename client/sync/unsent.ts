// What the person typed and the ShareDB doc has not been given yet: a sequence of ops on top of the
// doc's data. Kept apart from the doc, because a refused op makes ShareDB drop everything it holds.

import { carry, carryBack } from '../../core/anchors.ts';
import { Delta, type DeltaOp, lengthChange } from '../../core/delta.ts';
import { splitOp } from '../../core/split-op.ts';

/** An op ready to be sent, and how many of the person's edits end with it. */
export interface Part {
  op: Delta;
  edits: number;
}

const growth = (op: Delta): number => lengthChange(op.ops as DeltaOp[]);

export class UnsentBuffer {
  /** Cut to size, in order; the person's newest edits are composed into `#tail`, on top of them. */
  #parts: Part[] = [];
  #tail: Part = { op: new Delta(), edits: 0 };

  get isEmpty(): boolean {
    return this.#parts.length === 0 && this.#tail.op.ops.length === 0;
  }

  /** Edits that are not on their way. */
  get edits(): number {
    return this.#parts.reduce((sum, part) => sum + part.edits, this.#tail.edits);
  }

  /** By how much the buffer changes the document's length. */
  get lengthChange(): number {
    return this.#parts.reduce((sum, part) => sum + growth(part.op), growth(this.#tail.op));
  }

  /** An edit made on top of everything here. */
  push(op: Delta, edits = 1): void {
    const composed = this.#tail.op.compose(op);
    // Typed and deleted again: nothing is left to send.
    const left = composed.ops.length > 0;
    this.#tail = { op: composed, edits: left ? this.#tail.edits + edits : 0 };
  }

  /** An op that comes before everything here, and is ready to be sent. */
  unshift(part: Part): void {
    if (part.op.ops.length > 0) this.#parts.unshift(...cut(part));
  }

  /** The next op to send, within the limits of one op. */
  take(): Part | null {
    if (this.#parts.length === 0) {
      this.#parts = cut(this.#tail);
      this.#tail = { op: new Delta(), edits: 0 };
    }
    return this.#parts.shift() ?? null;
  }

  /**
   * Puts `op`, made on the same document as the buffer, beneath the buffer. Returns what it does to the
   * document with the buffer. `op` was first: its inserts stay on the left, its attributes win. That is
   * also what the server decides when the buffer arrives there.
   */
  rebase(op: Delta): Delta {
    if (this.isEmpty) return op;
    let above = op;
    const over = (part: Part) => {
      const below = above;
      above = part.op.transform(below, false);
      part.op = below.transform(part.op, true);
    };
    for (const part of this.#parts) over(part);
    over(this.#tail);
    this.#parts = this.#parts.filter(({ op: left }) => left.ops.length > 0);
    if (this.#tail.op.ops.length === 0) this.#tail.edits = 0;
    return above;
  }

  /** The buffer as one op. */
  compose(): Delta {
    return this.#parts.reduceRight((later, part) => part.op.compose(later), this.#tail.op);
  }

  /** Empties the buffer; returns it as one op. */
  clear(): Delta {
    const op = this.compose();
    this.#parts = [];
    this.#tail = { op: new Delta(), edits: 0 };
    return op;
  }

  /** An index beneath the buffer, as it is on top; an insert at the index does not push it. */
  carry(index: number): number {
    const below = this.#parts.reduce((at, part) => carry(at, part.op, true), index);
    return carry(below, this.#tail.op, true);
  }

  /** An index on top of the buffer, as it is beneath. */
  carryBack(index: number): number {
    const above = carryBack(index, this.#tail.op);
    return this.#parts.reduceRight((at, part) => carryBack(at, part.op), above);
  }
}

/** The person's edits end with the last piece. */
function cut({ op, edits }: Part): Part[] {
  const pieces = op.ops.length > 0 ? splitOp(op) : [];
  return pieces.map((piece, i) => ({ op: piece, edits: i === pieces.length - 1 ? edits : 0 }));
}
