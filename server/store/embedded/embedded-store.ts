// The store in one SQLite file, for one server: nothing to install, nothing to run beside it.
// Opens the file and puts the parts together; what each promises is in ../CONTRACT.md.

import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Store, StoreReader } from '../store.ts';
import { createBlobReader, createBlobs } from './blobs.ts';
import { Reader, SlowReader, Writer } from './connection.ts';
import { lockFolder } from './folder-lock.ts';
import { createLogReader } from './log-reader.ts';
import { createOpLog } from './op-log.ts';
import { createRecordReader, createRecords } from './records.ts';
import { read } from './rows.ts';
import { migrate, SCHEMA_VERSION } from './schema.ts';
import { createSearch } from './search.ts';
import { sqliteCode } from './sqlite-error.ts';
import { WriteQueue, type WriteStats } from './write-queue.ts';

export interface EmbeddedStore extends Store {
  /** How writing goes: for metrics and tests. */
  stats(): WriteStats;
}

/**
 * Makes the folder if it is absent. Throws, in words for the operator, when another server has it, when
 * it cannot be kept safely there, or when a newer Deltapad wrote it.
 */
export async function openEmbeddedStore(options: {
  dataDir: string;
  clock: Clock;
  /** Refused when nothing was ever stored there, instead of beginning a store. */
  mustExist?: boolean;
}): Promise<EmbeddedStore> {
  const folder = resolve(options.dataDir);
  const file = join(folder, 'deltapad.db');
  if (options.mustExist && !existsSync(file)) throw absentError(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  try {
    // Made here so that nobody else may read it; SQLite gives its other files the same rights.
    closeSync(openSync(file, 'a', 0o600));
    const writer = await Writer.open(file);
    await migrate(writer, file);
    return await assemble(file, writer, lock, options.clock);
  } catch (error) {
    lock.release();
    if (sqliteCode(error) === null) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be opened: ${why}.`, { cause: error });
  }
}

async function assemble(
  file: string,
  writer: Writer,
  lock: { release(): void },
  clock: Clock,
): Promise<EmbeddedStore> {
  const reader = new Reader(file);
  const logs = createLogReader(reader);
  const slowReader = await SlowReader.open(file);
  const queue = new WriteQueue(writer);
  const probe = reader.prepare('SELECT count(*) FROM sqlite_schema');
  const probeWrite = await writer.prepare(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    await queue.close();
    reader.close();
    slowReader.close();
    await writer.close();
    lock.release();
  }

  return {
    ops: await createOpLog(queue, writer, logs),
    records: await createRecords(queue, writer, reader),
    blobs: await createBlobs(queue, writer, reader, clock),
    search: await createSearch(queue, writer, slowReader, clock),
    isShared: false,
    describe: () => `SQLite ${file} (WAL, synchronous=FULL)`,
    async ping() {
      read(() => probe.get());
      // After a failure only a write tells whether the disk is back.
      if (queue.failure !== null) await queue.write(0, () => void probeWrite.run());
    },
    close: () => (closing ??= close()),
    stats: () => queue.stats(),
  };
}

const absentError = (file: string) =>
  new Error(`There is no ${file}: nothing has been stored there yet.`);

/** Looks at the file beside a server that may run, without the lock, and writes nothing. */
export async function openEmbeddedReader({ dataDir }: { dataDir: string }): Promise<StoreReader> {
  const file = join(resolve(dataDir), 'deltapad.db');
  if (!existsSync(file)) throw absentError(file);
  try {
    const reader = new Reader(file);
    const schema = reader.prepare('PRAGMA user_version').get<{ user_version: number }>();
    if (schema?.user_version !== SCHEMA_VERSION) {
      reader.close();
      throw new Error(
        `${file} was written by another version of Deltapad (schema ${schema?.user_version}; this one knows ${SCHEMA_VERSION}). Start that version, or upgrade by starting this one.`,
      );
    }
    return {
      ops: createLogReader(reader),
      records: createRecordReader(reader),
      blobs: createBlobReader(reader),
      describe: () => `SQLite ${file}`,
      async close() {
        reader.close();
      },
    };
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be read: ${why}.`, { cause: error });
  }
}
