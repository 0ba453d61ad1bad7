// A process for crash-points.test.ts, made to end at one point: it writes to a document through the same
// code as the server (staging, group commit, fold, snapshots, milestones), says each op before it is asked
// for and after it is acknowledged, and kills itself where it was told to.
// Arguments: the store's place as JSON, the name of the point.

import { writeSync } from 'node:fs';
import PromiseDatabase from 'libsql/promise';
import { Collection, type Document } from 'mongodb';
import { limits } from '../../core/limits.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { systemClock } from '../../server/clock.ts';
import { silentLog } from '../../server/log.ts';
import { applyEntry } from '../../server/ot/document-state.ts';
import { LiveDocuments } from '../../server/ot/live-documents.ts';
import { registerRichText } from '../../server/ot/rich-text-type.ts';
import { openStore, type StorePlace } from '../../server/store/open-store.ts';
import type { LogEntry } from '../../server/store/store.ts';
import { crashRef, crashSource, entriesBefore, isPointOf } from './crash-points.ts';

const [placeText = '', point = ''] = process.argv.slice(2);
const place = JSON.parse(placeText) as StorePlace;
// Synchronous: what was said was so, whatever happens next.
const say = (line: string) => writeSync(1, `${line}\n`);

let isArmed = false;
/** Ends the process here if this is the point. */
function at(name: string): void {
  if (!isPointOf(name)) throw new Error(`No such point: ${name}`);
  if (!isArmed || name !== point) return;
  say('hit');
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

type Call = (...args: unknown[]) => unknown;

/** The method, with something done before and after each call. */
function around(
  object: Record<string, Call>,
  name: string,
  hooks: { before?: Call; after?: Call },
): void {
  const original = object[name]!;
  object[name] = function (this: unknown, ...args: unknown[]) {
    hooks.before?.call(this, ...args);
    const result = original.apply(this, args);
    if (!(result instanceof Promise)) {
      hooks.after?.call(this, ...args);
      return result;
    }
    return result.then((value: unknown) => {
      hooks.after?.call(this, ...args);
      return value;
    });
  };
}

/** What runs in the transaction that is open. */
let inTransaction = { ops: 0, snapshots: 0 };

function watchSqlite(): void {
  const database = PromiseDatabase.prototype as unknown as Record<string, Call>;
  const prepare = database.prepare!;
  database.prepare = async function (this: unknown, ...args: unknown[]) {
    const sql = String(args[0]).trim();
    const statement = (await prepare.apply(this, args)) as Record<string, Call>;
    if (sql.startsWith('BEGIN')) {
      around(statement, 'run', {
        before: () => at('before the transaction'),
        after() {
          inTransaction = { ops: 0, snapshots: 0 };
          at('in the transaction, before its first op');
        },
      });
    } else if (sql.startsWith('INSERT INTO op (')) {
      around(statement, 'run', {
        before() {
          if (inTransaction.ops++ === 1) at('between two ops of one transaction');
        },
      });
    } else if (sql.startsWith('INSERT INTO snapshot')) {
      around(statement, 'run', {
        before: () => at('in the transaction, before the snapshot'),
        after() {
          inTransaction.snapshots++;
          at('between the snapshot and the removal of older ones');
        },
      });
    }
    if (sql === 'COMMIT') {
      around(statement, 'all', {
        before() {
          if (inTransaction.ops > 0) at('before the commit of ops');
          if (inTransaction.snapshots > 0) at('before the commit of a snapshot');
        },
        after() {
          if (inTransaction.ops > 0) at('after the commit of ops');
          if (inTransaction.snapshots > 0) at('after the commit of a snapshot');
        },
      });
    }
    return statement;
  };
  around(database, 'exec', {
    before(sql) {
      if (String(sql).includes('wal_checkpoint')) at('at a stop, before the log is folded in');
    },
    after(sql) {
      if (String(sql).includes('wal_checkpoint')) at('at a stop, after the log is folded in');
    },
  });
}

function watchMongo(): void {
  const collection = Collection.prototype as unknown as Record<string, Call>;
  const nameOf = (self: unknown) => (self as Collection).collectionName;
  const isOps = (self: unknown) => nameOf(self) === `o_${crashRef.collection}`;
  const isSnapshots = (self: unknown) => nameOf(self) === crashRef.collection;
  const isMilestones = (self: unknown) => nameOf(self) === `m_${crashRef.collection}`;
  const insertMany = collection.insertMany!;
  collection.insertMany = async function (this: unknown, ...args: unknown[]) {
    if (!isOps(this)) return insertMany.apply(this, args);
    at('before the ops are sent');
    const rows = args[0] as Document[];
    if (isArmed && point === 'in the middle of the ops' && rows.length > 1) {
      // As a server that was killed with us would leave it.
      await insertMany.call(this, rows.slice(0, rows.length >> 1), args[1]);
      at('in the middle of the ops');
    }
    const result = await insertMany.apply(this, args);
    at('after the ops are stored');
    return result;
  };
  around(collection, 'replaceOne', {
    before() {
      if (isSnapshots(this)) at('before the snapshot is sent');
      if (isMilestones(this)) at('between the snapshot and the milestone');
    },
    after() {
      if (isSnapshots(this)) at('after the snapshot is stored');
      if (isMilestones(this)) at('after the milestone is stored');
      if (nameOf(this) === 'deltapad_orphans') at('between an orphan’s copy and its removal');
    },
  });
}

if (place.mongoUrl === null) watchSqlite();
else watchMongo();
registerRichText();
const store = await openStore({ ...place, clock: systemClock });
// The store port, where no engine knows of it.
const { ops } = store;
const port = {
  ...Object.fromEntries(
    (['read', 'version', 'snapshot', 'listSnapshots', 'list'] as const).map((name) => [
      name,
      (ops[name] as Call).bind(ops),
    ]),
  ),
  async append(...[ref, entry]: Parameters<typeof ops.append>) {
    at('before the append');
    const result = await ops.append(ref, entry);
    at('after the append, before anybody is told');
    return result;
  },
  async writeSnapshot(...args: Parameters<typeof ops.writeSnapshot>) {
    at('after the fold, before the snapshot');
    await ops.writeSnapshot(...args);
    at('after the snapshot');
  },
} as unknown as typeof ops;
const live = new LiveDocuments({
  ops: port,
  clock: systemClock,
  log: silentLog,
  watched: () => new Set(),
});
isArmed = point === 'between an orphan’s copy and its removal';
const document = live.open(crashRef);
await document.load();

let seq = 0;
function stage(change: Partial<LogEntry>): Promise<void> {
  const { newest } = document.loaded!;
  const own = ++seq;
  const entry = { v: newest.v, src: crashSource, seq: own, m: { ts: own }, ...change } as LogEntry;
  say(`asked ${own}`);
  return new Promise((resolve, reject) =>
    document.stage(entry, applyEntry(newest, entry), (outcome) => {
      if (outcome !== 'committed') return reject(new Error(String(outcome)));
      say(`acknowledged ${own}`);
      resolve();
    }),
  );
}

if (document.loaded!.newest.v === 0) {
  await stage({ create: { type: richTextUri, data: { ops: [{ insert: '\n' }] } } });
}
// Groups of four, past a snapshot and a milestone, then a stop.
while (seq < 2.5 * limits.snapshotInterval) {
  if (seq > entriesBefore) isArmed = true;
  const { v, type, data, m } = document.loaded!.durable;
  const work = Array.from({ length: 4 }, () =>
    stage({ op: [{ insert: `${crashSource}.${seq + 1};` }] }),
  );
  if (seq % 60 < 4) {
    // Beside the ops, as the server writes it.
    const snapshot = { v, type, data: JSON.parse(JSON.stringify(data)), m };
    work.push(port.writeSnapshot(crashRef, snapshot, { milestone: true }));
  }
  await Promise.all(work);
}
await live.close();
await store.close();
say('not hit');
