// The op log and the snapshots of documents in SQLite. Appending the op is the commit (S1); a snapshot
// is derived and may lag (S14).

import { AppError } from '../../../core/errors.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { AppendResult, LogReader, OpLog } from '../store.ts';
import type { Writer } from './connection.ts';
import { type OpRow, VERSION } from './log-reader.ts';
import { checkKeyText } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

/** An append between the call and its outcome. */
interface PendingAppend {
  /** The append of the same document before it, while that is pending too. */
  before: PendingAppend | null;
  /** It was not committed, or will not be. */
  isLost: boolean;
}

type NewOp = OpRow & { key: DocumentKey };

export async function createOpLog(
  queue: WriteQueue,
  writer: Writer,
  reader: LogReader,
): Promise<OpLog> {
  // Inserts only at the end of the log (S8) and only what is not there, so that the usual append is one
  // statement; why nothing was inserted is asked only then.
  const insertOp = await writer.prepare(
    `INSERT INTO op (log_id, v, source_id, seq, ts, body)
     SELECT log.id, ?1, op_source.id, ?2, ?3, ?4 FROM log, op_source
     WHERE log.key = ?5 AND op_source.name = ?6
       AND (SELECT coalesce(max(v) + 1, 0) FROM op WHERE log_id = log.id) = ?1
     ON CONFLICT DO NOTHING`,
  );
  const addLog = await writer.prepare('INSERT INTO log (key) VALUES (?) ON CONFLICT DO NOTHING');
  const addSource = await writer.prepare(
    'INSERT INTO op_source (name) VALUES (?) ON CONFLICT DO NOTHING',
  );
  const findSame = await writer.prepare(
    `SELECT 1 FROM op WHERE log_id = (SELECT id FROM log WHERE key = ?1)
       AND source_id = (SELECT id FROM op_source WHERE name = ?2) AND seq = ?3`,
  );
  const versionNow = await writer.prepare(VERSION);
  const putSnapshot = await writer.prepare(
    `INSERT INTO snapshot (log_id, v, is_milestone, type, data, m)
     SELECT id, ?, ?, ?, ?, ? FROM log WHERE key = ?
     ON CONFLICT (log_id, v) DO UPDATE SET is_milestone = max(is_milestone, excluded.is_milestone),
       type = excluded.type, data = excluded.data, m = excluded.m`,
  );
  const dropSnapshots = await writer.prepare(
    `DELETE FROM snapshot WHERE log_id = (SELECT id FROM log WHERE key = ?1) AND NOT is_milestone
       AND v < (SELECT max(v) FROM snapshot AS newer WHERE newer.log_id = snapshot.log_id)`,
  );

  const dropAllSnapshots = await writer.prepare(
    'DELETE FROM snapshot WHERE log_id = (SELECT id FROM log WHERE key = ?1)',
  );
  const dropOps = await writer.prepare(
    'DELETE FROM op WHERE log_id = (SELECT id FROM log WHERE key = ?1) AND v >= ?2',
  );
  const dropLog = await writer.prepare('DELETE FROM log WHERE key = ?1');

  /** The pending append of a document that was asked for last. */
  const last = new Map<DocumentKey, PendingAppend>();

  function insert(op: NewOp): AppendResult {
    const put = () => insertOp.run(op.v, op.seq, op.ts, op.body, op.key, op.src) === 1;
    if (put()) return 'committed';
    if (addLog.run(op.key) + addSource.run(op.src) > 0 && put()) return 'committed';
    return whyNot(op);
  }

  function whyNot({ key, src, seq }: NewOp): AppendResult {
    return findSame.get(key, src, seq) === undefined ? 'version-taken' : 'duplicate';
  }

  function enqueue(
    op: NewOp,
    resolve: (result: AppendResult) => void,
    reject: (error: unknown) => void,
  ): void {
    const pending: PendingAppend = { before: last.get(op.key) ?? null, isLost: false };
    last.set(op.key, pending);
    const end = (isLost: boolean) => {
      pending.isLost = isLost;
      pending.before = null;
      if (last.get(op.key) === pending) last.delete(op.key);
    };
    queue.add<AppendResult>({
      bytes: op.body.length,
      run() {
        // What waited behind a lost entry was made on top of it (S7).
        const result = pending.before?.isLost ? whyNot(op) : insert(op);
        pending.isLost = result !== 'committed';
        return result;
      },
      settle(result) {
        end(result !== 'committed');
        resolve(result);
      },
      fail(error) {
        end(true);
        reject(error);
      },
    });
  }

  return {
    ...reader,

    append(ref, { v, src, seq, m: { ts, ...m }, ...change }) {
      return new Promise((resolve, reject) => {
        // As text at once: what the caller does with the entry afterwards must not reach the disk.
        const body = JSON.stringify({ ...change, m });
        enqueue(
          { key: documentKey(ref), v, src: checkKeyText(src), seq, ts, body },
          resolve,
          reject,
        );
      });
    },

    async grown(known) {
      const found: DocumentRef[] = [];
      for (const { ref, version } of known) {
        if ((await reader.version(ref)) > version) found.push(ref);
      }
      return found;
    },

    async remove(ref) {
      const key = documentKey(ref);
      await queue.write(0, () => void dropAllSnapshots.run(key));
      const length = await reader.version(ref);
      // In parts, so that nobody's typing waits behind a long log.
      for (let end = length; end > 0; end -= limits.removeAtOnce) {
        const from = Math.max(0, end - limits.removeAtOnce);
        await queue.write(0, () => void dropOps.run(key, from));
      }
      await queue.write(0, () => void dropLog.run(key));
    },

    async writeSnapshot(ref, snapshot, options = {}) {
      const key = documentKey(ref);
      const { v, type } = snapshot;
      const data = JSON.stringify(snapshot.data) as string | undefined;
      const m = JSON.stringify(snapshot.m) as string | undefined;
      await queue.write(data?.length ?? 0, () => {
        if (v > (versionNow.get<{ v: number }>(key)?.v ?? 0)) {
          throw new AppError('internal', `A snapshot of ${key} at ${v} is ahead of its log.`);
        }
        putSnapshot.run(v, options.milestone ? 1 : 0, type, data ?? null, m ?? null, key);
        dropSnapshots.run(key);
      });
    },
  };
}
