// One document in memory: the newest version that is staged (ordered, on its way to the log), the last
// version that is durable, and the end of the log. Staging is immediate, so that many ops share one
// commit; nothing is told to anybody before its commit. When a commit fails, everything staged is
// dropped, and what the log has beyond the durable version is read: it alone is the truth. What other
// processes commit comes the same way, or is heard from them (`heard`), and is told here in order.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Log } from '../log.ts';
import type { AppendResult, LogEntry, OpLog } from '../store/store.ts';
import type { CommitPace } from './commit-pace.ts';
import { applyEntry, type DocumentState, emptyState, fromStored } from './document-state.ts';
import { MilestoneWriter } from './milestone-writer.ts';
import { RecentOps } from './recent-ops.ts';
import { SnapshotWriter, sizeOf } from './snapshot-writer.ts';
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

interface Durable {
  durable: DocumentState;
  readonly recent: RecentOps;
}

interface Loaded extends Durable {
  newest: DocumentState;
}

/** Who else is told of what is committed. */
export interface Feed {
  /** This process committed it; told once, in order. */
  committed(ref: DocumentRef, entry: LogEntry): void;
  /** Others did; told when it is durable and known here, once, in order with what was committed here. */
  foreign(ref: DocumentRef, entries: readonly LogEntry[]): void;
}

export interface LiveDocumentDeps {
  readonly ops: OpLog;
  readonly log: Log;
  /** Absent: nobody else has the store. */
  readonly feed?: Feed | undefined;
  /** Absent: what is staged is sent at once. */
  readonly pace?: CommitPace;
}

/** Whatever the store rejected with: the change is held back, never refused. */
export const notNow = (cause: unknown): AppError =>
  cause instanceof AppError && cause.code === 'not-now'
    ? cause
    : new AppError('not-now', 'The document cannot be stored at the moment.', { cause });

export class LiveDocument {
  readonly ref: DocumentRef;
  readonly turns = new Turns();
  usedAt = 0;
  readonly #deps: LiveDocumentDeps;
  readonly #snapshots: SnapshotWriter;
  #loaded: Loaded | null = null;
  /** Where reading goes on: what was durable when staged ops were dropped. */
  #base: Durable | null = null;
  /** Up to here people were told, before this was let go from memory. */
  #toldVersion: number | null;
  #loading: Promise<void> | null = null;
  #refreshing: Promise<void> | null = null;
  #refreshNext: Promise<void> | null = null;
  /** How far the log goes, as others say. */
  #heardVersion = 0;
  /** Staged and not settled, in order. */
  readonly #staged: Staged[] = [];
  #isSending = false;
  /** For the others who write, to be sent together with theirs. */
  #isWaiting = false;
  readonly #milestones: MilestoneWriter;

  constructor(ref: DocumentRef, deps: LiveDocumentDeps, toldVersion: number | null = null) {
    this.ref = ref;
    this.#deps = deps;
    this.#toldVersion = toldVersion;
    this.#snapshots = new SnapshotWriter(ref, deps);
    this.#milestones = new MilestoneWriter(ref, deps.ops, deps.log);
  }

  /** Null until `load`, and again after a commit failed. */
  get loaded(): Readonly<Loaded> | null {
    return this.#loaded;
  }

  /** The last version known to be durable; null: none is. */
  get durableVersion(): number | null {
    return (this.#loaded ?? this.#base)?.durable.v ?? this.#toldVersion;
  }

  /** What was committed last was, as far as is known here, committed here. */
  get isOurs(): boolean {
    return this.#snapshots.isOurs;
  }

  /** Something is under way that an eviction would cut. */
  get isBusy(): boolean {
    return (
      !this.turns.isIdle ||
      this.#loading !== null ||
      this.#refreshing !== null ||
      this.#staged.length > 0 ||
      this.#snapshots.isWriting ||
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
    const goesOn = this.#base !== null;
    this.#base ??= await this.#readSnapshot();
    const base = this.#base;
    for (;;) {
      const { v } = base.durable;
      const entries = await this.read(v, v + limits.openReadOps);
      this.#apply(base, entries);
      if (goesOn) this.#tellForeign(entries);
      if (entries.length < limits.openReadOps) break;
    }
    if (this.#toldVersion !== null) {
      this.#tellForeign(await this.read(this.#toldVersion, base.durable.v));
      this.#toldVersion = null;
    }
    this.#base = null;
    this.#loaded = { newest: base.durable, durable: base.durable, recent: base.recent };
    this.#snapshots.loaded(base.durable);
  }

  async #readSnapshot(): Promise<Durable> {
    try {
      const stored = await this.#deps.ops.snapshot(this.ref, null);
      const durable = stored ? fromStored(stored) : emptyState;
      this.#snapshots.found(durable.v);
      return { durable, recent: new RecentOps(durable.v) };
    } catch (error) {
      throw notNow(error);
    }
  }

  #apply(base: Durable, entries: readonly LogEntry[]): void {
    try {
      for (const entry of entries) {
        base.durable = applyEntry(base.durable, entry);
        base.recent.push(entry);
      }
    } catch (error) {
      this.#deps.log.error({ err: error, v: base.durable.v }, 'A log cannot be replayed');
      throw new AppError('internal', 'This document cannot be opened.', { cause: error });
    }
    base.recent.trim(base.durable.v);
  }

  #tellForeign(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    this.#snapshots.passed(entries.at(-1)!.v + 1);
    this.#deps.feed?.foreign(this.ref, entries);
  }

  /** Reads what others committed. When it resolves, all that was durable at the call is known here. */
  refresh(): Promise<void> {
    if (!this.#refreshing) return this.#startRefresh();
    // One that has begun may have looked already; whoever asks meanwhile shares the next.
    this.#refreshNext ??= this.#refreshing
      .catch(() => undefined)
      .then(() => {
        this.#refreshNext = null;
        return this.#startRefresh();
      });
    return this.#refreshNext;
  }

  #startRefresh(): Promise<void> {
    const running = this.#catchUp().finally(() => {
      this.#refreshing = null;
    });
    this.#refreshing = running;
    return running;
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      await this.load();
      const from = this.#loaded?.durable.v;
      if (from === undefined) continue;
      const heard = this.#heardVersion;
      const entries = await this.read(from, from + limits.openReadOps);
      // These may be our own, stored and not answered yet: the outcome tells.
      await this.settled();
      if (!this.#loaded) await this.load();
      else if (this.#staged.length === 0) this.#advance(entries);
      const reached = this.#loaded?.durable.v ?? 0;
      if (entries.length < limits.openReadOps && reached >= from + entries.length) {
        if (this.#heardVersion === heard) this.#heardVersion = 0;
        return;
      }
    }
  }

  /** Nothing is staged: what is durable is the newest, too. */
  #advance(entries: readonly LogEntry[]): void {
    const loaded = this.#loaded!;
    const news = entries.filter(({ v }) => v >= loaded.durable.v);
    try {
      this.#apply(loaded, news);
    } finally {
      loaded.newest = loaded.durable;
    }
    this.#tellForeign(news);
  }

  /** Another process says that the log goes up to `version`, perhaps with what it committed last. */
  heard(version: number, entries: readonly LogEntry[]): void {
    const loaded = this.#loaded;
    const first = entries[0]?.v ?? Number.POSITIVE_INFINITY;
    const fits = entries.every(({ v }, i) => v === first + i);
    if (loaded && this.#staged.length === 0 && fits && first <= loaded.durable.v) {
      this.#advance(entries);
    }
    const known = this.durableVersion;
    if (known === null || known >= version) return;
    this.#heardVersion = Math.max(this.#heardVersion, version);
    // Otherwise it is asked for when the staged ops are settled.
    if (this.#staged.length === 0) this.#refreshBehind();
  }

  #refreshBehind(): void {
    this.refresh().catch((error) => {
      this.#deps.log.warn({ err: error }, 'What others committed could not be read');
    });
  }

  /** Durable entries from the store. */
  async read(from: number, to: number): Promise<LogEntry[]> {
    try {
      return await this.#deps.ops.read(this.ref, from, to);
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
    // Where others write the same document, waiting would lose the race for the version.
    const pace = !this.#deps.feed || this.isOurs ? this.#deps.pace : undefined;
    if (!pace) {
      this.#sendNow();
      return;
    }
    const isFirst = !this.#isSending && !this.#isWaiting;
    if (isFirst) this.#isWaiting = true;
    pace.staged(entry.src, isFirst ? () => this.#sendNow() : null);
  }

  #sendNow(): void {
    this.#isWaiting = false;
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
    if (this.#heardVersion > (this.durableVersion ?? 0)) this.#refreshBehind();
  }

  async #append(entry: LogEntry): Promise<Outcome> {
    try {
      return await this.#deps.ops.append(this.ref, entry);
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
    this.#deps.feed?.committed(this.ref, staged.entry);
    this.#snapshots.committed(staged.state);
  }

  /** The first op staged is lost, and with it everything made on top of it. */
  #drop(outcome: Outcome): void {
    const lost = this.#staged.splice(0);
    const { durable, recent } = this.#loaded!;
    // What was read from before sees a past of its own; what is still true need not be read again.
    this.#base = { durable, recent: recent.until(durable.v) };
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

  /** Resolves when no milestone waits to be written. */
  async milestonesWritten(): Promise<void> {
    await this.#milestones.writing;
  }

  /** Letting go of it would have to write its snapshot first. */
  get snapshotLags(): boolean {
    return this.#loaded !== null && this.#snapshots.lags(this.#loaded.durable);
  }

  /** Writes behind: a failure costs only a longer replay, and the next interval tries again. */
  writeSnapshot(): Promise<void> {
    return this.#loaded ? this.#snapshots.write(this.#loaded.durable) : Promise.resolve();
  }
}
