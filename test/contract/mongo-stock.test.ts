// Our database and that of a stock sharedb + sharedb-mongo server are the same one: each opens what the
// other wrote, whole logs with strict linking included, and both go on writing. What a crash of a stock
// server leaves behind is set aside, not destroyed.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { MongoClient } from 'mongodb';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { LazyDelta, richTextUri } from '../../core/rich-text.ts';
import { openMongoStore } from '../../server/store/mongo/mongo-store.ts';
import type { LogEntry, Store } from '../../server/store/store.ts';
import { startMongo } from '../helpers/mongo.ts';
import { aDocument } from './store-contract.ts';

const load = createRequire(import.meta.url);
const ShareDB = load('sharedb');
const ShareDbMongo = load('sharedb-mongo');
ShareDB.types.register(load('rich-text').type);

const mongo = await startMongo();
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
if (mongo) after(() => mongo.close());

type Call<T> = (done: (error: unknown, value: T) => void) => void;
const call = <T>(start: Call<T>) =>
  new Promise<T>((resolve, reject) => {
    start((error, value) => (error ? reject(error) : resolve(value)));
  });

/** A stock server, as its README wires it, and one of its clients. */
function stockServer() {
  const backend = new ShareDB({ db: new ShareDbMongo(mongo!.url) });
  const connection = backend.connect();
  const open = async ({ collection, id }: DocumentRef) => {
    const doc = connection.get(collection, id);
    await call((done) => doc.subscribe(done));
    return doc;
  };
  return {
    open,
    async create(ref: DocumentRef, ops: DeltaOp[]) {
      const doc = await open(ref);
      await call((done) => doc.create(ops, 'rich-text', done));
      return doc;
    },
    type: (doc: { submitOp(op: unknown, done: unknown): void }, op: DeltaOp[]) =>
      call((done) => doc.submitOp(op, done)),
    log: ({ collection, id }: DocumentRef) =>
      call<LogEntry[]>((done) => backend.getOps(connection.agent, collection, id, 0, null, done)),
    close: () => call((done) => backend.close(done)),
  };
}

/** Builds the document from its whole log, as `doctor` would. */
function replay(log: readonly LogEntry[]): DeltaOp[] {
  let document = new LazyDelta();
  log.forEach((entry, v) => {
    assert.equal(entry.v, v, 'versions are contiguous');
    if (entry.create) {
      const { data } = entry.create as { data: { ops?: DeltaOp[] } };
      document = new LazyDelta((data.ops ?? data) as Delta['ops']);
    } else if (entry.op) document = document.append(new Delta(entry.op as Delta['ops']));
  });
  return document.ops as DeltaOp[];
}

async function write(store: Store, ref: DocumentRef, text: string, src: string) {
  for (const [i, insert] of [...text].entries()) {
    const v = await store.ops.version(ref);
    const m = { ts: 1_700_000_000_000, uid: 'g_adaadaada' };
    const entry = { v, src, seq: i + 1, op: [{ insert }], m };
    assert.equal(await store.ops.append(ref, entry), 'committed');
  }
}

test('a document of a stock server opens here, and goes on there with our edits', {
  skip,
}, async () => {
  const ref = aDocument('stock');
  let stock = stockServer();
  const doc = await stock.create(ref, [{ insert: 'Avocet\n' }]);
  for (let i = 1; i < 21; i++) await stock.type(doc, [{ retain: i }, { insert: String(i % 10) }]);
  const theirs = JSON.parse(JSON.stringify(doc.data)).ops;
  await stock.close();

  let store = await openMongoStore({ url: mongo!.url });
  assert.equal(await store.ops.version(ref), 21);
  assert.deepEqual(replay(await store.ops.read(ref, 0, null)), theirs);
  const snapshot = (await store.ops.snapshot(ref, null))!;
  assert.deepEqual([snapshot.v, snapshot.type], [21, richTextUri]);
  assert.deepEqual((snapshot.data as { ops: DeltaOp[] }).ops, theirs);
  await write(store, ref, 'ours', 'a.1');
  const ours = replay(await store.ops.read(ref, 0, null));
  await store.ops.writeSnapshot(ref, {
    v: 25,
    type: richTextUri,
    data: { ops: ours },
    m: snapshot.m,
  });
  await store.close();

  stock = stockServer();
  const again = await stock.open(ref);
  assert.equal(again.version, 25);
  assert.deepEqual(JSON.parse(JSON.stringify(again.data)).ops, ours);
  assert.equal((await stock.log(ref)).length, 25);
  await stock.type(again, [{ insert: 'theirs again: ' }]);
  const last = JSON.parse(JSON.stringify(again.data)).ops;
  await stock.close();

  store = await openMongoStore({ url: mongo!.url });
  assert.equal(await store.ops.version(ref), 26);
  assert.deepEqual(replay(await store.ops.read(ref, 0, null)), last);
  await store.close();
});

test('a document of ours opens on a stock server with its whole log', { skip }, async () => {
  const ref = aDocument('ours');
  const store = await openMongoStore({ url: mongo!.url });
  const create = { type: richTextUri, data: [{ insert: '\n' }] };
  const m = { ts: 1_700_000_000_000 };
  assert.equal(await store.ops.append(ref, { v: 0, src: 's', seq: 1, create, m }), 'committed');
  await write(store, ref, 'avocet', 'a.1');
  const ours = replay(await store.ops.read(ref, 0, null));
  await store.ops.writeSnapshot(ref, { v: 7, type: richTextUri, data: { ops: ours }, m: null });
  await store.close();

  const stock = stockServer();
  const doc = await stock.open(ref);
  assert.equal(doc.version, 7);
  assert.deepEqual(JSON.parse(JSON.stringify(doc.data)).ops, ours);
  assert.deepEqual(
    (await stock.log(ref)).map(({ v }) => v),
    [0, 1, 2, 3, 4, 5, 6],
  );
  await stock.type(doc, [{ retain: 3 }, { insert: '!' }]);
  assert.equal(doc.version, 8);
  await stock.close();
});

test('orphans of a stock server are set aside, and only those', { skip }, async () => {
  const ref = aDocument('orphans');
  const stock = stockServer();
  const doc = await stock.create(ref, [{ insert: '\n' }]);
  for (const insert of ['a', 'b', 'c']) await stock.type(doc, [{ insert }]);
  const theirs = JSON.parse(JSON.stringify(doc.data)).ops;
  await stock.close();

  // Killed between op and snapshot: a second op at version 2, and one at the end, both with no snapshot.
  const client = new MongoClient(mongo!.url);
  const ops = client.db().collection(`o_${ref.collection}`);
  const before = (await ops.findOne({ d: ref.id, v: 1 }))!;
  const last = (await ops.findOne({ d: ref.id, v: 3 }))!;
  const op = [{ insert: 'lost race' }];
  await ops.insertOne({ d: ref.id, v: 2, o: before._id, src: 'x', seq: 1, op, m: {} });
  await ops.insertOne({ d: ref.id, v: 4, o: last._id, src: 'x', seq: 1, op, m: {} });

  const store = await openMongoStore({ url: mongo!.url });
  assert.equal(await store.ops.version(ref), 4);
  assert.deepEqual(replay(await store.ops.read(ref, 0, null)), theirs);
  await write(store, ref, 'd', 'a.1');
  assert.deepEqual(
    (await store.ops.read(ref, 4, null)).map((entry) => entry.op),
    [[{ insert: 'd' }]],
  );
  const aside = await client.db().collection('deltapad_orphans').find({}).toArray();
  assert.deepEqual(aside.map((row) => row.op.v).sort(), [2, 4]);
  await store.close();
  await client.close();
});

test('what lies below a gap in a log is no orphan: nothing of it is set aside', {
  skip,
}, async (t) => {
  const store = await openMongoStore({ url: mongo!.url });
  t.after(() => store.close());
  const client = new MongoClient(mongo!.url);
  t.after(() => client.close());
  const [ours, theirs] = [aDocument('gap'), aDocument('gap')];
  await write(store, ours, 'avocetibis', 'a.1');
  await store.ops.writeSnapshot(ours, { v: 10, type: richTextUri, data: { ops: [] }, m: null });
  const stock = stockServer();
  const doc = await stock.create(theirs, [{ insert: '\n' }]);
  for (let i = 0; i < 9; i++) await stock.type(doc, [{ insert: 'x' }]);
  await stock.close();
  const ops = client.db().collection(`o_${ours.collection}`);
  await ops.deleteMany({ v: 5 });
  // An orphan in the place of what is missing stays one.
  await ops.insertOne({ d: theirs.id, v: 5, o: null, src: 'x', seq: 1, op: [], m: {} });
  for (const [ref, orphans] of [
    [ours, 0],
    [theirs, 1],
  ] as const) {
    assert.equal((await store.orphans!.find(ref)).length, orphans);
    assert.equal(await store.orphans!.setAside(ref), orphans);
    const left = await ops.find({ d: ref.id }).sort({ v: 1 }).toArray();
    assert.deepEqual(
      left.map(({ v }) => v),
      [0, 1, 2, 3, 4, 6, 7, 8, 9],
    );
  }
});

test('milestones lie in the layout of sharedb-milestone-mongo, and one that it wrote is used', {
  skip,
}, async (t) => {
  const client = new MongoClient(mongo!.url);
  t.after(() => client.close());
  const ref = aDocument('kept');
  const rows = client.db().collection(`m_${ref.collection}`);
  await rows.createIndex({ d: 1, v: 1 }, { unique: true });
  const theirs = {
    v: 2,
    type: richTextUri,
    data: { ops: [{ insert: 'theirs\n' }] },
    m: { mtime: 5 },
  };
  await rows.insertOne({ d: ref.id, ...theirs });
  const store = await openMongoStore({ url: mongo!.url });
  t.after(() => store.close());
  await write(store, ref, 'avocet', 'a.1');
  assert.deepEqual(await store.ops.snapshot(ref, 3), theirs);
  const ours = { v: 4, type: richTextUri, data: { ops: [{ insert: 'ours\n' }] }, m: { mtime: 6 } };
  await store.ops.writeSnapshot(ref, ours, { milestone: true });
  // The same version once more replaces it, whoever wrote it.
  const again = { ...theirs, data: { ops: [{ insert: 'again\n' }] } };
  await store.ops.writeSnapshot(ref, again, { milestone: true });
  const found = await rows.find({ d: ref.id }).project({ _id: 0 }).sort({ v: 1 }).toArray();
  assert.deepEqual(found, [
    { d: ref.id, ...again },
    { d: ref.id, ...ours },
  ]);
  const indexes = await rows.indexes();
  assert.ok(indexes.some(({ key, unique }) => key.d === 1 && key.v === 1 && unique));
});
