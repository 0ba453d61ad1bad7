// The file of a backup: JSON lines in gzip. First what it is, then documents with their logs and
// snapshots, records, blobs and the secret; last how many of each there were and a checksum of all lines.
// Written and read as streams: memory holds one line.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import type { DocumentKey } from '../../core/ids.ts';
import type { LogEntry, StoredRecord, StoredSnapshot } from '../store/store.ts';

export const FORMAT = 1;

export type Item =
  | { backup: number; at: number; store: string }
  /** What follows, up to the next document, is its. */
  | { document: DocumentKey; version: number }
  | { entry: LogEntry }
  | { snapshot: StoredSnapshot; milestone: boolean }
  | { record: StoredRecord }
  /** `bytes` in base64. */
  | { blob: string; type: string; bytes: string }
  | { secret: string };

export interface Counts {
  documents: number;
  entries: number;
  snapshots: number;
  records: number;
  blobs: number;
}

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

function counter(): { counts: Counts; add(item: Item): void } {
  const counts = { documents: 0, entries: 0, snapshots: 0, records: 0, blobs: 0 };
  return {
    counts,
    add(item) {
      if ('document' in item) counts.documents++;
      else if ('entry' in item) counts.entries++;
      else if ('snapshot' in item) counts.snapshots++;
      else if ('record' in item) counts.records++;
      else if ('blob' in item) counts.blobs++;
    },
  };
}

/** Writes beside the file and renames: what bears its name is whole and on the disk. Never replaces a file. */
export async function writeBackup(path: string, items: AsyncIterable<Item>): Promise<Counts> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new Error(`${path} is there already: a backup never replaces a file.`);
  const { counts, add } = counter();

  async function* lines(): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let waiting: Buffer[] = [];
    let bytes = 0;
    for await (const item of items) {
      add(item);
      const line = Buffer.from(`${JSON.stringify(item)}\n`);
      hash.update(line);
      waiting.push(line);
      bytes += line.length;
      if (bytes < CHUNK_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
    waiting.push(Buffer.from(`${JSON.stringify({ end: counts, sha256: hash.digest('hex') })}\n`));
    yield Buffer.concat(waiting);
  }

  const partial = `${path}.${process.pid}.partial`;
  try {
    const source = Readable.from(lines(), { objectMode: false });
    const target = createWriteStream(partial, { flags: 'wx', mode: 0o600 });
    await pipeline(source, createGzip(), target);
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return counts;
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error));
  source.pipe(unzipped);
  let parts: Buffer[] = [];
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        parts.push(chunk.subarray(from, at + 1));
        yield parts.length === 1 ? parts[0]! : Buffer.concat(parts);
        parts = [];
        from = at + 1;
      }
      if (from < chunk.length) parts.push(chunk.subarray(from));
    }
  } finally {
    source.destroy();
  }
  if (parts.length > 0) throw new Error('its last line is not whole');
}

async function* itemsOf(path: string, onEnd: (counts: Counts) => void): AsyncGenerator<Item> {
  const hash = createHash('sha256');
  const { counts, add } = counter();
  let isFirst = true;
  let hasEnded = false;
  for await (const line of linesOf(path)) {
    if (hasEnded) throw new Error('something follows its end');
    const item = JSON.parse(line.toString()) as Item | { end: Counts; sha256: string };
    if (isFirst && !('backup' in item)) throw new Error('it is not a backup of Deltapad');
    if ('backup' in item && item.backup !== FORMAT) {
      throw new Error(`a newer Deltapad wrote it (format ${item.backup})`);
    }
    isFirst = false;
    if ('end' in item) {
      if (hash.digest('hex') !== item.sha256) throw new Error('its checksum is not right');
      if (!isDeepStrictEqual(item.end, counts)) throw new Error('its counts are not right');
      hasEnded = true;
      continue;
    }
    hash.update(line);
    add(item);
    yield item;
  }
  if (!hasEnded) throw new Error('its end is missing');
  onEnd(counts);
}

/** Rejects, naming the file, at the first line that is not right, at the latest behind the last item. */
export async function* readBackup(
  path: string,
  onEnd: (counts: Counts) => void = () => {},
): AsyncGenerator<Item> {
  // Only what reading throws is the file's fault: what the reader does between is not caught here.
  const items = itemsOf(path, onEnd);
  try {
    for (;;) {
      const { done, value } = await items.next().catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw new Error(`There is no file ${path}.`);
        throw new Error(`${path} cannot be restored: ${error.message}.`, { cause: error });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}
