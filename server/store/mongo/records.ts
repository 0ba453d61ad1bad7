// Records, blobs and search on Mongo: plain collections named `deltapad_…`, plain indexes, nothing that
// only one Mongo-compatible server has.

import type { Binary, Collection, Db, Document } from 'mongodb';
import type { DocumentKey } from '../../../core/ids.ts';
import { queryTokens, tokenize } from '../../../core/search.ts';
import type {
  Blobs,
  IndexKey,
  RecordKind,
  RecordReader,
  Records,
  Search,
  SearchHit,
  Versioned,
} from '../store.ts';
import { isDuplicateKey, whenAvailable } from './connection.ts';

type Row = Document & { _id: string };

const collectionOf = (db: Db, name: string) => db.collection<Row>(`deltapad_${name}`);

const toVersioned = <T>(row: Row): Versioned<T> => ({
  id: row._id,
  value: row.value as T,
  version: row.version as number,
});

function indexFields<T>(kind: RecordKind<T>, value: T): Document {
  const fields: Document = {};
  for (const [name, index] of Object.entries(kind.indexes)) {
    const key = index(value);
    if (key) fields[name] = { equal: key[0], sort: key[1] };
  }
  return fields;
}

const RECORDS = 'deltapad_record_';

export function createRecordReader(db: Db): RecordReader {
  return {
    all: (after, limit) =>
      whenAvailable(async () => {
        const names = await db.listCollections({}, { nameOnly: true }).toArray();
        const kinds = names
          .flatMap(({ name }) => (name.startsWith(RECORDS) ? [name.slice(RECORDS.length)] : []))
          .filter((kind) => after === null || kind >= after.kind)
          .sort();
        const found: Awaited<ReturnType<RecordReader['all']>> = [];
        for (const kind of kinds) {
          if (found.length >= limit) break;
          const filter = after?.kind === kind ? { _id: { $gt: after.id } } : {};
          const rows = await collectionOf(db, `record_${kind}`)
            .find(filter)
            .sort({ _id: 1 })
            .limit(limit - found.length)
            .toArray();
          for (const row of rows) {
            const fields = Object.entries((row.index ?? {}) as Record<string, Document>);
            const indexes = Object.fromEntries(
              fields.map(([name, { equal, sort }]) => [name, [equal, sort] as IndexKey]),
            );
            found.push({ kind, ...toVersioned(row), indexes });
          }
        }
        return found;
      }),
  };
}

export function createRecords(db: Db): Records {
  const ready = new Map<string, Promise<unknown>>();

  /** The kind's collection, with its indexes made once per process. */
  async function open<T>(kind: RecordKind<T>): Promise<Collection<Row>> {
    const collection = collectionOf(db, `record_${kind.name}`);
    let made = ready.get(kind.name);
    if (!made) {
      made = Promise.all(
        Object.keys(kind.indexes).map((name) =>
          collection.createIndex({
            [`index.${name}.equal`]: 1,
            [`index.${name}.sort`]: 1,
            _id: 1,
          }),
        ),
      );
      ready.set(kind.name, made);
      made.catch(() => ready.delete(kind.name));
    }
    await made;
    return collection;
  }

  async function write<T>(
    kind: RecordKind<T>,
    id: string,
    value: T,
    ifVersion: number | undefined,
  ): Promise<boolean> {
    const collection = await open(kind);
    const fields = { value, index: indexFields(kind, value) };
    if (ifVersion === 0) {
      try {
        await collection.insertOne({ _id: id, version: 1, ...fields });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    }
    if (ifVersion !== undefined) {
      const result = await collection.replaceOne(
        { _id: id, version: ifVersion },
        { version: ifVersion + 1, ...fields },
      );
      return result.matchedCount === 1;
    }
    const change = { $set: fields, $inc: { version: 1 } };
    try {
      await collection.updateOne({ _id: id }, change, { upsert: true });
    } catch (error) {
      // Two first writes at once: the second one's upsert finds the first.
      if (!isDuplicateKey(error)) throw error;
      await collection.updateOne({ _id: id }, change);
    }
    return true;
  }

  return {
    ...createRecordReader(db),
    restore: ({ kind, id, version, value, indexes }) =>
      whenAvailable(async () => {
        const index: Document = {};
        for (const [name, [equal, sort]] of Object.entries(indexes)) index[name] = { equal, sort };
        const row = { version, value, index };
        await collectionOf(db, `record_${kind}`).replaceOne({ _id: id }, row, { upsert: true });
      }),
    get: (kind, id) =>
      whenAvailable(async () => {
        const row = await (await open(kind)).findOne({ _id: id });
        return row ? toVersioned(row) : null;
      }),
    getMany: (kind, ids) =>
      whenAvailable(async () => {
        const rows = await (await open(kind)).find({ _id: { $in: [...ids] } }).toArray();
        return rows.map((row) => toVersioned(row as Row));
      }),
    put: (kind, id, value, options) =>
      whenAvailable(() => write(kind, id, value, options?.ifVersion)),
    delete: (kind, id) =>
      whenAvailable(async () => {
        await (await open(kind)).deleteOne({ _id: id });
      }),
    list: (kind, index, equal, { limit, descending, after }) =>
      whenAvailable(async () => {
        const sort = `index.${index}.sort`;
        const filter: Document = { [`index.${index}.equal`]: equal };
        if (after) {
          const beyond = descending ? '$lt' : '$gt';
          filter.$or = [
            { [sort]: { [beyond]: after.sort } },
            { [sort]: after.sort, _id: { [beyond]: after.id } },
          ];
        }
        const direction = descending ? -1 : 1;
        const rows = await (await open(kind))
          .find(filter)
          .sort({ [sort]: direction, _id: direction })
          .limit(limit)
          .toArray();
        return rows.map((row) => toVersioned(row as Row));
      }),
  };
}

export function createBlobs(db: Db): Blobs {
  const blobs = collectionOf(db, 'blobs');
  return {
    put: (name, bytes, type) =>
      whenAvailable(async () => {
        await blobs.replaceOne(
          { _id: name },
          { type, bytes: Buffer.from(bytes) },
          { upsert: true },
        );
      }),
    get: (name) =>
      whenAvailable(async () => {
        const row = await blobs.findOne({ _id: name });
        return row ? { type: row.type as string, bytes: (row.bytes as Binary).buffer } : null;
      }),
    list: (after, limit) =>
      whenAvailable(async () => {
        const rows = await blobs
          .find(after === null ? {} : { _id: { $gt: after } })
          .project<Row>({ _id: 1 })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray();
        return rows.map(({ _id }) => _id);
      }),
    delete: (name) =>
      whenAvailable(async () => {
        await blobs.deleteOne({ _id: name });
      }),
  };
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Words of title and text in two multikey arrays; ranked by how many query words the title holds. */
export function createSearch(db: Db): Search {
  const words = collectionOf(db, 'search');
  let ready: Promise<unknown> | null = null;
  const open = async () => {
    ready ??= words.createIndex({ words: 1 });
    await ready.catch((error) => {
      ready = null;
      throw error;
    });
  };
  return {
    index: (key, { title, text }) =>
      whenAvailable(async () => {
        await open();
        const titleWords = [...new Set(tokenize(title))];
        const all = [...new Set([...titleWords, ...tokenize(text)])];
        await words.replaceOne({ _id: key }, { title: titleWords, words: all }, { upsert: true });
      }),
    remove: (key) =>
      whenAvailable(async () => {
        await words.deleteOne({ _id: key });
      }),
    find: (query, within, limit) =>
      whenAvailable(async () => {
        const { words: whole, prefix } = queryTokens(query);
        if (whole.length === 0 && prefix === null) return [];
        await open();
        const start = prefix === null ? null : new RegExp(`^${escapeRegExp(prefix)}`);
        const wanted: Document[] = whole.map((word) => ({ words: word }));
        if (start) wanted.push({ words: start });
        const rows = await words
          .find({ _id: { $in: [...within] }, $and: wanted })
          .project<Row>({ title: 1 })
          .toArray();
        const hits = rows.map((row): SearchHit => {
          const title = row.title as string[];
          const inTitle = whole.filter((word) => title.includes(word)).length;
          const last = start && title.some((word) => start.test(word)) ? 1 : 0;
          return { key: row._id as DocumentKey, score: 1 + inTitle + last };
        });
        return hits.sort((a, b) => b.score - a.score).slice(0, limit);
      }),
  };
}
