// One document in memory: the newest version that is staged (ordered, on its way to the log), the last
// version that is durable, and the end of the log. Staging is immediate, so that many ops share one
// commit; nothing is told to anybody before its commit. When a commit fails, everything staged is
// dropped, and the document is read again from the log, which alone is the truth.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import type { Log } from '../log.ts';
import type { AppendResult, LogEntry, OpLog } from '../store/store.ts';
import {
  applyEntry,
  type DocumentState,
  emptyState,
  fromStored,
  toStored,
} from './document-state.ts';
import { MilestoneWriter } from './milestone-writer.ts';
import { RecentOps } from './recent-ops.ts';
import { Turns } from './turns.ts';

/** What became of a staged op; an AppError when the store could not write. */
export type Outcome = AppendResult | AppError;

interface Staged {
  readonly entry: LogEntry;
  readonly state: DocumentState;
  readonly done: (outcome: Outcome) => void;
  /** Called after `done`: whether it is durable. */
  readonly watchers: ((durable: boolean) => void)[];
}

interface Loaded {
  newest: DocumentState;
  durable: DocumentState;
  readonly recent: RecentOps;
}

/** Length in characters, at no cost. */
const sizeOf = ({ data }: DocumentState): number =>
  data instanceof LazyDelta ? data.length() : 1024;

/** Whatever the store rejected with: the change is held back, never refused. */
export const notNow = (cause: unknown): AppError =>
  cause instanceof AppError && cause.code === 'not-now'
    ? cause
    : new AppError('not-now', 'The document cannot be stored at the moment.', { cause });

export class LiveDocument {
  readonly ref: DocumentRef;
  readonly turns = new Turns();
  usedAt = 0;
  readonly #ops: OpLog;
  readonly #log: Log;
  #loaded: Loaded | null = null;
  #loading: Promise<void> | null = null;
  /** Staged and not settled, in order. */
  readonly #staged: Staged[] = [];
  #isSending = false;
  #snapshotVersion = 0;
  #snapshotWriting: Promise<void> | null = null;
  #snapshotFailed = false;
  readonly #milestones: MilestoneWriter;

  constructor(ref: DocumentRef, ops: OpLog, log: Log) {
    this.ref = ref;
    this.#ops = ops;
    this.#log = log;
    this.#milestones = new MilestoneWriter(ref, ops, log);
  }

  /** Null until `load`, and again after a commit failed. */
  get loaded(): Readonly<Loaded> | null {
    return this.#loaded;
  }

  /** Something is under way that an eviction would cut. */
  get isBusy(): boolean {
    return (
      !this.turns.isIdle ||
      this.#loading !== null ||
      this.#staged.length > 0 ||
      this.#snapshotWriting !== null ||
      this.#milestones.writing !== null
    );
  }

  /** Ops that wait for their commit. */
  get staged(): number {
    return this.#staged.length;
  }

  /** Estimated, in bytes. */
  get weight(): number {
    if (!this.#loaded) return 1024;
    return 4096 + 4 * sizeOf(this.#loaded.newest) + this.#loaded.recent.bytes;
  }

  /** Rejects with `not-now` when the store does not answer, `internal` when the log is damaged. */
  load(): Promise<void> {
    if (this.#loaded) return Promise.resolve();
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    let stored: Awaited<ReturnType<OpLog['snapshot']>>;
    try {
      stored = await this.#ops.snapshot(this.ref, null);
    } catch (error) {
      throw notNow(error);
    }
    let state = stored ? fromStored(stored) : emptyState;
    this.#snapshotVersion = state.v;
    const recent = new RecentOps(state.v);
    for (;;) {
      const entries = await this.read(state.v, state.v + limits.openReadOps);
      try {
        for (const entry of entries) {
          state = applyEntry(state, entry);
          recent.push(entry);
        }
      } catch (error) {
        this.#log.error({ err: error, v: state.v }, 'A log cannot be replayed');
        throw new AppError('internal', 'This document cannot be opened.', { cause: error });
      }
      recent.trim(state.v);
      if (entries.length < limits.openReadOps) break;
    }
    this.#loaded = { newest: state, durable: state, recent };
    this.#snapshotSoon();
  }

  /** Durable entries from the store. */
  async read(from: number, to: number): Promise<LogEntry[]> {
    try {
      return await this.#ops.read(this.ref, from, to);
    } catch (error) {
      throw notNow(error);
    }
  }

  /**
   * Orders an op after the newest version; `entry.v` must be that version. `done` is called once: in
   * order with the others, after the commit or its failure.
   */
  stage(entry: LogEntry, state: DocumentState, done: (outcome: Outcome) => void): void {
    const loaded = this.#loaded;
    if (!loaded || loaded.newest.v !== entry.v) throw new Error('Staged on a version not newest');
    loaded.newest = state;
    loaded.recent.push(entry);
    this.#staged.push({ entry, state, done, watchers: [] });
    if (!this.#isSending) void this.#send();
  }

  /**
   * One group at a time, and the next only when the outcome of the last is known here: so nothing made
   * on top of a lost op can reach the log, whatever the engine does.
   */
  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#staged.length > 0) {
      const group = this.#staged.slice(0, limits.maxAppendGroup);
      const outcomes = group.map(({ entry }) => this.#append(entry));
      for (const [i, staged] of group.entries()) {
        const outcome = await outcomes[i]!;
        if (outcome === 'committed') {
          this.#committed(staged);
          continue;
        }
        await Promise.all(outcomes);
        this.#drop(outcome);
        break;
      }
    }
    this.#isSending = false;
  }

  async #append(entry: LogEntry): Promise<Outcome> {
    try {
      return await this.#ops.append(this.ref, entry);
    } catch (error) {
      return notNow(error);
    }
  }

  #committed(staged: Staged): void {
    const loaded = this.#loaded!;
    this.#milestones.passed(loaded.durable, staged.state, staged.entry.m.ts);
    loaded.durable = staged.state;
    loaded.recent.trim(staged.state.v);
    this.#staged.shift();
    this.#tell(staged, 'committed');
    this.#snapshotSoon();
  }

  /** The first op staged is lost, and with it everything made on top of it. */
  #drop(outcome: Outcome): void {
    const lost = this.#staged.splice(0);
    this.#loaded = null;
    // Those behind are made anew, unless nothing can be stored at all.
    const theirs = outcome instanceof AppError ? outcome : 'version-taken';
    lost.forEach((staged, i) => {
      this.#tell(staged, i === 0 ? outcome : theirs);
    });
  }

  #tell(staged: Staged, outcome: Outcome): void {
    staged.done(outcome);
    for (const watch of staged.watchers) watch(outcome === 'committed');
  }

  #outcomeOf(staged: Staged | undefined): Promise<boolean> | null {
    if (!staged) return null;
    return new Promise((resolve) => staged.watchers.push(resolve));
  }

  /** Whether everything staged now becomes durable; null when nothing is staged. */
  settled(): Promise<boolean> | null {
    return this.#outcomeOf(this.#staged.at(-1));
  }

  /** Whether this op becomes durable; null when it is not staged. */
  settledOp(src: string, seq: number): Promise<boolean> | null {
    const same = ({ entry }: Staged) => entry.src === src && entry.seq === seq;
    return this.#outcomeOf(this.#staged.find(same));
  }

  #snapshotSoon(): void {
    const { durable } = this.#loaded!;
    const behind = durable.v - this.#snapshotVersion;
    if (behind < limits.snapshotInterval) return;
    const wanted = Math.min(sizeOf(durable) / 1024, limits.maxSnapshotInterval);
    if (behind >= wanted) void this.writeSnapshot();
  }

  /** Resolves when no milestone waits to be written. */
  async milestonesWritten(): Promise<void> {
    await this.#milestones.writing;
  }

  /** Writes behind: a failure costs only a longer replay, and the next interval tries again. */
  writeSnapshot(): Promise<void> {
    const durable = this.#loaded?.durable;
    if (!durable || durable.v === this.#snapshotVersion) return Promise.resolve();
    this.#snapshotWriting ??= this.#writeSnapshot(durable).finally(() => {
      this.#snapshotWriting = null;
    });
    return this.#snapshotWriting;
  }

  async #writeSnapshot(durable: DocumentState): Promise<void> {
    // Counted from here even if it fails, so that a store that cannot write is not asked at every op.
    this.#snapshotVersion = durable.v;
    try {
      await this.#ops.writeSnapshot(this.ref, toStored(durable));
      this.#snapshotFailed = false;
    } catch (error) {
      if (this.#snapshotFailed) return;
      this.#snapshotFailed = true;
      this.#log.warn({ err: error }, 'A snapshot was not written');
    }
  }
}
