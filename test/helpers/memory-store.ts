// An op log in memory with the rules of the store port, and the faults a test wants: commits that wait
// until the test lets them through, and commits that fail.

import { AppError } from '../../core/errors.ts';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentKey,
} from '../../core/ids.ts';
import type { AppendResult, LogEntry, OpLog, StoredSnapshot } from '../../server/store/store.ts';

const copy = <T>(value: T): T =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);

interface Waiting {
  key: DocumentKey;
  entry: LogEntry;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

export class MemoryOpLog implements OpLog {
  readonly logs = new Map<DocumentKey, LogEntry[]>();
  readonly snapshots = new Map<DocumentKey, StoredSnapshot>();
  /** How many appends each commit held, in order. */
  readonly groups: number[] = [];
  /** Reads and writes of snapshots. */
  snapshotWrites = 0;
  reads = 0;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #held = false;
  #failing = false;
  #unreadable = false;

  /** Commits wait from now on. */
  hold(): void {
    this.#held = true;
  }

  /** Lets everything through that waits, and what comes. */
  release(): void {
    this.#held = false;
    this.#schedule();
  }

  /** Commits that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** From now on nothing can be written (a full disk), nor read if `reads`. */
  fail(options: { reads?: boolean } = {}): void {
    this.#failing = true;
    this.#unreadable = options.reads === true;
  }

  heal(): void {
    this.#failing = false;
    this.#unreadable = false;
  }

  /** What another process would write: at once, past everything that waits. */
  intrude(ref: DocumentRef, entry: LogEntry): void {
    this.#log(documentKey(ref)).push(copy(entry));
  }

  entries(ref: DocumentRef): LogEntry[] {
    return copy(this.#log(documentKey(ref)));
  }

  #log(key: DocumentKey): LogEntry[] {
    let log = this.logs.get(key);
    if (!log) {
      log = [];
      this.logs.set(key, log);
    }
    return log;
  }

  append(ref: DocumentRef, entry: LogEntry): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key: documentKey(ref), entry: copy(entry), resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#held || this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#held) this.#commit(this.#waiting.splice(0));
    });
  }

  #commit(group: Waiting[]): void {
    this.groups.push(group.length);
    const lost = new Set<DocumentKey>();
    for (const { key, entry, resolve, reject } of group) {
      if (this.#failing) {
        reject(new AppError('not-now', 'The disk is full.'));
        continue;
      }
      const log = this.#log(key);
      const same = log.some(({ src, seq }) => src === entry.src && seq === entry.seq);
      if (same || lost.has(key) || entry.v !== log.length) {
        lost.add(key);
        resolve(same ? 'duplicate' : 'version-taken');
        continue;
      }
      log.push(entry);
      resolve('committed');
    }
  }

  #readable(): void {
    this.reads++;
    if (this.#unreadable) throw new AppError('not-now', 'The store does not answer.');
  }

  async read(ref: DocumentRef, from: number, to: number | null): Promise<LogEntry[]> {
    this.#readable();
    return copy(this.#log(documentKey(ref)).slice(from, to ?? undefined));
  }

  async version(ref: DocumentRef): Promise<number> {
    return this.#log(documentKey(ref)).length;
  }

  async grown(known: readonly { ref: DocumentRef; version: number }[]): Promise<DocumentRef[]> {
    this.#readable();
    return known
      .filter(({ ref, version }) => this.#log(documentKey(ref)).length > version)
      .map(({ ref }) => ref);
  }

  async snapshot(ref: DocumentRef, atMost: number | null): Promise<StoredSnapshot | null> {
    this.#readable();
    const stored = this.snapshots.get(documentKey(ref));
    return stored && (atMost === null || stored.v <= atMost) ? copy(stored) : null;
  }

  async writeSnapshot(ref: DocumentRef, snapshot: StoredSnapshot): Promise<void> {
    if (this.#failing) throw new AppError('not-now', 'The disk is full.');
    this.snapshotWrites++;
    this.snapshots.set(documentKey(ref), copy(snapshot));
  }

  async remove(ref: DocumentRef): Promise<void> {
    if (this.#failing) throw new AppError('not-now', 'The disk is full.');
    this.logs.delete(documentKey(ref));
    this.snapshots.delete(documentKey(ref));
  }

  async listSnapshots(ref: DocumentRef): Promise<{ v: number; milestone: boolean }[]> {
    const stored = this.snapshots.get(documentKey(ref));
    return stored ? [{ v: stored.v, milestone: false }] : [];
  }

  async list(after: DocumentKey | null, limit: number): Promise<DocumentRef[]> {
    return [...this.logs.keys()]
      .filter((key) => key > (after ?? ''))
      .sort()
      .slice(0, limit)
      .map((key) => parseDocumentKey(key)!);
  }
}
