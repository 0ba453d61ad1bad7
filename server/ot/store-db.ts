// ShareDB's DB over the store's op log. Appending the op is the commit; there is no snapshot on the way
// of an op. `getSnapshot` for a submit serves the newest staged version, every other read the last
// durable one (internals.md §1.4), so that nobody sees what may still be lost.

import sharedb, { type Callback, type DbOptions, type Op, type Snapshot } from 'sharedb';
import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import type { LogEntry } from '../store/store.ts';
import { type DocumentState, ownCopy, toEntry, toOp, toSnapshot } from './document-state.ts';
import { type LiveDocument, notNow, type Outcome } from './live-document.ts';
import type { LiveDocuments } from './live-documents.ts';
import type { RecentOps } from './recent-ops.ts';
import type { SubmitQueue } from './submit-queue.ts';

const refOf = (collection: string, id: string) => ({ collection, id }) as DocumentRef;

type Use = (loaded: NonNullable<LiveDocument['loaded']>, document: LiveDocument) => void;

export class StoreDb extends sharedb.DB {
  readonly #live: LiveDocuments;
  readonly #queue: SubmitQueue | null;
  /** Which loading of its document a snapshot was taken from: after a lost commit there is a new one. */
  readonly #takenFrom = new WeakMap<Snapshot, RecentOps>();

  /** Without a queue (only in ShareDB's own tests) a lost race is retried as ShareDB does it. */
  constructor(live: LiveDocuments, queue: SubmitQueue | null) {
    super();
    this.#live = live;
    this.#queue = queue;
  }

  override getSnapshot(
    collection: string,
    id: string,
    fields: Record<string, unknown> | null,
    options: DbOptions | null,
    callback: Callback<Snapshot>,
  ): void {
    const isSubmit = fields?.$submit === true;
    const ref = refOf(collection, id);
    const give: Use = ({ newest, durable, recent }) => {
      const state = isSubmit ? newest : durable;
      const snapshot = toSnapshot(id, state, isSubmit || options?.metadata === true);
      if (isSubmit) this.#takenFrom.set(snapshot, recent);
      callback(null, snapshot);
    };
    if (isSubmit) this.#withLoaded(ref, callback, give);
    else this.#withNewest(ref, callback, give);
  }

  override getOps(
    collection: string,
    id: string,
    from: number | null,
    to: number | null,
    options: DbOptions | null,
    callback: Callback<Op[]>,
  ): void {
    this.#withNewest(refOf(collection, id), callback, ({ durable, recent }, document) => {
      const end = Math.min(to ?? durable.v, durable.v);
      this.#readOps(
        document,
        recent,
        { from: from ?? 0, to: end, state: durable },
        options,
        callback,
      );
    });
  }

  /** The base's own takes a document named `length` for the length of a list, and hangs. */
  override getOpsBulk(
    collection: string,
    from: Record<string, number | null>,
    to: Record<string, number | null> | null,
    options: DbOptions | null,
    callback: Callback<Record<string, Op[]>>,
  ): void {
    const read = (id: string) =>
      new Promise<[string, Op[]]>((resolve, reject) => {
        this.getOps(collection, id, from[id] ?? null, to?.[id] ?? null, options, (error, ops) => {
          if (error) reject(error);
          else resolve([id, ops!]);
        });
      });
    Promise.all(Object.keys(from).map(read)).then(
      (found) => callback(null, Object.fromEntries(found)),
      (error) => callback(error),
    );
  }

  /** Staged ops too: what is submitted must be transformed against all that is ordered before it. */
  override getOpsToSnapshot(
    collection: string,
    id: string,
    from: number,
    snapshot: Snapshot,
    options: DbOptions | null,
    callback: Callback<Op[]>,
  ): void {
    this.#withLoaded(refOf(collection, id), callback, ({ newest, recent }, document) => {
      const past = this.#takenFrom.get(snapshot) ?? recent;
      this.#readOps(document, past, { from, to: snapshot.v, state: newest }, options, callback);
    });
  }

  #readOps(
    document: LiveDocument,
    recent: RecentOps,
    range: { from: number; to: number; state: DocumentState },
    options: DbOptions | null,
    callback: Callback<Op[]>,
  ): void {
    const { from, to } = range;
    const form = {
      metadata: options?.metadata === true,
      richText: range.state.data instanceof LazyDelta,
    };
    const give = (entries: LogEntry[]) => {
      callback(
        null,
        entries.map((entry) => toOp(entry, form)),
      );
    };
    const start = recent.from;
    if (from >= to || from >= start) {
      give(recent.slice(from, Math.max(from, to)));
      return;
    }
    document.read(from, Math.min(to, start)).then(
      (older) => {
        if (to <= start) give(older);
        // Let go from memory meanwhile: durable by now, so the store has it.
        else if (recent.from > start) this.#readOps(document, recent, range, options, callback);
        else give([...older, ...recent.slice(start, to)]);
      },
      (error) => callback(error),
    );
  }

  override commit(
    collection: string,
    id: string,
    op: Op,
    snapshot: Snapshot,
    _options: unknown,
    callback: Callback<boolean>,
  ): void {
    const taken = this.#takenFrom.get(snapshot);
    this.#withLoaded(refOf(collection, id), callback, ({ newest, recent }, document) => {
      if (taken && taken !== recent) return this.#restart(op, callback);
      if (op.v !== newest.v) return this.#lostRace(document, op, callback);
      const { v, type, m } = snapshot;
      const data = ownCopy(snapshot.data);
      const richText = data instanceof LazyDelta;
      const state = { v, type, data, m: m ? { ...m } : null };
      document.stage(toEntry(op, richText), state, (outcome) =>
        this.#settle(op, outcome, callback),
      );
      this.#queue?.leave(op);
    });
  }

  /** Only what is durable may decide whether an op is refused. With a queue nobody races. */
  #lostRace(document: LiveDocument, op: Op, callback: Callback<boolean>): void {
    const settled = document.settled();
    if (settled === null) callback(null, false);
    else void settled.then((won) => (won ? callback(null, false) : this.#restart(op, callback)));
  }

  #settle(op: Op, outcome: Outcome, callback: Callback<boolean>): void {
    if (outcome === 'committed') callback(null, true);
    else if (outcome === 'version-taken') this.#restart(op, callback);
    else if (outcome instanceof AppError) callback(outcome);
    // Started anew, ShareDB finds its twin among the ops since its version. If it does not, the op was
    // made on a version that has the twin already: there is nothing to do but to say so.
    else if (this.#queue && this.#queue.countDuplicate(op) < 2) this.#restart(op, callback);
    else callback(new sharedb.Error('ERR_OP_ALREADY_SUBMITTED', 'Op already submitted'));
  }

  #restart(op: Op, callback: Callback<boolean>): void {
    const willRetry = this.#queue?.restart(op, () => callback(null, false));
    if (!willRetry) callback(notNow(new Error('Versions this op was made on were lost')));
  }

  /** For readers: what other processes have committed by now is part of it. */
  #withNewest<T>(ref: DocumentRef, callback: Callback<T>, use: Use): void {
    if (!this.#live.isShared) {
      this.#withLoaded(ref, callback, use);
      return;
    }
    this.#live
      .open(ref)
      .refresh()
      .then(
        () => this.#withLoaded(ref, callback, use),
        (error) => callback(error),
      );
  }

  /** Calls back as ShareDB expects: later, once. */
  #withLoaded<T>(ref: DocumentRef, callback: Callback<T>, use: Use): void {
    const document = this.#live.open(ref);
    if (document.loaded) {
      process.nextTick(() => {
        // A commit may have failed since.
        if (document.loaded) use(document.loaded, document);
        else this.#withLoaded(ref, callback, use);
      });
      return;
    }
    document.load().then(
      () => this.#withLoaded(ref, callback, use),
      (error) => callback(error),
    );
  }
}
