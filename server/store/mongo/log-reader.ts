// Reads logs and snapshots in sharedb-mongo's layout without changing anything: for the server itself,
// and for programs beside it (backup, doctor). Orphans of a stock server are passed over.

import type { Collection, Db, Document } from 'mongodb';
import { type DocumentKey, type DocumentRef, parseDocumentRef } from '../../../core/ids.ts';
import type { LogEntry, LogReader, Orphans, StoredSnapshot } from '../store.ts';
import { inspectLog } from './adopt.ts';
import { whenAvailable } from './connection.ts';

/** Fields of a stored snapshot that are not its data; sharedb-mongo's castToDoc. */
const snapshotFields = new Set(['_id', '_v', '_type', '_m', '_o', '_data']);

function dataOf(row: Document): unknown {
  if (row._type == null) return undefined;
  if ('_data' in row) return row._data;
  return Object.fromEntries(Object.entries(row).filter(([key]) => !snapshotFields.has(key)));
}

/** Without our own note of how far the log was verified. */
function metaOf({ _m }: Document): Document | null {
  if (_m == null) return null;
  const { deltapad: _, ...rest } = _m as Document;
  return Object.keys(rest).length > 0 ? rest : null;
}

const milestonesOf = (db: Db, { collection }: DocumentRef) => db.collection(`m_${collection}`);
const snapshotsOf = (db: Db, { collection }: DocumentRef) => db.collection(collection);
const opsOf = (db: Db, { collection }: DocumentRef) => db.collection(`o_${collection}`);

export async function readEntries(
  ops: Collection<Document>,
  { id }: DocumentRef,
  from: number,
  to: number | null,
  except: readonly unknown[] = [],
): Promise<LogEntry[]> {
  const range = to === null ? { $gte: from } : { $gte: from, $lt: to };
  const rows = await ops
    .find({ d: id, v: range, ...(except.length > 0 ? { _id: { $nin: except as never[] } } : {}) })
    .project({ _id: 0, d: 0, o: 0 })
    .sort({ v: 1 })
    .toArray();
  return rows as unknown as LogEntry[];
}

export async function readSnapshot(
  db: Db,
  ref: DocumentRef,
  atMost: number | null,
): Promise<StoredSnapshot | null> {
  const row = await snapshotsOf(db, ref).findOne({ _id: ref.id as never });
  if (row && (atMost === null || row._v <= atMost)) {
    return { v: row._v, type: row._type ?? null, data: dataOf(row), m: metaOf(row) };
  }
  const filter = atMost === null ? { d: ref.id } : { d: ref.id, v: { $lte: atMost } };
  const kept = await milestonesOf(db, ref).findOne(filter, { sort: { v: -1 } });
  return kept ? { v: kept.v, type: kept.type, data: kept.data, m: kept.m } : null;
}

export async function listSnapshots(
  db: Db,
  ref: DocumentRef,
): Promise<{ v: number; milestone: boolean }[]> {
  const newest = await snapshotsOf(db, ref).findOne(
    { _id: ref.id as never },
    { projection: { _v: 1 } },
  );
  const kept = await milestonesOf(db, ref)
    .find({ d: ref.id })
    .project({ v: 1 })
    .sort({ v: 1 })
    .toArray();
  const list = kept.map(({ v }) => ({ v: v as number, milestone: true }));
  if (newest && !list.some(({ v }) => v === newest._v)) {
    list.push({ v: newest._v, milestone: false });
  }
  return list.sort((a, b) => a.v - b.v);
}

/**
 * Ids of documents that have ops, above `after`. The beginnings of the logs, which the index on (d, v)
 * reaches document by document without a look at the ops between, say how far a page goes; within it
 * every log counts, because a damaged one may lack its beginning and must not go unseen. A Mongo server
 * answers that by leaping through the same index.
 */
async function idsWithOps(
  ops: Collection<Document>,
  after: string,
  limit: number,
): Promise<string[]> {
  const begun = await ops
    .find({ d: { $gt: after }, v: 0 })
    .project({ _id: 0, d: 1 })
    .sort({ d: 1 })
    .limit(limit)
    .toArray();
  const isFull = begun.length === limit;
  const range = isFull ? { $gt: after, $lte: begun.at(-1)?.d } : { $gt: after };
  const logs = await ops
    .aggregate([
      { $match: { d: range } },
      { $sort: { d: 1, v: 1 } },
      { $group: { _id: '$d', v: { $first: '$v' } } },
    ])
    .toArray();
  return logs
    .map(({ _id }) => String(_id))
    .sort()
    .slice(0, limit);
}

export async function listDocuments(
  db: Db,
  after: DocumentKey | null,
  limit: number,
): Promise<DocumentRef[]> {
  const [afterCollection = '', afterId = ''] = after?.split('/') ?? [];
  const names = await db.listCollections({}, { nameOnly: true }).toArray();
  const found: DocumentRef[] = [];
  const collections = names
    .map(({ name }) => (name.startsWith('o_') ? name.slice(2) : ''))
    .filter((name) => name !== '' && name >= afterCollection)
    .sort();
  for (const name of collections) {
    let from: string | undefined = name === afterCollection ? afterId : '';
    // Another page where some ids are none of ours: only an empty answer says that nothing follows.
    while (from !== undefined && found.length < limit) {
      const ids: string[] = await idsWithOps(
        db.collection(`o_${name}`),
        from,
        limit - found.length,
      );
      for (const id of ids) {
        const ref = parseDocumentRef(name, id);
        if (ref) found.push(ref);
      }
      from = ids.at(-1);
    }
    if (found.length >= limit) break;
  }
  return found;
}

/** For programs that only look. The log up to its end as it was when the document was first asked for. */
export function createLogReader(db: Db): { ops: LogReader; orphans: Pick<Orphans, 'find'> } {
  // A program reads one document to its end, then the next.
  let known: { ref: DocumentRef; seen: ReturnType<typeof inspectLog> } | null = null;
  const look = (ref: DocumentRef, again = false) => {
    const isKnown = known?.ref.id === ref.id && known.ref.collection === ref.collection;
    if (!known || !isKnown || again) {
      known = { ref, seen: inspectLog(ref, opsOf(db, ref), snapshotsOf(db, ref), 'whole') };
    }
    return known.seen;
  };
  const ops: LogReader = {
    read: (ref, from, to) =>
      whenAvailable(async () => {
        const { tail, orphans } = await look(ref);
        const end = to === null ? tail.version : Math.min(to, tail.version);
        const except = orphans.map(({ _id }) => _id);
        return readEntries(opsOf(db, ref), ref, from, end, except);
      }),
    version: (ref) => whenAvailable(async () => (await look(ref, true)).tail.version),
    snapshot: (ref, atMost) => whenAvailable(() => readSnapshot(db, ref, atMost)),
    listSnapshots: (ref) => whenAvailable(() => listSnapshots(db, ref)),
    list: (after, limit) => whenAvailable(() => listDocuments(db, after, limit)),
  };
  /** Those that were there when the log's end was asked for. */
  const find = (ref: DocumentRef) =>
    whenAvailable(async () => wholeRows(opsOf(db, ref), (await look(ref)).orphans));
  return { ops, orphans: { find } };
}

async function wholeRows(
  ops: Collection<Document>,
  orphans: readonly Document[],
): Promise<unknown[]> {
  if (orphans.length === 0) return [];
  return ops.find({ _id: { $in: orphans.map(({ _id }) => _id) } }).toArray();
}

export function findOrphans(db: Db): Pick<Orphans, 'find'> {
  return {
    find: (ref) =>
      whenAvailable(async () => {
        const ops = opsOf(db, ref);
        const { orphans } = await inspectLog(ref, ops, snapshotsOf(db, ref), 'whole');
        return wholeRows(ops, orphans);
      }),
  };
}
