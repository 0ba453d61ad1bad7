// Reads logs and snapshots in SQLite: for the server itself, and for programs beside it (backup, doctor).

import { setImmediate as nextTurn } from 'node:timers/promises';
import { documentKey, parseDocumentKey } from '../../../core/ids.ts';
import type { LogEntry, LogReader, StoredSnapshot } from '../store.ts';
import type { Reader } from './connection.ts';
import { read } from './rows.ts';

/** Entries read before other work gets its turn. */
const READ_PAGE = 200;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export interface OpRow {
  v: number;
  src: string;
  seq: number;
  ts: number;
  /** JSON: the change and the rest of `m`. */
  body: string;
}

interface SnapshotRow {
  v: number;
  type: string | null;
  data: string | null;
  m: string | null;
}

export const VERSION = `SELECT coalesce(max(v) + 1, 0) AS v FROM op
  WHERE log_id = (SELECT id FROM log WHERE key = ?)`;

export function createLogReader(reader: Reader): LogReader {
  const versionDurable = reader.prepare(VERSION);
  const readOps = reader.prepare(
    `SELECT op.v, op_source.name AS src, op.seq, op.ts, op.body
     FROM log CROSS JOIN op ON op.log_id = log.id CROSS JOIN op_source ON op_source.id = op.source_id
     WHERE log.key = ? AND op.v >= ? AND op.v < ? ORDER BY op.v LIMIT ${READ_PAGE}`,
  );
  const readSnapshot = reader.prepare(
    `SELECT v, type, data, m FROM snapshot
     WHERE log_id = (SELECT id FROM log WHERE key = ?) AND v <= ? ORDER BY v DESC LIMIT 1`,
  );
  const listLogs = reader.prepare(
    `SELECT key FROM log WHERE key > ? AND EXISTS (SELECT 1 FROM op WHERE op.log_id = log.id)
     ORDER BY key LIMIT ?`,
  );
  const listSnapshots = reader.prepare(
    `SELECT v, is_milestone FROM snapshot
     WHERE log_id = (SELECT id FROM log WHERE key = ?) ORDER BY v`,
  );

  return {
    async read(ref, from, to) {
      const entries: LogEntry[] = [];
      for (let next = from; ; ) {
        const rows = read(() => readOps.all<OpRow>(documentKey(ref), next, to ?? NO_LIMIT));
        for (const row of rows) entries.push(rowToEntry(row));
        const end = rows.at(-1);
        if (end === undefined || rows.length < READ_PAGE) return entries;
        next = end.v + 1;
        await nextTurn();
      }
    },

    async version(ref) {
      return read(() => versionDurable.get<{ v: number }>(documentKey(ref))?.v ?? 0);
    },

    async snapshot(ref, atMost) {
      const row = read(() => readSnapshot.get<SnapshotRow>(documentKey(ref), atMost ?? NO_LIMIT));
      return row === undefined ? null : rowToSnapshot(row);
    },

    async listSnapshots(ref) {
      const rows = read(() =>
        listSnapshots.all<{ v: number; is_milestone: number }>(documentKey(ref)),
      );
      return rows.map(({ v, is_milestone }) => ({ v, milestone: is_milestone === 1 }));
    },

    async list(after, limit) {
      const rows = read(() => listLogs.all<{ key: string }>(after ?? '', limit));
      return rows.map((row) => parseDocumentKey(row.key)).filter((ref) => ref !== null);
    },
  };
}

function rowToEntry({ v, src, seq, ts, body }: OpRow): LogEntry {
  const { m, ...change }: Pick<LogEntry, 'op' | 'create' | 'del' | 'm'> = JSON.parse(body);
  return { v, src, seq, ...change, m: { ...m, ts } };
}

const rowToSnapshot = ({ v, type, data, m }: SnapshotRow): StoredSnapshot => ({
  v,
  type,
  data: data === null ? undefined : JSON.parse(data),
  m: m === null ? undefined : JSON.parse(m),
});
