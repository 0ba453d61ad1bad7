// Records of JSON by kind and id, and their declared indexes, in SQLite.

import type { IndexKey, RecordKind, RecordReader, Records, Versioned } from '../store.ts';
import type { Reader, Writer } from './connection.ts';
import { checkKeyText, read } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

interface RecordRow {
  id: string;
  version: number;
  value: string;
}

interface StoredRow extends RecordRow {
  kind: string;
  /** JSON: [name, equal, sort] of each index entry. */
  keys: string;
}

export function createRecordReader(reader: Reader): RecordReader {
  const readAll = reader.prepare(
    `SELECT kind, id, version, value,
       (SELECT json_group_array(json_array(i.name, i.equal, i.sort)) FROM record_index AS i
        WHERE i.kind = record.kind AND i.id = record.id) AS keys
     FROM record WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?`,
  );
  return {
    async all(after, limit) {
      const rows = read(() => readAll.all<StoredRow>(after?.kind ?? '', after?.id ?? '', limit));
      return rows.map(({ kind, id, version, value, keys }) => ({
        kind,
        id,
        version,
        value: JSON.parse(value),
        indexes: Object.fromEntries(
          (JSON.parse(keys) as [string, string, string | number][]).map(
            ([name, equal, sort]) => [name, [equal, sort]] as const,
          ),
        ),
      }));
    },
  };
}

export async function createRecords(
  queue: WriteQueue,
  writer: Writer,
  reader: Reader,
): Promise<Records> {
  const versionNow = await writer.prepare('SELECT version FROM record WHERE kind = ? AND id = ?');
  const putRecord = await writer.prepare(
    `INSERT INTO record (kind, id, version, value) VALUES (?, ?, 1, ?)
     ON CONFLICT (kind, id) DO UPDATE SET version = version + 1, value = excluded.value`,
  );
  const restoreRecord = await writer.prepare(
    'INSERT OR REPLACE INTO record (kind, id, version, value) VALUES (?, ?, ?, ?)',
  );
  const deleteRecord = await writer.prepare('DELETE FROM record WHERE kind = ? AND id = ?');
  const putIndex = await writer.prepare(
    'INSERT INTO record_index (kind, id, name, equal, sort) VALUES (?, ?, ?, ?, ?)',
  );
  const deleteIndexes = await writer.prepare('DELETE FROM record_index WHERE kind = ? AND id = ?');

  const getRecord = reader.prepare(
    'SELECT id, version, value FROM record WHERE kind = ? AND id = ?',
  );
  const getRecords = reader.prepare(
    `SELECT id, version, value FROM record
     WHERE kind = ? AND id IN (SELECT value FROM json_each(?))`,
  );
  const listing = (direction: '' | 'DESC', after: string) =>
    reader.prepare(
      `SELECT record.id, record.version, record.value
       FROM record_index AS i CROSS JOIN record ON record.kind = i.kind AND record.id = i.id
       WHERE i.kind = ? AND i.name = ? AND i.equal = ? ${after}
       ORDER BY i.sort ${direction}, i.id ${direction} LIMIT ?`,
    );
  const up = { first: listing('', ''), next: listing('', 'AND (i.sort, i.id) > (?, ?)') };
  const down = { first: listing('DESC', ''), next: listing('DESC', 'AND (i.sort, i.id) < (?, ?)') };

  return {
    ...createRecordReader(reader),

    async get<T>(kind: RecordKind<T>, id: string) {
      const row = read(() => getRecord.get<RecordRow>(kind.name, id));
      return row === undefined ? null : rowToRecord<T>(row);
    },

    async getMany<T>(kind: RecordKind<T>, ids: readonly string[]) {
      const rows = read(() => getRecords.all<RecordRow>(kind.name, JSON.stringify(ids)));
      const found = new Map(rows.map((row) => [row.id, row]));
      return [...new Set(ids)].flatMap((id) => {
        const row = found.get(id);
        return row === undefined ? [] : [rowToRecord<T>(row)];
      });
    },

    async put<T>(kind: RecordKind<T>, id: string, value: T, options: { ifVersion?: number } = {}) {
      const json = JSON.stringify(value);
      const keys = indexKeys(kind, value);
      checkKeyText(id);
      return queue.write(json.length, () => {
        if (options.ifVersion !== undefined) {
          const is = versionNow.get<{ version: number }>(kind.name, id)?.version ?? 0;
          if (is !== options.ifVersion) return false;
        }
        putRecord.run(kind.name, id, json);
        deleteIndexes.run(kind.name, id);
        for (const [name, [equal, sort]] of keys) putIndex.run(kind.name, id, name, equal, sort);
        return true;
      });
    },

    async delete<T>(kind: RecordKind<T>, id: string) {
      await queue.write(id.length, () => {
        deleteRecord.run(kind.name, id);
        deleteIndexes.run(kind.name, id);
      });
    },

    async list<T>(
      kind: RecordKind<T>,
      index: string,
      equal: string,
      options: {
        limit: number;
        descending?: boolean;
        after?: { sort: number | string; id: string };
      },
    ) {
      if (!Object.hasOwn(kind.indexes, index)) {
        throw new TypeError(`Records of kind ${kind.name} have no index ${index}.`);
      }
      const { limit, after } = options;
      const statements = options.descending ? down : up;
      const rows = read(() =>
        after === undefined
          ? statements.first.all<RecordRow>(kind.name, index, equal, limit)
          : statements.next.all<RecordRow>(
              kind.name,
              index,
              equal,
              sortValue(after.sort),
              after.id,
              limit,
            ),
      );
      return rows.map(rowToRecord<T>);
    },

    async restore({ kind, id, version, value, indexes }) {
      const json = JSON.stringify(value);
      checkKeyText(id);
      await queue.write(json.length, () => {
        restoreRecord.run(kind, id, version, json);
        deleteIndexes.run(kind, id);
        for (const [name, [equal, sort]] of Object.entries(indexes)) {
          putIndex.run(kind, id, name, checkKeyText(equal), sortValue(sort));
        }
      });
    },
  };
}

const rowToRecord = <T>({ id, version, value }: RecordRow): Versioned<T> => ({
  id,
  version,
  value: JSON.parse(value) as T,
});

function indexKeys<T>(kind: RecordKind<T>, value: T): [name: string, key: IndexKey][] {
  return Object.entries(kind.indexes).flatMap(([name, keyOf]) => {
    const key = keyOf(value);
    return key === null ? [] : [[name, [checkKeyText(key[0]), sortValue(key[1])]]];
  });
}

/** A title may hold what SQLite cannot compare; its place in a list is not worth a refusal. */
function sortValue(sort: number | string): number | string {
  if (typeof sort === 'string') return sort.replaceAll('\0', '').toWellFormed();
  if (Number.isNaN(sort)) throw new TypeError('NaN has no place in an index.');
  return sort;
}
