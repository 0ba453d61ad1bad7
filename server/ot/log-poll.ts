// Where several processes have one store: asks every few seconds which of the documents open here have
// grown, all in one question, and reads those. Messages between processes only save this wait.

import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import type { LiveDocuments } from './live-documents.ts';

export interface LogPollDeps {
  readonly ops: Pick<OpLog, 'grown'>;
  readonly live: LiveDocuments;
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs: number;
  /** Called with each round, and waited for: what else may have changed without a word. */
  readonly also: () => Promise<void>;
}

export class LogPoll {
  readonly #deps: LogPollDeps;
  #cancel: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #isAgain = false;
  #isClosed = false;
  /** Said once, until it works again. */
  #hasFailed = false;

  constructor(deps: LogPollDeps) {
    this.#deps = deps;
    this.#later();
  }

  #later(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#deps.clock.after(this.#deps.everyMs, () => void this.now());
  }

  /** Looks at once, and again when this is called while it looks. Never rejects. */
  now(): Promise<void> {
    if (this.#running !== null) {
      this.#isAgain = true;
      return this.#running;
    }
    this.#cancel();
    this.#running = this.#rounds().finally(() => {
      this.#running = null;
      this.#later();
    });
    return this.#running;
  }

  async #rounds(): Promise<void> {
    do {
      this.#isAgain = false;
      try {
        await this.#round();
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) {
          this.#deps.log.warn({ err: error }, 'The store does not say what others committed');
        }
        this.#hasFailed = true;
      }
    } while (this.#isAgain && !this.#isClosed);
  }

  async #round(): Promise<void> {
    const { ops, live, also } = this.#deps;
    const known = live.followed();
    const grown: DocumentRef[] = [];
    for (let i = 0; i < known.length; i += limits.maxFollowed) {
      grown.push(...(await ops.grown(known.slice(i, i + limits.maxFollowed))));
    }
    for (let i = 0; i < grown.length && !this.#isClosed; i += limits.maxFollowReads) {
      const some = grown.slice(i, i + limits.maxFollowReads);
      await Promise.all(some.map((ref) => live.open(ref).refresh()));
    }
    if (!this.#isClosed) await also();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#running;
  }
}
