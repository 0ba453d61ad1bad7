// Runs a part of a test file on each engine of the store, one after the other: SQLite in a folder that is
// gone afterwards, and Mongo where there is one.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import { openMongoStore } from '../../server/store/mongo/mongo-store.ts';
import type { Store } from '../../server/store/store.ts';
import { startMongo } from './mongo.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());

/** `run` registers tests; the store is there once they run. */
export function onBothEngines(title: string, run: (store: () => Store) => void): void {
  describe(`${title} on the embedded store`, () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-engine-'));
    let store: Store;
    before(async () => {
      store = await openEmbeddedStore({ dataDir, clock: systemClock });
    });
    after(async () => {
      await store.close();
      rmSync(dataDir, { recursive: true });
    });
    run(() => store);
  });
  if (!mongo) {
    const skip = 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
    test(`${title} on Mongo`, { skip }, () => {});
    return;
  }
  describe(`${title} on Mongo`, () => {
    let store: Store;
    before(async () => {
      store = await openMongoStore({ url: mongo.url });
    });
    after(() => store.close());
    run(() => store);
  });
}
