// A first-come, first-served turn: one op of a document at a time is read, transformed and staged.

import { limits } from '../../core/limits.ts';

export class Turns {
  #taken = false;
  #since = 0;
  readonly #queue: (() => void)[] = [];

  /** Calls `go` when it is its turn, at once when nobody waits. Whoever took must give back, once. */
  take(go: () => void): void {
    if (this.#taken) {
      this.#queue.push(go);
      return;
    }
    this.#taken = true;
    this.#since = performance.now();
    go();
  }

  give(): void {
    const next = this.#queue.shift();
    if (!next) {
      this.#taken = false;
      return;
    }
    const now = performance.now();
    if (now - this.#since < limits.turnsMs) {
      // Not from inside the giver's call: a long queue would end in a deep stack.
      process.nextTick(next);
      return;
    }
    this.#since = now;
    setImmediate(next);
  }

  get isIdle(): boolean {
    return !this.#taken;
  }
}
