// ShareDB's own published suites over our DB, on each op log: what its clients and backend rely on.

import { createRequire } from 'node:module';
import { describe } from 'node:test';
import { systemClock } from '../../server/clock.ts';
import { silentLog } from '../../server/log.ts';
import { LiveDocuments } from '../../server/ot/live-documents.ts';
import { StoreDb } from '../../server/ot/store-db.ts';
import type { OpLog } from '../../server/store/store.ts';
import { onBothEngines } from '../helpers/both-engines.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { withMocha } from '../helpers/mocha-bridge.ts';
import { withPrefix } from '../helpers/prefixed-log.ts';

const require = createRequire(import.meta.url);

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

onBothEngines("ShareDB's database suite", (store) => runSuite(() => withPrefix(store().ops)));
