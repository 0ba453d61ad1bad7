// When what was written to the sockets goes out. At the end of the turn of the loop, as long as there is
// little: a lone keystroke waits for nothing. Under load (a room of a hundred who all type) what many
// are to hear waits for the end of a short window, and each socket is written once in it: a write to
// a socket is what a delivery costs most.

import { limits } from '../../core/limits.ts';

export interface Sender {
  /** Something in it is an answer to this client: it does not wait. */
  readonly isUrgent: boolean;
  /** Writes what waits. */
  send(): void;
}

export class Outbox {
  #waiting: Sender[] = [];
  #turn: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  #windowEnd = 0;
  /** Writes in this window. */
  #writes = 0;

  /** Calls `send` once, soon; it is asked for again only after that. */
  add(sender: Sender): void {
    this.#waiting.push(sender);
    this.wake();
  }

  /** A sender that waits has become urgent. */
  wake(): void {
    this.#turn ??= setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#turn = null;
    const now = performance.now();
    if (now >= this.#windowEnd) this.#openWindow(now);
    if (this.#writes === 0 || this.#writes + this.#waiting.length <= limits.batchFreeWrites) {
      this.#sendSome(() => true);
      return;
    }
    this.#sendSome(({ isUrgent }) => isUrgent);
    if (this.#waiting.length > 0 && this.#timer === null) {
      this.#timer = setTimeout(() => {
        this.#openWindow(performance.now());
        this.#sendSome(() => true);
      }, this.#windowEnd - now);
      this.#timer.unref();
    }
  }

  #openWindow(now: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#windowEnd = now + limits.batchWindowMs;
    this.#writes = 0;
  }

  #sendSome(which: (sender: Sender) => boolean): void {
    const all = this.#waiting;
    this.#waiting = all.filter((sender) => !which(sender));
    for (const sender of all) {
      if (!which(sender)) continue;
      this.#writes++;
      sender.send();
    }
  }
}
