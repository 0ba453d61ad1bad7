// Runs the store's contract against Mongo (test/helpers/mongo.ts says which server), and adds what is
// special to it: the layout of sharedb-mongo, orphans, unsafe URLs, a server that goes away.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { MongoClient } from 'mongodb';
import { type DocumentKey, documentKey } from '../../core/ids.ts';
import { openMongoReader, openMongoStore } from '../../server/store/mongo/mongo-store.ts';
import { type MongoForTests, startMongo } from '../helpers/mongo.ts';
import { until } from '../helpers/until.ts';
import { aDocument, anOp, storeContract, write } from './store-contract.ts';

const mongo = await startMongo();

/** A database of its own on the server of this file. */
function freshUrl({ url }: MongoForTests): string {
  const fresh = new URL(url);
  fresh.pathname += `_${randomBytes(4).toString('hex')}`;
  return fresh.href;
}

async function drop(url: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
}

if (!mongo) {
  test('the contract on Mongo', {
    skip: 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven',
  }, () => {});
} else {
  after(() => mongo.close());

  storeContract('mongo', async () => {
    const url = freshUrl(mongo);
    let store = await openMongoStore({ url });
    return {
      store,
      openReader: () => openMongoReader({ url }),
      async reopen() {
        await store.close();
        store = await openMongoStore({ url });
        return store;
      },
      async close() {
        await store.close();
        await drop(url);
      },
    };
  });

  test('a URL that asks for less than majority and journal, or reads less, is refused by name', async () => {
    for (const [option, name] of [
      ['w=1', /w=1/],
      ['w=0', /w=0/],
      ['journal=false', /journal=false/],
      ['readPreference=secondary', /readPreference=secondary/],
      ['readConcernLevel=local', /readConcernLevel=local/],
      ['readConcernLevel=available', /readConcernLevel=available/],
    ] as const) {
      await assert.rejects(openMongoStore({ url: `${mongo.url}?${option}` }), (error: Error) =>
        name.test(error.message),
      );
    }
  });

  test('what is read is what the majority has: of the log, snapshots and records', async (t) => {
    const url = freshUrl(mongo);
    const monitored: { name: string; level: unknown }[] = [];
    const connect = MongoClient.prototype.connect;
    t.mock.method(MongoClient.prototype, 'connect', function (this: MongoClient) {
      // The stand-in takes every level alike: what is asked for is seen on the wire alone.
      this.options.monitorCommands = true;
      this.on('commandStarted', ({ commandName: name, command }) => {
        if (/^(find|aggregate|count|distinct)$/.test(name)) {
          monitored.push({ name, level: command.readConcern?.level });
        }
      });
      return connect.call(this);
    });
    const store = await openMongoStore({ url });
    const reader = await openMongoReader({ url });
    t.after(async () => {
      await reader.close();
      await store.close();
      await drop(url);
    });
    const ref = aDocument();
    await write(store, ref, 3);
    await store.ops.read(ref, 0, null);
    await store.ops.snapshot(ref, null);
    await store.ops.grown([{ ref, version: 2 }]);
    await store.ops.list(null, 10);
    await reader.ops.read(ref, 0, null);
    assert.ok(monitored.length >= 6, `${monitored.length} reads were seen`);
    assert.deepEqual(
      monitored.filter(({ level }) => level !== 'majority'),
      [],
    );
  });

  test('[S17] a log that lost its beginning is listed too, and ids that are none of ours end nothing', async (t) => {
    const url = freshUrl(mongo);
    const store = await openMongoStore({ url });
    const client = new MongoClient(url);
    t.after(async () => {
      await store.close();
      await client.close();
      await drop(url);
    });
    const refs = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...aDocument(), id: id as never }));
    for (const ref of refs) await write(store, ref, 3);
    const ops = client.db().collection('o_pads');
    await ops.deleteMany({ d: { $in: ['b', 'e'] }, v: 0 });
    // A stock server's orphan at version 0, and ids that we would not give.
    await ops.insertOne({ d: 'a', v: 0, o: null, src: 'x', seq: 1, op: [], m: {} });
    for (const id of ['b b', 'c c', 'c/c']) await ops.insertOne({ d: id, v: 0, src: 'x', seq: 1 });
    for (const limit of [1, 2, 3, 100]) {
      const found: string[] = [];
      for (let after = null as DocumentKey | null; ; ) {
        const page = await store.ops.list(after, limit);
        const last = page.at(-1);
        if (!last) break;
        assert.ok(page.length <= limit);
        found.push(...page.map(({ id }) => id));
        after = documentKey(last);
      }
      assert.deepEqual(found, ['a', 'b', 'c', 'd', 'e'], `pages of ${limit}`);
    }
  });

  test('[S13] an entry whose answer was lost may be in the log; sent again, it is there once', async (t) => {
    const url = new URL(freshUrl(mongo));
    // Passes everything on, until answers are lost: then the line breaks when one comes back.
    let isLossy = false;
    const lines = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connect(Number(url.port), url.hostname);
      lines.add(near).add(far);
      const end = () => void [near.destroy(), far.destroy()];
      for (const side of [near, far]) side.on('error', end).on('close', end);
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', (bytes) => (isLossy ? end() : near.write(bytes)));
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const through = new URL(url);
    through.port = String((proxy.address() as AddressInfo).port);
    const [store, direct] = [
      await openMongoStore({ url: through.href }),
      await openMongoStore({ url: url.href }),
    ];
    t.after(async () => {
      await store.close();
      for (const line of lines) line.destroy();
      proxy.close();
      await direct.close();
      await drop(url.href);
    });
    const ref = aDocument();
    await write(store, ref, 3);
    isLossy = true;
    await assert.rejects(store.ops.append(ref, anOp(3)), { code: 'not-now' });
    assert.deepEqual((await direct.ops.read(ref, 3, null)).length, 1, 'it was stored all the same');
    isLossy = false;
    await until('the store answers again', () =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    // By its author at the version it was made for, and by one who has seen more.
    assert.equal(await store.ops.append(ref, anOp(3)), 'duplicate');
    assert.equal(await store.ops.append(ref, anOp(4, { seq: anOp(3).seq })), 'duplicate');
    assert.equal(await store.ops.append(ref, anOp(4)), 'committed');
    assert.deepEqual(
      (await direct.ops.read(ref, 0, null)).map(({ v, seq }) => [v, seq]),
      [0, 1, 2, 3, 4].map((v) => [v, v + 1]),
    );
  });

  test('a server that is away is `not-now`, and the store serves again when it is back', async (t) => {
    if (mongo.kind === 'given') return t.skip('the server of MONGO_URL is not ours to stop');
    const url = freshUrl(mongo);
    const store = await openMongoStore({ url });
    const ref = aDocument();
    try {
      await write(store, ref, 3);
      await mongo.stop();
      await assert.rejects(store.ops.append(ref, anOp(3)), { code: 'not-now' });
      await assert.rejects(store.ping(), { code: 'not-now' });
      await mongo.start();
      assert.equal(await store.ops.append(ref, anOp(3)), 'committed');
      assert.equal((await store.ops.read(ref, 0, null)).length, 4);
    } finally {
      await store.close();
    }
  });
}
