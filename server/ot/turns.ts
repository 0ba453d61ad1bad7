// A first-come, first-served turn: one op of a document at a time is read, transformed and staged.

export class Turns {
  #taken = false;
  readonly #queue: (() => void)[] = [];

  /** Calls `go` when it is its turn, at once when nobody waits. Whoever took must give back, once. */
  take(go: () => void): void {
    if (this.#taken) {
      this.#queue.push(go);
      return;
    }
    this.#taken = true;
    go();
  }

  give(): void {
    const next = this.#queue.shift();
    // Not from inside the giver's call: a long queue would end in a deep stack.
    if (next) process.nextTick(next);
    else this.#taken = false;
  }

  get isIdle(): boolean {
    return !this.#taken;
  }
}
