// The store on Mongo: op log and snapshots in sharedb-mongo's layout, everything else beside them in
// collections named `deltapad_…`. See CONTRACT.md for the rules both engines keep.

import type { MongoClient } from 'mongodb';
import { type Clock, systemClock } from '../../clock.ts';
import type { Store, StoreReader } from '../store.ts';
import { announce, type Use } from './announce.ts';
import { connect, whenAvailable } from './connection.ts';
import { createLogReader, findOrphans } from './log-reader.ts';
import { MongoOpLog } from './op-log.ts';
import { createBlobs, createRecordReader, createRecords, createSearch } from './records.ts';

export interface MongoStoreOptions {
  url: string;
  clock?: Clock;
  /** Says in the database that it is used while the store is open; refused when it must not be. */
  announce?: Use;
  /** Wait for a server that does not answer yet, at most `limits.storeStartMs`; told why, once. */
  onWaiting?: (why: string) => void;
}

/** Opens the database of `url`. Rejects in a sentence: unsafe options by name, or a server that is away. */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const { url, onWaiting } = options;
  const client: MongoClient = await connect(url, onWaiting && { clock, onWaiting });
  const db = client.db();
  const hosts = client.options.hosts.map(String).join(',');
  try {
    const announced = options.announce ? await announce(db, options.announce, clock) : null;
    const ops = new MongoOpLog((callback) => callback(null, client));
    return {
      ops,
      records: createRecords(db),
      blobs: createBlobs(db),
      search: createSearch(db),
      orphans: { ...findOrphans(db), setAside: (ref) => ops.setAside(ref) },
      isShared: true,
      describe: () => `Mongo ${hosts}/${db.databaseName} (w: majority, journaled)`,
      ping: () => whenAvailable(async () => void (await db.command({ ping: 1 }))),
      async close() {
        await ops.drain();
        await announced?.withdraw();
        await client.close();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Looks at the database beside whoever uses it, and writes nothing. */
export async function openMongoReader({ url }: { url: string }): Promise<StoreReader> {
  const client = await connect(url);
  const db = client.db();
  return {
    ...createLogReader(db),
    records: createRecordReader(db),
    blobs: createBlobs(db),
    describe: () => `Mongo ${client.options.hosts.map(String).join(',')}/${db.databaseName}`,
    close: () => client.close(),
  };
}
