// The last ops of the document as the server ordered them, so that a caret told for an older version
// can be carried to the newest one.

import { Delta } from '../../core/delta.ts';
import { limits } from '../../core/limits.ts';

export interface Caret {
  readonly index: number;
  readonly length: number;
}

interface Past {
  /** Null for what changes no text (the creation). */
  readonly op: Delta | null;
  /** The client it came from. */
  readonly src: string | undefined;
}

export class OpHistory {
  /** The version after the last op; null until the first. */
  #version: number | null = null;
  #ops: Past[] = [];

  /** The op that led from `version` to the next one. */
  record(version: number, op: unknown, src: string | undefined): void {
    // After a gap (a rollback, a first load) what was before leads nowhere.
    if (this.#version !== version) this.#ops = [];
    this.#version = version + 1;
    this.#ops.push({ op: op === undefined ? null : new Delta(op as Delta['ops']), src });
    if (this.#ops.length > limits.presenceOpHistory) this.#ops.shift();
  }

  /**
   * Carries a caret of the client `owner` from one version to a later one; null when the ops between
   * are not known. What others insert at a caret leaves it in place; what its owner types pushes it.
   */
  carry(caret: Caret, from: number, to: number, owner: string): Caret | null {
    if (from === to) return caret;
    const first =
      this.#version === null ? Number.POSITIVE_INFINITY : this.#version - this.#ops.length;
    if (from < first || from > to || to > (this.#version ?? 0)) return null;
    let { index } = caret;
    let end = caret.index + caret.length;
    for (const { op, src } of this.#ops.slice(from - first, to - first)) {
      if (!op) continue;
      const stays = src !== owner;
      index = op.transformPosition(index, stays);
      end = op.transformPosition(end, stays);
    }
    return { index, length: Math.max(0, end - index) };
  }
}
