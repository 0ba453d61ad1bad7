// When staged ops go to the store. At once, as long as few people write: somebody who writes alone waits
// for nobody. When many do, what they write is sent together: as soon as everybody who wrote just now
// has written again, or after a few milliseconds. A commit costs more than all else of an op, and a
// hundred people who each type five keys a second would pay it five hundred times.

import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';

export class CommitPace {
  readonly #clock: Clock;
  /** Who wrote lately, and when last. */
  readonly #writers = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #ops = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An op of `writer` is staged. `go` is called once, soon; null when its document waits already. */
  staged(writer: string, go: (() => void) | null): void {
    const crowd = this.#crowdWith(writer);
    if (go) this.#waiting.push(go);
    this.#ops++;
    if (crowd < limits.commitCrowd || this.#ops >= crowd) this.#go();
    else this.#cancel ??= this.#clock.after(limits.commitWindowMs, () => this.#go());
  }

  #crowdWith(writer: string): number {
    const now = this.#clock.now();
    // In the order of their last op: whoever comes before the first recent one is forgotten.
    this.#writers.delete(writer);
    this.#writers.set(writer, now);
    for (const [other, at] of this.#writers) {
      if (now - at <= 2 * limits.commitWindowMs) break;
      this.#writers.delete(other);
    }
    return this.#writers.size;
  }

  #go(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#ops = 0;
    for (const go of this.#waiting.splice(0)) go();
  }
}
