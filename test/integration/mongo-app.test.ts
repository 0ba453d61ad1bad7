// The whole server on Mongo: what MONGO_URL promises, at the start and when the database goes away.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { MongoClient } from 'mongodb';
import { WebSocket } from 'ws';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { runMain } from '../helpers/main-process.ts';
import { startMongo } from '../helpers/mongo.ts';
import { textOf } from '../helpers/op-server.ts';
import { type StockDoc, type StockError, stockClient } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

const mongo = await startMongo();
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
if (mongo) after(() => mongo.close());

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'deltapad-mongo-app-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A stock client that comes back whenever its socket is closed; the close codes it was given. */
async function connect(t: TestContext, app: TestApp, person: Person) {
  const closes: number[] = [];
  let isOver = false;
  const open = () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
      headers: { cookie: person.cookie },
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      closes.push(code);
      if (!isOver) setTimeout(() => connection.bindToSocket(open()), 100).unref();
    });
    t.after(() => {
      isOver = true;
      socket.terminate();
    });
    return socket;
  };
  const { Connection } = stockClient();
  const connection = new Connection(open());
  connection.on('error', () => undefined);
  await until('the client is connected', () => connection.state === 'connected');
  return { connection, closes };
}

async function subscribed(doc: StockDoc): Promise<StockDoc> {
  doc.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    doc.subscribe((error?: StockError) => (error ? reject(error) : resolve()));
  });
  return doc;
}

test('what a stock client writes on Mongo is there after a restart', { skip }, async (t) => {
  const config = { dataDir: folder(t), mongoUrl: mongo!.url };
  const app = await startApp(t, { config });
  assert.match(
    app.app.store,
    /^Mongo 127\.0\.0\.1:\d+\/deltapad_test_\w+ \(w: majority, journaled\)$/,
  );
  const ada = await app.guest('Ada');
  const { collection, id } = await ada.makes({ text: 'Shopping\n' });
  const { connection } = await connect(t, app, ada);
  const doc = await subscribed(connection.get(collection, id));
  for (let i = 0; i < 30; i++) doc.submitOp([{ retain: 8 + i }, { insert: String(i % 10) }], {});
  await until('all is saved', () => !doc.hasWritePending());
  const text = textOf(doc);
  await app.close();

  const again = await startApp(t, { config });
  const path = `/api/v1/documents/${collection}/${id}?format=text`;
  const ada2 = again.stranger();
  ada2.cookie = ada.cookie;
  assert.equal((await ada2.get(path)).text, text);
  assert.equal((await ada2.get('/api/v1/documents?query=shopping')).status, 200);
});

test('Mongo goes away and comes back in the middle: nothing is lost, nothing doubles', {
  skip: skip || (mongo?.kind === 'given' ? 'the server of MONGO_URL is not ours to stop' : false),
  timeout: 120_000,
}, async (t) => {
  const config = { dataDir: folder(t), mongoUrl: mongo!.url };
  const app = await startApp(t, { config });
  const ada = await app.guest('Ada');
  const { collection, id } = await ada.makes({ text: 'start \n' });
  const { connection, closes } = await connect(t, app, ada);
  const doc = await subscribed(connection.get(collection, id));
  const refusals: StockError[] = [];
  const type = (text: string) =>
    doc.submitOp([{ retain: textOf(doc).length - 1 }, { insert: text }], {}, (error) => {
      if (error) refusals.push(error);
    });

  type('before ');
  await until('the first is saved', () => !doc.hasWritePending());
  await mongo!.stop();
  type('during ');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(refusals, [], 'nothing is refused');
  assert.ok(doc.hasWritePending(), 'nothing is acknowledged that is not stored');
  await mongo!.start();
  await until('the second is saved', () => !doc.hasWritePending(), 60_000);
  type('after');
  await until('the third is saved', () => !doc.hasWritePending(), 30_000);
  assert.deepEqual(refusals, []);
  // "Not now", then nobody is let in (1006: a handshake that failed) until it is back.
  assert.ok(
    closes.every((code, i) => code === (i === 0 ? 4507 : 1006)),
    `closed with ${closes}`,
  );
  await app.close();

  const again = await startApp(t, { config });
  const ada2 = again.stranger();
  ada2.cookie = ada.cookie;
  const { text } = await ada2.get(`/api/v1/documents/${collection}/${id}?format=text`);
  assert.equal(text, 'start before during after\n');
});

test('a server says in the database that it is there, and takes its word back', {
  skip,
}, async (t) => {
  const client = new MongoClient(mongo!.url);
  t.after(() => client.close());
  const servers = client.db().collection('deltapad_servers');
  const before = await servers.countDocuments();
  const app = await startApp(t, { config: { dataDir: folder(t), mongoUrl: mongo!.url } });
  const [row] = await servers.find({ pid: process.pid }).toArray();
  assert.ok(row && Math.abs(row.at - Date.now()) < 30_000);
  await app.close();
  assert.equal(await servers.countDocuments(), before);
});

test('the process names its store; a Mongo that is unsafe or away is one sentence', {
  skip,
}, async (t) => {
  // Port 1 answers nobody. It waits a while, and the others start meanwhile.
  const MONGO_URL = 'mongodb://ada:hush@127.0.0.1:1/pad';
  const away = runMain(t, { DATA_DIR: folder(t), MONGO_URL });
  const good = runMain(t, { DATA_DIR: folder(t), MONGO_URL: mongo!.url });
  await good.url();
  assert.match(good.out, /^Mongo \S+\/deltapad_test_\w+ \(w: majority, journaled\)$/m);
  good.child.kill('SIGTERM');
  assert.equal(await good.ended, 0);

  for (const [option, named] of [
    ['w=1', /w=1/],
    ['journal=false', /journal=false/],
    ['readPreference=secondary', /readPreference=secondary/],
  ] as const) {
    const main = runMain(t, { DATA_DIR: folder(t), MONGO_URL: `${mongo!.url}?${option}` });
    assert.equal(await main.ended, 1);
    assert.match(main.err, /^Deltapad cannot start: MONGO_URL .*\n$/);
    assert.match(main.err, named);
    assert.equal(main.out, '');
  }
  assert.equal(await away.ended, 1);
  const [waiting = '', ...rest] = away.err.trim().split('\n');
  assert.equal(JSON.parse(waiting).msg, 'waiting for the store');
  assert.match(JSON.parse(waiting).why, /^The Mongo server of MONGO_URL does not answer/);
  assert.match(
    rest.join(),
    /^Deltapad cannot start: The Mongo server of MONGO_URL does not answer[^\n]*$/,
  );
  assert.doesNotMatch(away.err, /hush/);
});
