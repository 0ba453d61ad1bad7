// Files that people uploaded, whole, in SQLite: within their limit (core/limits.ts) this is as quick as
// a file, and one backup holds everything.

import type { Clock } from '../../clock.ts';
import type { BlobReader, Blobs } from '../store.ts';
import type { Reader, Writer } from './connection.ts';
import { checkKeyText, read } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export function createBlobReader(reader: Reader): BlobReader {
  const getBlob = reader.prepare('SELECT type, bytes FROM blob WHERE name = ?');
  const listBlobs = reader.prepare('SELECT name FROM blob WHERE name > ? ORDER BY name LIMIT ?');
  return {
    async get(name) {
      const row = read(() => getBlob.get<{ type: string; bytes: Uint8Array }>(name));
      return row === undefined ? null : { bytes: row.bytes, type: row.type };
    },
    async list(after, limit) {
      return read(() => listBlobs.all<{ name: string }>(after ?? '', limit)).map(
        ({ name }) => name,
      );
    },
  };
}

export async function createBlobs(
  queue: WriteQueue,
  writer: Writer,
  reader: Reader,
  clock: Clock,
): Promise<Blobs> {
  const putBlob = await writer.prepare(
    `INSERT INTO blob (name, type, created_at, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET type = excluded.type, bytes = excluded.bytes`,
  );
  const deleteBlob = await writer.prepare('DELETE FROM blob WHERE name = ?');
  return {
    ...createBlobReader(reader),

    async put(name, bytes, type) {
      checkKeyText(name);
      // A copy: the caller's buffer may be used again before the write's turn comes.
      const copy = Uint8Array.from(bytes);
      await queue.write(copy.length, () => {
        putBlob.run(name, type, clock.now(), copy);
      });
    },

    async delete(name) {
      await queue.write(name.length, () => {
        deleteBlob.run(name);
      });
    },
  };
}
