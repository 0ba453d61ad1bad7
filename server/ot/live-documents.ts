// The documents in memory: opened when somebody asks, let go when nobody has them open, and never more
// than the limits allow. Letting go loses nothing: the log has everything, the snapshot saves a replay.

import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentKey,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import { LiveDocument, type LiveDocumentDeps } from './live-document.ts';

export interface LiveDocumentsDeps extends LiveDocumentDeps {
  readonly clock: Clock;
  /** Documents that somebody has open now. */
  readonly watched: () => ReadonlySet<DocumentKey>;
}

export class LiveDocuments {
  /** In the order of their last use. */
  readonly #documents = new Map<DocumentKey, LiveDocument>();
  /** Let go from memory while somebody has them open: up to which version people were told. */
  readonly #told = new Map<DocumentKey, number>();
  readonly #deps: LiveDocumentsDeps;
  #stopSweep: () => void;
  /** Snapshots that are written so that their documents can go. */
  #writing = 0;
  #stopSweepAgain: (() => void) | null = null;
  #isClosed = false;

  constructor(deps: LiveDocumentsDeps) {
    this.#deps = deps;
    this.#stopSweep = this.#sweepLater();
  }

  /** The document, which may not be loaded yet. */
  open(ref: DocumentRef): LiveDocument {
    const key = documentKey(ref);
    let document = this.#documents.get(key);
    if (document) this.#documents.delete(key);
    else document = new LiveDocument({ ...ref }, this.#deps, this.#told.get(key) ?? null);
    this.#told.delete(key);
    this.#documents.set(key, document);
    document.usedAt = this.#deps.clock.now();
    return document;
  }

  /** Without writing its snapshot: it is being deleted. Waits for what is under way. */
  async forget(ref: DocumentRef): Promise<void> {
    const key = documentKey(ref);
    for (;;) {
      const document = this.#documents.get(key);
      if (!document) return;
      if (!document.isBusy || this.#isClosed) {
        this.#documents.delete(key);
        return;
      }
      await new Promise<void>((resolve) => {
        this.#deps.clock.after(5, resolve);
      });
    }
  }

  /** Only if it is in memory. */
  peek(ref: DocumentRef): LiveDocument | null {
    return this.#documents.get(documentKey(ref)) ?? null;
  }

  get size(): number {
    return this.#documents.size;
  }

  /** Others may write to the store too: what is in memory may be behind. */
  get isShared(): boolean {
    return this.#deps.feed !== undefined;
  }

  /** Documents that somebody has open, each with the version up to which people here were told. */
  followed(): { ref: DocumentRef; version: number }[] {
    return [...this.#deps.watched()].flatMap((key) => {
      const version = this.#documents.get(key)?.durableVersion ?? this.#told.get(key) ?? null;
      const ref = parseDocumentKey(key);
      return ref && version !== null ? [{ ref, version }] : [];
    });
  }

  /** Ops that wait for their commit. */
  get staged(): number {
    let count = 0;
    for (const document of this.#documents.values()) count += document.staged;
    return count;
  }

  #sweepLater(): () => void {
    return this.#deps.clock.after(limits.documentSweepMs, () => {
      this.sweep();
      this.#stopSweep = this.#sweepLater();
    });
  }

  /** Lets go of what is idle; then, least recently used first, of what is too much. */
  sweep(): void {
    const watched = this.#deps.watched();
    const idleSince = this.#deps.clock.now() - limits.documentIdleMs;
    let bytes = 0;
    for (const [key, document] of this.#documents) {
      bytes += document.weight;
      if (document.usedAt > idleSince || watched.has(key)) continue;
      bytes -= this.#evict(key, document);
    }
    for (const key of this.#told.keys()) if (!watched.has(key)) this.#told.delete(key);
    for (const [key, document] of this.#documents) {
      const fits = this.#documents.size <= limits.maxLiveDocuments && bytes <= limits.maxLiveBytes;
      if (fits) break;
      const { durableVersion } = document;
      const freed = this.#evict(key, document);
      bytes -= freed;
      if (freed > 0 && durableVersion !== null && watched.has(key)) {
        this.#told.set(key, durableVersion);
      }
    }
  }

  /** Freed bytes: none while it is busy, which includes the writing of its snapshot. */
  #evict(key: DocumentKey, document: LiveDocument): number {
    if (document.isBusy) return 0;
    if (document.snapshotLags) {
      this.#writeFirst(document);
      return 0;
    }
    this.#documents.delete(key);
    return document.weight;
  }

  /**
   * A few at a time: a thousand documents that are idle at once must not fill the queue in which people's
   * ops wait, too.
   */
  #writeFirst(document: LiveDocument): void {
    if (this.#writing >= limits.evictionWrites) return;
    this.#writing++;
    void document.writeSnapshot().finally(() => {
      this.#writing--;
      if (this.#isClosed) return;
      this.#stopSweepAgain ??= this.#deps.clock.after(limits.evictionPauseMs, () => {
        this.#stopSweepAgain = null;
        this.sweep();
      });
    });
  }

  /** Resolves when nothing is under way: ops that wait for their turn have had it. */
  async settled(): Promise<void> {
    while (!this.#isClosed) {
      const busy = [...this.#documents.values()].some((document) => document.isBusy);
      if (!busy) return;
      await new Promise<void>((resolve) => {
        this.#deps.clock.after(5, resolve);
      });
    }
  }

  /** Writes every snapshot that lags. */
  async close(): Promise<void> {
    this.#stopSweep();
    this.#stopSweepAgain?.();
    this.#isClosed = true;
    for (const document of this.#documents.values()) {
      // Twice: one that was being written may be older than the newest version.
      await document.writeSnapshot();
      await document.writeSnapshot();
      await document.milestonesWritten();
    }
    this.#documents.clear();
  }
}
