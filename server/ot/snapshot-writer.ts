// When a document's snapshot is written, and by whom: derived data, written behind. Where several
// processes have a document, the one that committed the last op writes; the others take it as done.

import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import type { Log } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import { type DocumentState, toStored } from './document-state.ts';

/** Length in characters, at no cost. */
export const sizeOf = ({ data }: DocumentState): number =>
  data instanceof LazyDelta ? data.length() : 1024;

export class SnapshotWriter {
  readonly #ref: DocumentRef;
  readonly #deps: { readonly ops: OpLog; readonly log: Log };
  /** The version of the last one that is known to be stored … */
  #stored = 0;
  /** … and of the one that another process has probably written. */
  #assumed = 0;
  /** What was committed last was committed here. */
  #isOurs = true;
  #interval: number = limits.snapshotInterval;
  #writing: Promise<void> | null = null;
  #failed = false;

  constructor(ref: DocumentRef, deps: { readonly ops: OpLog; readonly log: Log }) {
    this.#ref = ref;
    this.#deps = deps;
  }

  /** What follows a document's text is this process's to do. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** The store has one of this version. */
  found(version: number): void {
    this.#stored = version;
  }

  /** Another process committed up to `version`. */
  passed(version: number): void {
    this.#isOurs = false;
    if (version - Math.max(this.#stored, this.#assumed) >= this.#interval) this.#assumed = version;
  }

  /** This process committed it. */
  committed(durable: DocumentState): void {
    this.#isOurs = true;
    this.loaded(durable);
  }

  /** The snapshot is written when it lags far behind. */
  loaded(durable: DocumentState): void {
    const size = Math.min(sizeOf(durable) / 1024, limits.maxSnapshotInterval);
    this.#interval = Math.max(limits.snapshotInterval, size);
    const behind = durable.v - Math.max(this.#stored, this.#assumed);
    // Two that each took it as done by the other must not go on so for ever.
    const isForgotten = durable.v - this.#stored >= 3 * this.#interval;
    if (behind >= this.#interval || isForgotten) void this.write(durable);
  }

  /** Whether `write` would have something to do. */
  lags(durable: DocumentState): boolean {
    return durable.v !== this.#stored && this.#isOurs;
  }

  /** A failure costs only a longer replay, and the next interval tries again. */
  write(durable: DocumentState): Promise<void> {
    if (!this.lags(durable)) return Promise.resolve();
    this.#writing ??= this.#write(durable).finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #write(durable: DocumentState): Promise<void> {
    // Counted from here even if it fails, so that a store that cannot write is not asked at every op.
    this.#stored = durable.v;
    try {
      await this.#deps.ops.writeSnapshot(this.#ref, toStored(durable));
      this.#failed = false;
    } catch (error) {
      if (this.#failed) return;
      this.#failed = true;
      this.#deps.log.warn({ err: error }, 'A snapshot was not written');
    }
  }
}
