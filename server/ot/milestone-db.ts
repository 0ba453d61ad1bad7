// ShareDB's MilestoneDB over the snapshots of the store: what it reads of the past begins at the nearest
// one. Our own milestones are written by milestone-writer.ts, by count and by day; ShareDB writes some
// itself only where an interval is given.

import sharedb, { type Callback, type Snapshot } from 'sharedb';
import type { DocumentRef } from '../../core/ids.ts';
import type { OpLog, StoredSnapshot } from '../store/store.ts';
import { ownCopy } from './document-state.ts';

const invalid = (what: string) =>
  new sharedb.Error('ERR_MILESTONE_ARGUMENT_INVALID', `A milestone needs ${what}.`);

function refOf(collection: unknown, id: unknown): DocumentRef {
  if (typeof collection !== 'string' || collection === '') throw invalid('a collection');
  if (typeof id !== 'string' || id === '') throw invalid('an id');
  return { collection, id } as DocumentRef;
}

const toSnapshot = (id: string, { v, type, data, m }: StoredSnapshot): Snapshot => ({
  id,
  v,
  type,
  data,
  m: (m ?? null) as Snapshot['m'],
});

const timeOf = (stored: StoredSnapshot | null) =>
  Number((stored?.m as { mtime?: number } | null)?.mtime);

export class StoreMilestones extends sharedb.MilestoneDB {
  readonly #ops: OpLog;

  constructor(ops: OpLog, options: { interval?: number } = {}) {
    super(options);
    this.#ops = ops;
  }

  /** Calls back, or emits; never throws into whoever asked. */
  #answer<T>(run: () => Promise<T>, callback: Callback<T> | undefined): void {
    const asked = new Promise<T>((resolve) => resolve(run()));
    asked.then(
      (value) => callback?.(null, value),
      (error: unknown) => (callback ? callback(error) : this.emit('error', error)),
    );
  }

  override getMilestoneSnapshot(
    collection: string,
    id: string,
    version: number | null,
    callback?: Callback<Snapshot>,
  ): void {
    this.#answer(async () => {
      if (!this._isValidVersion(version)) throw invalid('a version');
      // Any snapshot serves, kept for good or not.
      const stored = await this.#ops.snapshot(refOf(collection, id), version);
      return stored ? toSnapshot(id, stored) : (undefined as never);
    }, callback);
  }

  override saveMilestoneSnapshot(
    collection: string,
    snapshot: Snapshot,
    callback?: Callback<void>,
  ): void {
    this.#answer(
      async () => {
        if (!snapshot) throw invalid('a snapshot');
        const { id, v, type } = snapshot;
        // As it is now: ShareDB goes on with the object.
        const data = ownCopy(snapshot.data);
        const m = snapshot.m && { ...snapshot.m };
        const stored = { v, type, data, m };
        await this.#ops.writeSnapshot(refOf(collection, id), stored, { milestone: true });
        if (!callback) this.emit('save', collection, snapshot);
        // One argument alone: callers count them.
      },
      callback && ((error) => callback(error ?? null)),
    );
  }

  override getMilestoneSnapshotAtOrBeforeTime(
    collection: string,
    id: string,
    timestamp: number | null,
    callback?: Callback<Snapshot>,
  ): void {
    this.#answer(() => this.#atTime(collection, id, timestamp, 'before'), callback);
  }

  override getMilestoneSnapshotAtOrAfterTime(
    collection: string,
    id: string,
    timestamp: number | null,
    callback?: Callback<Snapshot>,
  ): void {
    this.#answer(() => this.#atTime(collection, id, timestamp, 'after'), callback);
  }

  /** Times grow with versions. Null: the first, looking back; the last, looking ahead. */
  async #atTime(
    collection: string,
    id: string,
    timestamp: number | null,
    side: 'before' | 'after',
  ): Promise<Snapshot> {
    if (!this._isValidTimestamp(timestamp)) throw invalid('a time');
    const ref = refOf(collection, id);
    const kept = (await this.#ops.listSnapshots(ref)).filter(({ milestone }) => milestone);
    let low = 0;
    let high = kept.length;
    if (timestamp === null) low = side === 'before' ? 1 : kept.length;
    else {
      // How many are at or before the time; strictly before it when what comes after is wanted.
      while (low < high) {
        const middle = (low + high) >> 1;
        const at = timeOf(await this.#ops.snapshot(ref, kept[middle]!.v));
        if (side === 'before' ? at <= timestamp : at < timestamp) low = middle + 1;
        else high = middle;
      }
      if (side === 'after') low++;
    }
    const found = kept[low - 1];
    const stored = found ? await this.#ops.snapshot(ref, found.v) : null;
    return stored ? toSnapshot(id, stored) : (undefined as never);
  }
}
