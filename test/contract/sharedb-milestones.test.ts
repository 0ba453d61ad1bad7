// ShareDB's own published suite for milestones over ours, on both engines.

import { createRequire } from 'node:module';
import type { DocumentRef } from '../../core/ids.ts';
import { StoreMilestones } from '../../server/ot/milestone-db.ts';
import type { OpLog } from '../../server/store/store.ts';
import { onBothEngines } from '../helpers/both-engines.ts';
import { withMocha } from '../helpers/mocha-bridge.ts';
import { withPrefix } from '../helpers/prefixed-log.ts';

const require = createRequire(import.meta.url);

/** The suite saves snapshots of documents that have no log; our store wants one that reaches so far (S16). */
function withLogs(ops: OpLog): OpLog {
  let filling: Promise<unknown> = Promise.resolve();
  const fill = async (ref: DocumentRef, version: number) => {
    for (let v = await ops.version(ref); v < version; v++) {
      await ops.append(ref, { v, src: 'filler', seq: v + 1, m: { ts: 0 } });
    }
  };
  return {
    ...ops,
    async writeSnapshot(ref, snapshot, options) {
      filling = filling.then(() => fill(ref, snapshot.v));
      await filling;
      await ops.writeSnapshot(ref, snapshot, options);
    },
  };
}

onBothEngines("ShareDB's milestone suite", (store) => {
  withMocha(() => {
    require('sharedb/test/setup');
    require('sharedb/test/milestone-db')({
      create(options: unknown, callback?: (error: unknown, db?: unknown) => void) {
        const done = callback ?? (options as (error: unknown, db?: unknown) => void);
        const given = callback ? (options as { interval?: number }) : {};
        done(null, new StoreMilestones(withLogs(withPrefix(store().ops)), given));
      },
    });
  });
});
