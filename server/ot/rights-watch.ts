// Rights that end by themselves, such as those of a link that expires: asks again every few seconds what each
// socket may. Where several processes have one store, log-poll.ts does the same on its rounds.

import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Notices } from './notices.ts';

export class RightsWatch {
  readonly #notices: Pick<Notices, 'lookAround'>;
  readonly #clock: Clock;
  #stop: () => void;
  #isClosed = false;

  constructor(notices: Pick<Notices, 'lookAround'>, clock: Clock) {
    this.#notices = notices;
    this.#clock = clock;
    this.#stop = this.#later();
  }

  #later(): () => void {
    return this.#clock.after(limits.rightsCheckMs, () => void this.#look());
  }

  /** The next round begins when this one is over: a slow store is not asked by two at once. */
  async #look(): Promise<void> {
    try {
      await this.#notices.lookAround();
    } catch {
      // The store is away, which is told elsewhere: the next round asks again.
    }
    if (!this.#isClosed) this.#stop = this.#later();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }
}
