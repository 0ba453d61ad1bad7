// ShareDB's own published suites over our DB, on each op log: what its clients and backend rely on.

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { systemClock } from '../../server/clock.ts';
import { silentLog } from '../../server/log.ts';
import { LiveDocuments } from '../../server/ot/live-documents.ts';
import { StoreDb } from '../../server/ot/store-db.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import type { OpLog, Store } from '../../server/store/store.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { withMocha } from '../helpers/mocha-bridge.ts';

const require = createRequire(import.meta.url);

/** A DB whose documents live under names of its own, so that many can share one store. */
let made = 0;
function withPrefix(ops: OpLog): OpLog {
  const prefix = `db-${++made}-`;
  const own = <T extends { collection: string }>(ref: T): T => ({
    ...ref,
    collection: prefix + ref.collection,
  });
  return {
    append: (ref, entry) => ops.append(own(ref), entry),
    read: (ref, from, to) => ops.read(own(ref), from, to),
    version: (ref) => ops.version(own(ref)),
    snapshot: (ref, atMost) => ops.snapshot(own(ref), atMost),
    writeSnapshot: (ref, snapshot, options) => ops.writeSnapshot(own(ref), snapshot, options),
    listSnapshots: (ref) => ops.listSnapshots(own(ref)),
    list: (after, limit) => ops.list(after, limit),
  };
}

function runSuite(openLog: () => OpLog): void {
  withMocha(() => {
    require('sharedb/test/setup');
    require('sharedb/test/db')({
      create(callback: (error: unknown, db?: unknown) => void) {
        const log = silentLog;
        const watched = () => new Set<never>();
        const live = new LiveDocuments({ ops: openLog(), clock: systemClock, log, watched });
        callback(null, new StoreDb(live, null));
      },
    });
  });
}

describe("ShareDB's database suite on an op log in memory", () => {
  runSuite(() => new MemoryOpLog());
});

describe("ShareDB's database suite on the embedded store", () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-sharedb-'));
  let store: Store;
  before(async () => {
    store = await openEmbeddedStore({ dataDir, clock: systemClock });
  });
  after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });
  runSuite(() => withPrefix(store.ops));
});
