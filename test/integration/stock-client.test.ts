// A stock ShareDB client with the published rich-text type over a real socket of the whole server: what
// README and PROTOCOL.md promise to programs that are not ours.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { startOpServer, submit, textOf } from '../helpers/op-server.ts';
import { type StockDoc, type StockError, stockClient } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

async function connect(t: TestContext, app: TestApp, person: Person) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
    headers: { cookie: person.cookie },
  });
  t.after(() => socket.terminate());
  const { Connection } = stockClient();
  const connection = new Connection(socket);
  connection.on('error', () => undefined);
  await until('the client is connected', () => connection.state === 'connected');
  return { connection, socket };
}

const call = (run: (done: (error?: StockError) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    run((error) => (error ? reject(error) : resolve()));
  });

async function subscribed(doc: StockDoc): Promise<StockDoc> {
  doc.on('error', () => undefined);
  await call((done) => doc.subscribe(done));
  return doc;
}

test('a stock client with a cookie co-edits what the REST API shows', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const { collection, id } = await ada.makes({ text: 'Shopping\n' });
  const { connection } = await connect(t, app, ada);
  const other = await connect(t, app, bob);
  const adas = await subscribed(connection.get(collection, id));
  const bobs = await subscribed(other.connection.get(collection, id));
  assert.equal(adas.version, 1);
  await Promise.all([
    submit(adas, [{ retain: 8 }, { insert: ' list' }]),
    submit(bobs, [{ insert: 'My ', attributes: { bold: true } }]),
  ]);
  await until('both have both', () => adas.version === 3 && bobs.version === 3);
  assert.deepEqual(adas.data?.ops, bobs.data?.ops);
  const path = `/api/v1/documents/${collection}/${id}`;
  assert.equal((await bob.get(`${path}?format=text`)).text, 'My Shopping list\n');
  assert.deepEqual((await bob.get(path)).json.version, 3);
});

test('it can read the whole log of ops, and only of what it may read', async (t) => {
  const app = await startApp(t);
  const [ada, eve] = [await app.guest('Ada'), await app.guest('Eve')];
  const { collection, id } = await ada.makes({ text: 'one\n' });
  const { connection } = await connect(t, app, ada);
  await submit(await subscribed(connection.get(collection, id)), [{ insert: 'two ' }]);

  const reader = await connect(t, app, eve);
  const ops: unknown[] = [];
  reader.socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString());
    if (message.a === 'op') ops.push(message.create?.data ?? message.op);
    if (message.a === 'f') ops.push(message.error?.code ?? 'end');
  });
  const readLog = () => reader.socket.send(JSON.stringify({ a: 'f', c: collection, d: id, v: 0 }));
  readLog();
  await until('the log is read', () => ops.includes('end'));
  assert.deepEqual(ops, [[{ insert: 'one\n' }], [{ insert: 'two ' }], 'end']);

  const access = await ada.ask('PUT', `/api/v1/documents/${collection}/${id}/access`, {
    body: { link: 'none' },
  });
  assert.equal(access.status, 200, access.text);
  ops.length = 0;
  readLog();
  await until('it is refused', () => ops.length > 0);
  assert.deepEqual(ops, ['no-access']);
});

test('it can neither create nor delete, and its document is as it was', async (t) => {
  const server = await startOpServer(t);
  const ref = await server.create('kept', [{ insert: 'kept\n' }]);
  const client = await server.client('ada');
  const fresh = client.connection.get('docs', 'fresh');
  fresh.on('error', () => undefined);
  const created = call((done) => fresh.create([{ insert: 'x\n' }], 'rich-text', done));
  await assert.rejects(created, { code: 'bad-request' });
  const doc = await client.open(ref);
  await assert.rejects(
    call((done) => doc.del(done)),
    { code: 'bad-request' },
  );
  await until('it is back', () => doc.type !== null);
  assert.equal(textOf(doc), 'kept\n');
  await submit(doc, [{ insert: 'still ' }]);
  assert.deepEqual((await server.backend.readForSystem(ref))?.ops, [{ insert: 'still kept\n' }]);
});

test('it finds a document that was stored long ago and has many ops', async (t) => {
  const server = await startOpServer(t);
  const ref = await server.create('long');
  const writer = await server.client('ada');
  const doc = await writer.open(ref);
  for (let i = 0; i < 700; i++) await submit(doc, [{ insert: String(i % 10) }]);
  const late = await server.client('bob');
  assert.deepEqual((await late.open(ref)).data?.ops, doc.data?.ops);
});
