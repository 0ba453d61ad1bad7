import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../../core/limits.ts';
import { LazyDelta, richTextUri } from '../../../../core/rich-text.ts';
import { silentLog } from '../../../../server/log.ts';
import { LiveDocuments } from '../../../../server/ot/live-documents.ts';
import { registerRichText } from '../../../../server/ot/rich-text-type.ts';
import { StoreDb } from '../../../../server/ot/store-db.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { MemoryOpLog } from '../../../helpers/memory-store.ts';
import { aRef } from '../../../helpers/op-server.ts';
import { until } from '../../../helpers/until.ts';

/** As ShareDB has them; its declarations do not reach the tests. */
interface Op {
  v: number;
  src?: string;
  seq?: number;
  op?: unknown;
  create?: { type: string; data: unknown };
  m?: object;
}
interface Snapshot {
  v: number;
  type: string | null;
  data: unknown;
  m: object | null;
}

registerRichText();
const ref = aRef('doc');

function make(log = new MemoryOpLog()) {
  const watched = () => new Set<never>();
  const live = new LiveDocuments({ ops: log, clock: new ManualClock(), log: silentLog, watched });
  const db = new StoreDb(live, null) as unknown as {
    getSnapshot(...args: unknown[]): void;
    getOps(...args: unknown[]): void;
    getOpsToSnapshot(...args: unknown[]): void;
    commit(...args: unknown[]): void;
  };
  const call = <T>(run: (callback: (error: unknown, value: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      run((error, value) => (error ? reject(error) : resolve(value)));
    });
  const { collection, id } = ref;
  return {
    log,
    live,
    snapshot: (fields: object | null) =>
      call<Snapshot>((done) => db.getSnapshot(collection, id, fields, null, done)),
    ops: (from: number | null, to: number | null) =>
      call<Op[]>((done) => db.getOps(collection, id, from, to, null, done)),
    opsTo: (from: number, snapshot: Snapshot) =>
      call<Op[]>((done) => db.getOpsToSnapshot(collection, id, from, snapshot, null, done)),
    commit: (op: Op, snapshot: Snapshot) =>
      call<boolean>((done) => db.commit(collection, id, op, snapshot, null, done)),
  };
}

type Db = ReturnType<typeof make>;

/** As ShareDB does it: read, apply, commit. */
async function submit(db: Db, change: Partial<Op>, seq: number): Promise<boolean> {
  const snapshot = await db.snapshot({ $submit: true });
  const op: Op = { v: snapshot.v, src: 's', seq, m: { ts: 1 }, ...change };
  return db.commit(op, applied(snapshot, op));
}

function applied(snapshot: Snapshot, op: Op): Snapshot {
  if (op.create) snapshot.data = new LazyDelta(op.create.data as never);
  else snapshot.data = (snapshot.data as LazyDelta).append(new LazyDelta(op.op as never));
  snapshot.type = richTextUri;
  snapshot.v++;
  return snapshot;
}

const create = { create: { type: richTextUri, data: [{ insert: '\n' }] } };
const insert = (text: string) => ({ op: [{ insert: text }] });
const versions = (ops: Op[]) => ops.map(({ v }) => v);

test('a submit sees what is staged; every other read what is durable', async () => {
  const db = make();
  await submit(db, create, 1);
  db.log.hold();
  const done = submit(db, insert('a'), 2);
  await until('it is staged', () => db.live.staged === 1);
  const staged = await db.snapshot({ $submit: true });
  assert.equal(staged.v, 2);
  assert.deepEqual(versions(await db.opsTo(0, staged)), [0, 1]);
  assert.equal((await db.snapshot(null)).v, 1);
  assert.deepEqual(versions(await db.ops(0, null)), [0]);
  assert.deepEqual(versions(await db.ops(0, 9)), [0]);
  db.log.release();
  assert.equal(await done, true);
  assert.equal((await db.snapshot(null)).v, 2);
});

test('a snapshot is handed out without a copy, and what its receiver does to it stays with it', async () => {
  const db = make();
  await submit(db, create, 1);
  const one = await db.snapshot({ $submit: true });
  const two = await db.snapshot({ $submit: true });
  assert.equal(one.data, two.data);
  applied(one, { v: 1, op: [{ insert: 'only here' }] });
  one.m = { mtime: 5 };
  assert.equal(two.v, 1);
  assert.deepEqual((await db.snapshot(null)).data, new LazyDelta([{ insert: '\n' }]));
});

test('an op that was made on a lost version is never committed, though its version fits', async () => {
  const db = make();
  await submit(db, create, 1);
  db.log.hold();
  const lost = submit(db, insert('lost'), 2);
  await until('it is staged', () => db.live.staged === 1);
  const snapshot = await db.snapshot({ $submit: true });
  db.log.intrude(ref, { v: 1, src: 'elsewhere', seq: 1, op: [{ insert: 'x' }], m: { ts: 1 } });
  db.log.release();
  await assert.rejects(lost, { code: 'not-now' });
  assert.equal((await db.snapshot({ $submit: true })).v, 2, 'the same number, another document');
  assert.deepEqual((await db.opsTo(1, snapshot))[0]?.op, [{ insert: 'lost' }], 'its own past');
  const late = db.commit(
    { v: 2, src: 's', seq: 3, m: { ts: 1 }, ...insert('!') },
    applied(snapshot, { v: 2, ...insert('!') }),
  );
  await assert.rejects(late, { code: 'not-now' });
  assert.equal(db.log.entries(ref).length, 2);
});

test('ops that memory has let go of come from the store', async () => {
  const db = make();
  await submit(db, create, 1);
  const count = 2 * limits.maxRecentOps;
  for (let seq = 2; seq <= count; seq++) await submit(db, insert('x'), seq);
  const reads = db.log.reads;
  assert.equal((await db.ops(count - 10, null)).length, 10);
  assert.equal(db.log.reads, reads, 'recent ones are in memory');
  const all = await db.ops(0, null);
  assert.deepEqual(
    versions(all),
    Array.from({ length: count }, (_, v) => v),
  );
  assert.ok(db.log.reads > reads);
  assert.deepEqual(versions(await db.ops(3, 6)), [3, 4, 5]);
});

test('who changes the ops it was given changes nothing for the others', async () => {
  const db = make();
  await submit(db, create, 1);
  await submit(db, insert('a'), 2);
  const [op] = await db.ops(1, 2);
  op!.v = 99;
  delete op!.op;
  assert.deepEqual(await db.ops(1, 2), [{ v: 1, src: 's', seq: 2, op: [{ insert: 'a' }] }]);
});
