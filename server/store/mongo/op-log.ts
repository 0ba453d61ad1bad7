// The op log on Mongo, in sharedb-mongo's layout (`<collection>`, `o_<collection>`): what it adds is that
// inserting the op is the commit. An op's `_id` is made of document and version, which makes them unique
// without an index that a stock server would clash with (internals.md §11b); (document, src, seq) has a
// unique index. Snapshots are written behind. Each op links to its predecessor, as a stock server wants.

import { type Collection, type Document, MongoBulkWriteError } from 'mongodb';
import ShareDbMongo from 'sharedb-mongo';
import { AppError } from '../../../core/errors.ts';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentRef,
} from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { AppendResult, LogEntry, OpLog, StoredSnapshot } from '../store.ts';
import { adoptLog, type Tail } from './adopt.ts';
import { isDuplicateKey, whenAvailable } from './connection.ts';

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

/** Fields of a stored snapshot that are not its data; sharedb-mongo's castToDoc. */
const snapshotFields = new Set(['_id', '_v', '_type', '_m', '_o', '_data']);

function dataOf(row: Document): unknown {
  if (row._type == null) return undefined;
  if ('_data' in row) return row._data;
  return Object.fromEntries(Object.entries(row).filter(([key]) => !snapshotFields.has(key)));
}

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
    if (group[0]!.entry.v > tail.version) {
      // Another process was faster than this one remembers.
      this.tails.delete(key);
      tail = await this.tailOf(ref);
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
      if (!(error instanceof MongoBulkWriteError) || !isDuplicateKey(error)) throw error;
      // `insertedCount` is not to be trusted everywhere; the index of the first failure is.
      const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
      stored = failures[0]?.index ?? 0;
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
      await this.tailOf(ref);
      const ops = await this.opsOf(ref.collection);
      const range = to === null ? { $gte: from } : { $gte: from, $lt: to };
      const rows = await ops
        .find({ d: ref.id, v: range }, { projection: { _id: 0, d: 0, o: 0 } })
        .sort({ v: 1 })
        .toArray();
      return rows as unknown as LogEntry[];
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

  snapshot(ref: DocumentRef, atMost: number | null): Promise<StoredSnapshot | null> {
    return whenAvailable(async () => {
      const row = await (await this.collectionOf(ref.collection)).findOne({ _id: ref.id as never });
      if (row && (atMost === null || row._v <= atMost)) {
        return { v: row._v, type: row._type ?? null, data: dataOf(row), m: row._m ?? null };
      }
      const milestones = await this.collectionOf(`m_${ref.collection}`);
      const filter = atMost === null ? { d: ref.id } : { d: ref.id, v: { $lte: atMost } };
      const kept = await milestones.findOne(filter, { sort: { v: -1 } });
      return kept ? { v: kept.v, type: kept.type, data: kept.data, m: kept.m } : null;
    });
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
          { _id: ref.id as never, _v: { $lt: snapshot.v } },
          row as never,
          { upsert: true },
        );
      } catch (error) {
        // A newer one is there already.
        if (!isDuplicateKey(error)) throw error;
      }
      if (!options.milestone) return;
      const milestones = await this.collectionOf(`m_${ref.collection}`);
      const { v, type, m } = snapshot;
      await milestones.replaceOne(
        { _id: opId(ref, v) as never },
        { d: ref.id, v, type, data, m } as never,
        { upsert: true },
      );
    });
  }

  list(after: DocumentKey | null, limit: number): Promise<DocumentRef[]> {
    return whenAvailable(async () => {
      const [afterCollection = '', afterId = ''] = after?.split('/') ?? [];
      const any = await this.collectionOf('deltapad');
      const names = await any.db.listCollections({}, { nameOnly: true }).toArray();
      const found: DocumentRef[] = [];
      const collections = names
        .map(({ name }) => (name.startsWith('o_') ? name.slice(2) : ''))
        .filter((name) => name !== '' && name >= afterCollection)
        .sort();
      for (const name of collections) {
        const ops = any.db.collection(`o_${name}`);
        const match = name === afterCollection ? { d: { $gt: afterId } } : {};
        const rows = await ops
          .aggregate([
            { $match: match },
            { $group: { _id: '$d' } },
            { $sort: { _id: 1 } },
            { $limit: limit - found.length },
          ])
          .toArray();
        for (const row of rows) {
          const ref = parseDocumentRef(name, row._id);
          if (ref) found.push(ref);
        }
        if (found.length >= limit) break;
      }
      return found;
    });
  }
}
