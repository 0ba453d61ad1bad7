// The one way to write: whatever waits is written in one transaction with one sync of the disk (group
// commit); while that is under way the next group gathers. Order in is order written.
// Invariant: `settle` is called only after the commit that holds the write is durable.

import { AppError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { closedError, isStorageFailure, storageError } from './sqlite-error.ts';

/** What the queue needs of the connection that writes (`Writer`). */
export interface Transactions {
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface Write<T> {
  /** Roughly what it holds in memory while it waits. */
  readonly bytes: number;
  /**
   * Runs its statements, synchronously. May run again when a neighbour had to be taken out, so it
   * changes nothing but the database, and whatever else it notes it notes afresh.
   */
  run(): T;
  /** Exactly one of these two is called, once; both must return at once. */
  settle(result: T): void;
  fail(error: unknown): void;
}

export interface WriteStats {
  /** Transactions that became durable. */
  commits: number;
  /** Writes in them. */
  writes: number;
  largestGroup: number;
  /** Groups that the disk refused. */
  failures: number;
  waiting: number;
  waitingBytes: number;
}

export class WriteQueue {
  readonly #writer: Transactions;
  #waiting: Write<unknown>[] = [];
  #bytes = 0;
  #isRunning = false;
  #isClosed = false;
  #failure: AppError | null = null;
  #whenIdle: (() => void)[] = [];
  readonly #counts = { commits: 0, writes: 0, largestGroup: 0, failures: 0 };

  constructor(writer: Transactions) {
    this.#writer = writer;
  }

  /** For writes that need no more than a promise. */
  write<T>(bytes: number, run: () => T): Promise<T> {
    return new Promise((settle, fail) => this.add({ bytes, run, settle, fail }));
  }

  add<T>(write: Write<T>): void {
    const refusal = this.#isClosed ? closedError() : this.#isFull(write.bytes) ? fullError() : null;
    // Never inside `add`: what the caller does next may still rest on this write.
    if (refusal !== null) {
      queueMicrotask(() => write.fail(refusal));
      return;
    }
    this.#waiting.push(write as Write<unknown>);
    this.#bytes += write.bytes;
    if (this.#isRunning) return;
    this.#isRunning = true;
    // After this round of incoming messages: what came together is committed together.
    setImmediate(() => void this.#drain());
  }

  /** The failure that the last group met, or null once one was written since. */
  get failure(): AppError | null {
    return this.#failure;
  }

  stats(): WriteStats {
    return { ...this.#counts, waiting: this.#waiting.length, waitingBytes: this.#bytes };
  }

  /** Refuses new writes; resolves when those that wait are written or have failed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isRunning) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #isFull(bytes: number): boolean {
    return (
      this.#waiting.length >= limits.maxQueuedWrites ||
      (this.#bytes > 0 && this.#bytes + bytes > limits.maxQueuedWriteBytes)
    );
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, limits.maxGroupWrites);
      let results: unknown[];
      try {
        results = await this.#commit(group);
      } catch (error) {
        await this.#refuse(group, error);
        continue;
      }
      this.#failure = null;
      for (const [i, write] of group.entries()) this.#release(write).settle(results[i]);
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** The results, in the order of `group`, from which a write that is at fault itself is taken out. */
  async #commit(group: Write<unknown>[]): Promise<unknown[]> {
    for (;;) {
      await this.#writer.begin();
      const results: unknown[] = [];
      const fault = runAll(group, results);
      if (fault === null) {
        await this.#writer.commit();
        this.#counts.commits++;
        this.#counts.writes += group.length;
        this.#counts.largestGroup = Math.max(this.#counts.largestGroup, group.length);
        return results;
      }
      // Half of it may be written, so all is undone and its neighbours run again without it: rare,
      // and cheaper for everybody else than a savepoint around each write.
      await this.#writer.rollback();
      const [faulty] = group.splice(fault.index, 1);
      if (faulty) this.#release(faulty).fail(fault.error);
      if (group.length === 0) return [];
    }
  }

  /** All that waits fails with it, at once: later writes may rest on earlier ones. */
  async #refuse(group: Write<unknown>[], error: unknown): Promise<void> {
    this.#counts.failures++;
    this.#failure = storageError(error, 'saved');
    // If this fails too, the next `begin` tries it again.
    await this.#writer.rollback().catch(() => undefined);
    for (const write of [...group, ...this.#waiting.splice(0)]) {
      this.#release(write).fail(this.#failure);
    }
  }

  #release(write: Write<unknown>): Write<unknown> {
    this.#bytes -= write.bytes;
    return write;
  }
}

const fullError = () =>
  new AppError('not-now', 'Nothing more can be saved just now: too much is waiting for the disk.');

/** Null when all ran. Throws when the disk is at fault rather than one of them. */
function runAll(
  group: readonly Write<unknown>[],
  results: unknown[],
): { index: number; error: unknown } | null {
  for (const [index, write] of group.entries()) {
    try {
      results.push(write.run());
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      return { index, error };
    }
  }
  return null;
}
