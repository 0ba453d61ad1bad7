// Who uses a Mongo database: servers, any number of them, or one tool that needs it alone (a repair, a
// restore). Each keeps a record in `deltapad_servers` alive while it runs; one that is not refreshed is
// dead, so a kill leaves nothing to clean up. Times are those of the Mongo server: clocks differ.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db } from 'mongodb';
import { limits } from '../../../core/limits.ts';
import type { Clock } from '../../clock.ts';

/** `tool`: nobody else may use the database meanwhile. */
export type Use = 'server' | 'tool';

interface UseRecord {
  _id: string;
  use: Use;
  host: string;
  pid: number;
  /** Epoch ms. */
  at: number;
}

export interface Announcement {
  withdraw(): Promise<void>;
}

async function timeOf(db: Db, clock: Clock): Promise<number> {
  // Older servers, and some that only speak the protocol, know the old name alone.
  const { localTime } = await db.command({ hello: 1 }).catch(() => db.command({ isMaster: 1 }));
  return localTime instanceof Date ? localTime.getTime() : clock.now();
}

/** Resolves when the database may be used; rejects, naming who has it, when it may not. */
export async function announce(db: Db, use: Use, clock: Clock): Promise<Announcement> {
  const records = db.collection<UseRecord>('deltapad_servers');
  const own = { _id: randomUUID(), use, host: hostname(), pid: process.pid };
  const write = async () => {
    const at = await timeOf(db, clock);
    await records.replaceOne({ _id: own._id }, { ...own, at }, { upsert: true });
    return at;
  };

  // First said, then looked: of two that come at once at least one sees the other.
  const at = await write();
  const rows = await records.find({ _id: { $ne: own._id } }).toArray();
  const isDead = (row: UseRecord) => row.at < at - limits.deadServerMs;
  const other = rows.find((row) => !isDead(row) && (use === 'tool' || row.use === 'tool'));
  if (other) {
    await records.deleteOne({ _id: own._id });
    const who = `process ${other.pid} on ${other.host}`;
    throw new Error(
      other.use === 'server'
        ? `A Deltapad server is using the database ${db.databaseName} (${who}). Stop it first; one that was killed counts as running for ${limits.deadServerMs / 1000} s.`
        : `A repair or a restore is working on the database ${db.databaseName} (${who}). Wait until it has ended.`,
    );
  }
  await records.deleteMany({ at: { $lt: at - limits.deadServerMs } });

  let isWithdrawn = false;
  let running: Promise<unknown> = Promise.resolve();
  let cancel = () => {};
  const refreshLater = () => {
    cancel = clock.after(limits.serverBeatMs, () => {
      // A Mongo that is away is told of by everything else.
      running = write().catch(() => {});
      void running.then(() => {
        if (!isWithdrawn) refreshLater();
      });
    });
  };
  refreshLater();
  return {
    async withdraw() {
      isWithdrawn = true;
      cancel();
      await running;
      await records.deleteOne({ _id: own._id }).catch(() => {});
    },
  };
}
