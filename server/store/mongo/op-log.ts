// The op log on Mongo, in sharedb-mongo's layout (`<collection>`, `o_<collection>`): what it adds is that
// inserting the op is the commit. An op's `_id` is made of document and version, which makes them unique
// without an index that a stock server would clash with (internals.md §11b); (document, src, seq) has a
// unique index. Snapshots are written behind. Each op links to its predecessor, as a stock server wants.

import type { Collection, Db, Document } from 'mongodb';
import ShareDbMongo from 'sharedb-mongo';
import { AppError } from '../../../core/errors.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { AppendResult, LogEntry, OpLog, StoredSnapshot } from '../store.ts';
import { adoptLog, inspectLog, setAside, type Tail } from './adopt.ts';
import { durableBefore, isDuplicateKey, whenAvailable } from './connection.ts';
import { listDocuments, listSnapshots, readEntries, readSnapshot } from './log-reader.ts';

interface Waiting {
  entry: LogEntry;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** A document's appends on their way: one insertMany at a time, the next gathers meanwhile. */
interface Lane {
  waiting: Waiting[];
  running: boolean;
}

export const opId = (ref: DocumentRef, v: number): string => `${ref.id}@${v}`;

function rowOf(id: string, snapshot: StoredSnapshot, link: unknown): Document {
  const { data } = snapshot;
  const fields =
    typeof data === 'object' && data !== null && !Array.isArray(data)
      ? (data as Document)
      : data === undefined
        ? {}
        : { _data: data };
  const m = { ...((snapshot.m as object | null) ?? {}), deltapad: snapshot.v };
  return { ...fields, _id: id, _type: snapshot.type, _v: snapshot.v, _m: m, _o: link };
}

export class MongoOpLog extends ShareDbMongo implements OpLog {
  private readonly lanes = new Map<DocumentKey, Lane>();
  /** Where each log ends, as this process last saw it. Evicted oldest first: a cache, no more. */
  private readonly tails = new Map<DocumentKey, Tail>();
  private readonly indexed = new Map<string, Promise<void>>();
  private isClosed = false;
  private whenIdle: (() => void)[] = [];

  private collectionOf(name: string): Promise<Collection<Document>> {
    return new Promise((resolve, reject) => {
      this.getCollection(name, (error, value) => (error ? reject(error) : resolve(value)));
    });
  }

  /** The op collection with sharedb-mongo's own indexes, and ours. */
  private async opsOf(name: string): Promise<Collection<Document>> {
    const ops = await new Promise<Collection<Document>>((resolve, reject) => {
      this.getOpCollection(name, (error, value) => (error ? reject(error) : resolve(value)));
    });
    let ready = this.indexed.get(name);
    if (!ready) {
      ready = this.ensureUniqueSource(ops);
      this.indexed.set(name, ready);
      ready.catch(() => this.indexed.delete(name));
    }
    await ready;
    return ops;
  }

  /**
   * A stock server's orphans may repeat a (document, src, seq). They are set aside document by document
   * when it is opened; until none is left, Mongo refuses the index, and ShareDB's own search for a resent
   * op among those since its version still finds it. Never a reason not to start.
   */
  private async ensureUniqueSource(ops: Collection<Document>): Promise<void> {
    try {
      await ops.createIndex({ d: 1, src: 1, seq: 1 }, { unique: true });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Laid out as sharedb-milestone-mongo does; its index finds the nearest without a look at the texts. */
  private async milestonesOf(name: string): Promise<Collection<Document>> {
    const milestones = await this.collectionOf(`m_${name}`);
    let ready = this.indexed.get(`m_${name}`);
    if (!ready) {
      ready = milestones.createIndex({ d: 1, v: 1 }, { unique: true }).then(() => undefined);
      this.indexed.set(`m_${name}`, ready);
      ready.catch(() => this.indexed.delete(`m_${name}`));
    }
    await ready;
    return milestones;
  }

  private async tailOf(ref: DocumentRef): Promise<Tail> {
    const key = documentKey(ref);
    const known = this.tails.get(key);
    if (known) return known;
    const ops = await this.opsOf(ref.collection);
    const tail = await adoptLog(ref, ops, await this.collectionOf(ref.collection));
    this.tails.set(key, tail);
    if (this.tails.size > limits.maxKnownTails) {
      this.tails.delete(this.tails.keys().next().value!);
    }
    return tail;
  }

  append(ref: DocumentRef, entry: LogEntry): Promise<AppendResult> {
    if (this.isClosed) return Promise.reject(new AppError('not-now', 'The store is closed.'));
    const key = documentKey(ref);
    const lane: Lane = this.lanes.get(key) ?? { waiting: [], running: false };
    this.lanes.set(key, lane);
    if (lane.waiting.length >= limits.maxWaitingAppends) {
      return Promise.reject(new AppError('not-now', 'Too many changes wait for the store.'));
    }
    return new Promise((resolve, reject) => {
      lane.waiting.push({ entry, resolve, reject });
      if (!lane.running) void this.run(ref, key, lane);
    });
  }

  private async run(ref: DocumentRef, key: DocumentKey, lane: Lane): Promise<void> {
    lane.running = true;
    while (lane.waiting.length > 0) {
      const group = lane.waiting.splice(0, limits.maxAppendGroup);
      try {
        await whenAvailable(() => this.commitGroup(ref, key, group, lane));
      } catch (error) {
        // Unknown what was stored: forget the tail, so that the next append looks. What waits was made
        // on top of it.
        this.tails.delete(key);
        for (const item of [...group, ...lane.waiting.splice(0)]) item.reject(error);
      }
    }
    this.lanes.delete(key);
    if (this.lanes.size === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Refuses new appends; resolves when those that wait are settled. */
  async drain(): Promise<void> {
    this.isClosed = true;
    if (this.lanes.size > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  /**
   * Inserts a run of consecutive versions; settles every promise of the group, or throws before any.
   * From the first entry that does not fit, all is refused, what waits in the lane too: it was made on
   * top of it (S7).
   */
  private async commitGroup(
    ref: DocumentRef,
    key: DocumentKey,
    group: Waiting[],
    lane: Lane,
  ): Promise<void> {
    const ops = await this.opsOf(ref.collection);
    let tail = await this.tailOf(ref);
    const { v } = group[0]!.entry;
    if (v > tail.version) {
      // Another process was faster than this one remembers; only processes of ours write meanwhile.
      const link = opId(ref, v - 1);
      if (await ops.findOne({ _id: link as never }, { projection: { _id: 1 } })) {
        tail = { version: v, link };
      } else {
        this.tails.delete(key);
        tail = await this.tailOf(ref);
      }
    }
    const rows: Document[] = [];
    let { version, link } = tail;
    for (const { entry } of group) {
      if (entry.v !== version) break;
      const _id = opId(ref, version);
      rows.push({ ...entry, _id, d: ref.id, o: link });
      link = _id;
      version++;
    }
    let stored = rows.length;
    try {
      if (rows.length > 0) await ops.insertMany(rows as never[], { ordered: true });
    } catch (error) {
      const before = durableBefore(error);
      if (before === null) throw error;
      stored = before;
    }
    if (stored === rows.length) this.tails.set(key, { version, link });
    else this.tails.delete(key);
    const refused = group.slice(stored);
    if (refused.length > 0) refused.push(...lane.waiting.splice(0));
    const answers = await Promise.all(refused.map(({ entry }) => this.whyRefused(ops, ref, entry)));
    for (const item of group.slice(0, stored)) item.resolve('committed');
    refused.forEach((item, i) => {
      item.resolve(answers[i]!);
    });
  }

  private async whyRefused(
    ops: Collection<Document>,
    ref: DocumentRef,
    entry: LogEntry,
  ): Promise<AppendResult> {
    const same = await ops.findOne(
      { d: ref.id, src: entry.src, seq: entry.seq },
      { projection: { _id: 1 } },
    );
    return same ? 'duplicate' : 'version-taken';
  }

  read(ref: DocumentRef, from: number, to: number | null): Promise<LogEntry[]> {
    return whenAvailable(async () => {
      const tail = await this.tailOf(ref);
      const ops = await this.opsOf(ref.collection);
      const entries = await readEntries(ops, ref, from, to);
      const last = entries.at(-1)?.v ?? -1;
      // What others committed since: known here from now on, at no cost.
      if (last >= tail.version) {
        this.tails.set(documentKey(ref), { version: last + 1, link: opId(ref, last) });
      }
      return entries;
    });
  }

  version(ref: DocumentRef): Promise<number> {
    return whenAvailable(async () => {
      const tail = await this.tailOf(ref);
      const ops = await this.opsOf(ref.collection);
      const last = await ops.findOne({ d: ref.id }, { sort: { v: -1 }, projection: { v: 1 } });
      return Math.max(tail.version, last ? (last.v as number) + 1 : 0);
    });
  }

  /** An entry's `_id` is known before it is there: one look-up by primary key for each document. */
  grown(known: readonly { ref: DocumentRef; version: number }[]): Promise<DocumentRef[]> {
    return whenAvailable(async () => {
      const asked = new Map<string, Map<string, DocumentRef>>();
      for (const { ref, version } of known) {
        const ids = asked.get(ref.collection) ?? new Map<string, DocumentRef>();
        asked.set(ref.collection, ids.set(opId(ref, version), ref));
      }
      const found = await Promise.all(
        [...asked].map(async ([collection, ids]) => {
          const ops = await this.opsOf(collection);
          const rows = await ops
            .find({ _id: { $in: [...ids.keys()] as never[] } })
            .project({ _id: 1 })
            .toArray();
          return rows.map(({ _id }) => ids.get(_id as unknown as string)!);
        }),
      );
      return found.flat();
    });
  }

  snapshot(ref: DocumentRef, atMost: number | null): Promise<StoredSnapshot | null> {
    return whenAvailable(async () => readSnapshot(await this.db(), ref, atMost));
  }

  listSnapshots(ref: DocumentRef): Promise<{ v: number; milestone: boolean }[]> {
    return whenAvailable(async () => listSnapshots(await this.db(), ref));
  }

  writeSnapshot(
    ref: DocumentRef,
    snapshot: StoredSnapshot,
    options: { milestone?: boolean } = {},
  ): Promise<void> {
    return whenAvailable(async () => {
      const ops = await this.opsOf(ref.collection);
      const last = await ops.findOne({ d: ref.id, v: snapshot.v - 1 }, { projection: { _id: 1 } });
      if (!last && (await this.tailOf(ref)).version < snapshot.v) {
        throw new AppError(
          'internal',
          `A snapshot of ${documentKey(ref)} at ${snapshot.v} is ahead of its log.`,
        );
      }
      const collection = await this.collectionOf(ref.collection);
      const data = JSON.parse(JSON.stringify(snapshot.data ?? null)) ?? undefined;
      const row = rowOf(ref.id, { ...snapshot, data }, last?._id);
      try {
        await collection.replaceOne(
          { _id: ref.id as never, _v: { $lte: snapshot.v } },
          row as never,
          { upsert: true },
        );
      } catch (error) {
        // A newer one is there already.
        if (!isDuplicateKey(error)) throw error;
      }
      if (!options.milestone) return;
      const milestones = await this.milestonesOf(ref.collection);
      const { v, type, m } = snapshot;
      await milestones.replaceOne(
        { d: ref.id, v },
        { d: ref.id, v, type, data, m },
        { upsert: true },
      );
    });
  }

  remove(ref: DocumentRef): Promise<void> {
    return whenAvailable(async () => {
      const ops = await this.opsOf(ref.collection);
      const snapshots = await this.collectionOf(ref.collection);
      const milestones = await this.collectionOf(`m_${ref.collection}`);
      await snapshots.deleteOne({ _id: ref.id as never });
      await milestones.deleteMany({ d: ref.id });
      for (;;) {
        const last = await ops.findOne({ d: ref.id }, { sort: { v: -1 }, projection: { v: 1 } });
        if (!last) break;
        await ops.deleteMany({
          d: ref.id,
          v: { $gt: (last.v as number) - limits.removeAtOnce },
        });
      }
      const aside = ops.db.collection('deltapad_orphans');
      await aside.deleteMany({ collection: ref.collection, 'op.d': ref.id });
      this.tails.delete(documentKey(ref));
    });
  }

  list(after: DocumentKey | null, limit: number): Promise<DocumentRef[]> {
    return whenAvailable(async () => listDocuments(await this.db(), after, limit));
  }

  /** What lies beside the log, looked for from its beginning, is set aside; how many. */
  setAside(ref: DocumentRef): Promise<number> {
    return whenAvailable(async () => {
      const ops = await this.opsOf(ref.collection);
      const snapshots = await this.collectionOf(ref.collection);
      const { orphans } = await inspectLog(ref, ops, snapshots, 'whole');
      await setAside(ref, ops, orphans);
      return orphans.length;
    });
  }

  private async db(): Promise<Db> {
    return (await this.collectionOf('deltapad')).db;
  }
}
