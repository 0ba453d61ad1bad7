// The store on Mongo: op log and snapshots in sharedb-mongo's layout, everything else beside them in
// collections named `deltapad_…`. See CONTRACT.md for the rules both engines keep.

import type { MongoClient } from 'mongodb';
import type { Store } from '../store.ts';
import { connect, whenAvailable } from './connection.ts';
import { MongoOpLog } from './op-log.ts';
import { createBlobs, createRecords, createSearch } from './records.ts';

/** Opens the database of `url`. Rejects in a sentence: unsafe options by name, or a server that is away. */
export async function openMongoStore({ url }: { url: string }): Promise<Store> {
  const client: MongoClient = await connect(url);
  const db = client.db();
  const hosts = client.options.hosts.map(String).join(',');
  const ops = new MongoOpLog((callback) => callback(null, client));
  return {
    ops,
    records: createRecords(db),
    blobs: createBlobs(db),
    search: createSearch(db),
    describe: () => `Mongo ${hosts}/${db.databaseName} (w: majority, journaled)`,
    ping: () => whenAvailable(async () => void (await db.command({ ping: 1 }))),
    async close() {
      await ops.drain();
      await client.close();
    },
  };
}
