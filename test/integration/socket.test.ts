// The op socket against everything that is not a well-behaved client: who may open it, what it may say,
// how much; and that whatever one connection does, the others go on.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { limits } from '../../core/limits.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { aPerson, type OpServer, startOpServer, submit, textOf } from '../helpers/op-server.ts';
import { type Message, RawSocket } from '../helpers/raw-socket.ts';
import { until } from '../helpers/until.ts';

const raw = (server: OpServer, person: string, ours = false) =>
  new RawSocket(server.connect(person, { ours })).opened();

/** The status of a refused upgrade. */
async function refusal(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  response.destroy();
  return response.statusCode;
}

test('nobody gets a socket without an identity, from a foreign page or at another path', async (t) => {
  const { url } = await startOpServer(t);
  const person = { 'x-person': 'ada' };
  assert.equal(await refusal(url, {}), 401);
  assert.equal(await refusal(url, { ...person, origin: 'http://elsewhere.example' }), 403);
  assert.equal(await refusal(`${url}x`, person), 404);
  assert.equal(await refusal(url.replace('/sync', '//'), person), 404);
});

test('a client of another version is told so and closed', async (t) => {
  const { url } = await startOpServer(t);
  const socket = new WebSocket(url, ['deltapad.99'], { headers: { 'x-person': 'ada' } });
  const [code, reason] = await once(socket, 'close');
  assert.equal(code, 4426);
  assert.equal(String(reason), 'old-client');
});

test('our client is greeted first, and gets several messages in one frame', async (t) => {
  const server = await startOpServer(t);
  const ref = await server.create('doc');
  for (let i = 0; i < 5; i++) {
    const grant = { actor: aPerson('bob'), document: ref, role: 'editor' } as never;
    await server.backend.submit(grant, [{ insert: 'x' }], i + 1);
  }
  const ours = await raw(server, 'ada', true);
  const userId = aPerson('ada').id;
  assert.deepEqual(ours.messages[0], { a: 'dp', type: 'hello', build: 'build-1', userId });
  await ours.ask({ a: 'hs', protocol: 1, protocolMinor: 2 });
  const before = ours.frames.length;
  await ours.ask({ a: 's', c: 'docs', d: 'doc', v: 1 });
  const versions = ours.messages.filter(({ a }) => a === 'op').map(({ v }) => v);
  assert.deepEqual(versions, [1, 2, 3, 4, 5]);
  assert.equal(ours.frames.length - before, 1, 'five ops and the reply share a frame');

  const stock = await raw(server, 'bob');
  await stock.ask({ a: 's', c: 'docs', d: 'doc', v: 1 });
  assert.equal(stock.messages.filter(({ a }) => a === 'op').length, 5);
  assert.equal(stock.frames.length, stock.messages.length, 'a stock client gets one a frame');
  assert.ok(!stock.messages.some(({ a }) => a === 'dp'));
});

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const hostile: Record<string, string | Buffer> = {
  'no JSON': '{bad',
  'an empty frame': '',
  null: 'null',
  'a number': '5',
  'a string': '"hs"',
  'an array': '[{"a":"pp"}]',
  'deep nesting': `{"a":"op","c":"docs","d":"doc","v":1,"seq":1,"op":${deep(20_000)}}`,
  'nesting just over the limit': `{"a":${deep(limits.maxMessageDepth)}}`,
  'a binary frame': Buffer.from('{"a":"pp"}'),
};
for (const [what, frame] of Object.entries(hostile)) {
  test(`a frame with ${what} closes its own socket and nobody else's`, async (t) => {
    const server = await startOpServer(t);
    const ref = await server.create('doc');
    const bystander = await server.client('bob');
    const doc = await bystander.open(ref);
    const attacker = await raw(server, 'eve');
    attacker.socket.send(frame, { binary: typeof frame !== 'string' });
    assert.equal(await attacker.closed(), 4400);
    await submit(doc, [{ insert: 'still here' }]);
    assert.equal(textOf(doc), 'still here\n');
    await until('its connection is gone', () => server.backend.stats().connections === 1);
  });
}

/** What a client's library would not send: bytes right onto the line, after a proper handshake. */
async function sendBytes(t: TestContext, server: OpServer, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(server.url);
  const line = connectTcp(Number(port), hostname);
  t.after(() => line.destroy());
  line.on('error', () => undefined);
  line.write(
    'GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Person: eve\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(line, 'data');
  line.write(bytes);
  line.resume();
  await once(line, 'close');
}

const masked = (opcode: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
const brokenFrames: Record<string, Buffer> = {
  'an unmasked frame': Buffer.from([0x81, 0x02, 0x7b, 0x7d]),
  'an unknown opcode': masked(0x3, Buffer.alloc(0)),
  'invalid UTF-8': masked(0x1, Buffer.from([0xff, 0xfe])),
  'a close code of 0': masked(0x8, Buffer.from([0, 0])),
  'a length beyond every limit': Buffer.from([0x81, 0xff, 0, 0, 0, 0xff, 0, 0, 0, 0, 1, 2, 3, 4]),
};
for (const [what, bytes] of Object.entries(brokenFrames)) {
  test(`${what} ends its own line and nobody else's`, async (t) => {
    const server = await startOpServer(t);
    const bystander = await raw(server, 'bob');
    await sendBytes(t, server, bytes);
    assert.equal((await bystander.ask({ a: 'pp' })).a, 'pp');
    await until('its connection is gone', () => server.backend.stats().connections === 1);
  });
}

test('a line that is cut without a word leaves nothing behind', async (t) => {
  const server = await startOpServer(t);
  const ref = await server.create('doc');
  const { client, doc } = await server.client('ada').then(async (client) => ({
    client,
    doc: await client.open(ref),
  }));
  doc.submitOp([{ insert: 'sent into a reset' }], {});
  (client.socket as unknown as { _socket: { resetAndDestroy(): void } })._socket.resetAndDestroy();
  await until('its connection is gone', () => server.backend.stats().connections === 0);
  assert.equal((await (await raw(server, 'bob')).ask({ a: 'pp' })).a, 'pp');
});

test('a frame beyond the limit is not read', async (t) => {
  const server = await startOpServer(t);
  const attacker = await raw(server, 'eve');
  attacker.socket.send(`{"a":"${'x'.repeat(limits.maxFrameBytes)}"}`);
  assert.equal(await attacker.closed(), 1009);
});

const refused: Record<string, { message: Message; code: string }> = {
  'a query': { message: { a: 'qs', id: 1, c: 'docs', q: {} }, code: 'bad-request' },
  'an old version': { message: { a: 'nf', id: 1, c: 'docs', d: 'doc', v: 1 }, code: 'bad-request' },
  'another collection by a path': { message: { a: 'f', c: '../x', d: 'doc' }, code: 'bad-request' },
  'a fractional version': { message: { a: 'f', c: 'docs', d: 'doc', v: 1.5 }, code: 'bad-request' },
  'a property of every object': {
    message: { a: 's', c: 'docs', d: '__proto__' },
    code: 'bad-request',
  },
  'an unknown key': {
    message: { a: 'f', c: 'docs', d: 'doc', projection: 1 },
    code: 'bad-request',
  },
  'a bulk of too many': {
    message: { a: 'bs', c: 'docs', b: Array.from({ length: 51 }, (_, i) => `d${i}`) },
    code: 'bad-request',
  },
  'a create': {
    message: { a: 'op', c: 'docs', d: 'new', v: 0, seq: 1, create: { type: 'rich-text' } },
    code: 'bad-request',
  },
  'a delete': {
    message: { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, del: true },
    code: 'bad-request',
  },
  'an op without a payload': {
    message: { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1 },
    code: 'bad-request',
  },
  'an op from nowhere': {
    message: { a: 'op', c: 'docs', d: 'doc', v: 99, seq: 1, op: [{ insert: 'x' }] },
    code: 'bad-op',
  },
  'an op that erases by accident': {
    message: { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [{ delete: 0 }] },
    code: 'bad-op',
  },
  "an op in another client's name": {
    message: { a: 'op', c: 'docs', d: 'doc', v: 1, src: 'victim', seq: 1, op: [{ insert: 'x' }] },
    code: 'other-client',
  },
  'presence of the document kind': {
    message: { a: 'p', ch: 'docs.doc', id: 'x', p: null, pv: 1, c: 'docs', d: 'doc', v: 1 },
    code: 'bad-request',
  },
};
for (const [what, { message, code }] of Object.entries(refused)) {
  test(`${what} is refused, and the answer does not repeat it`, async (t) => {
    const server = await startOpServer(t);
    await server.create('doc');
    const client = await raw(server, 'eve');
    const reply = await client.ask({ ...message, ...(message.op ? { x: {} } : {}) });
    assert.equal(reply.error?.code, code);
    for (const key of ['op', 'create', 'q', 'p', 'projection']) assert.equal(reply[key], undefined);
    assert.equal((await client.ask({ a: 'pp' })).error, undefined, 'the line stays open');
    assert.deepEqual(
      (await server.backend.readForSystem({ collection: 'docs', id: 'doc' } as never))?.ops,
      [{ insert: '\n' }],
    );
  });
}

test('who may only read is told so when writing; who may not read learns nothing', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc', [{ insert: 'secret\n' }]);
  server.roles.set('vic', 'viewer').set('eve', null);
  const viewer = await raw(server, 'vic');
  assert.equal((await viewer.ask({ a: 's', c: 'docs', d: 'doc' })).error, undefined);
  const op = { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [{ insert: 'x' }] };
  assert.equal((await viewer.ask(op)).error?.code, 'no-access');

  const stranger = await raw(server, 'eve');
  for (const message of [
    { a: 'f', c: 'docs', d: 'doc' },
    { a: 's', c: 'docs', d: 'doc' },
    { a: 's', c: 'docs', d: 'doc', v: 0 },
    { a: 'bf', c: 'docs', b: ['doc'] },
    { a: 'bs', c: 'docs', b: { doc: 0 } },
    { a: 'ps', ch: 'docs.doc', seq: 1 },
    { a: 'pr', ch: 'docs.doc' },
    { a: 'p', ch: 'docs.doc', id: stranger.id, p: { i: 0, l: 0, v: 1 }, pv: 1 },
    { ...op, v: 0, op: [] },
  ]) {
    assert.equal((await stranger.ask(message)).error?.code, 'no-access', JSON.stringify(message));
  }
  assert.ok(!stranger.frames.join('').includes('secret'));
});

test('a reconnect with several documents loses only the one that was taken away', async (t) => {
  const server = await startOpServer(t);
  await server.create('one');
  await server.create('two');
  const client = await raw(server, 'ada');
  const list = await client.ask({ a: 'bs', c: 'docs', b: ['one', 'two', 'none'] });
  assert.deepEqual(Object.keys(list.data as object).sort(), ['none', 'one', 'two']);
  const missed = await client.ask({ a: 'bs', c: 'docs', b: { one: 0, two: 1 } });
  assert.deepEqual(missed.b, { one: 0, two: 1 });
  assert.equal(client.messages.filter(({ a }) => a === 'op').length, 1);
});

test('a bulk that looks like a list of a billion is a document named length', async (t) => {
  const server = await startOpServer(t);
  const client = await raw(server, 'eve');
  const reply = await client.ask({ a: 'bf', c: 'docs', b: { length: 1e9 } });
  assert.deepEqual(reply, { a: 'bf', c: 'docs', b: { length: 1e9 } });
});

test('a client may keep its own id and nobody else’s', async (t) => {
  const server = await startOpServer(t);
  const ada = await raw(server, 'ada');
  assert.match(ada.id, /^[\w-]{16}\.[\w-]{22}$/);
  const hello = { a: 'hs', protocol: 1, protocolMinor: 2 };
  assert.equal((await ada.ask(hello)).id, ada.id);
  const eve = await raw(server, 'eve');
  assert.equal((await eve.ask({ ...hello, id: ada.id })).id, eve.id);
  assert.equal((await eve.ask({ ...hello, id: 'made-up' })).id, eve.id);
  assert.equal(ada.closeCode, null);

  const again = await raw(server, 'ada');
  assert.equal((await again.ask({ ...hello, id: ada.id })).id, ada.id);
  assert.equal(await ada.closed(), 4503, 'what was left of the old connection is cut');
});

test('a client that does not read is cut off', async (t) => {
  const server = await startOpServer(t);
  await server.create('long', [{ insert: `${'word '.repeat(200_000)}\n` }]);
  const client = await raw(server, 'eve');
  client.socket.pause();
  for (let i = 0; i < 40; i++) client.send({ a: 'f', c: 'docs', d: 'long' });
  await until('its connection is gone', () => server.backend.stats().connections === 0);
});

test('who is being sent a document longer than what may wait is not cut off for it', async (t) => {
  const server = await startOpServer(t);
  const length = limits.maxSocketBacklogBytes + 100_000;
  const ref = await server.create('long', [{ insert: `${'x'.repeat(length)}\n` }]);
  const reader = await raw(server, 'ada', true);
  reader.socket.pause();
  reader.send({ a: 's', c: 'docs', d: 'long' });
  const grant = { actor: aPerson('bob'), document: ref, role: 'editor' } as never;
  for (let v = 1; v < 6; v++) await server.backend.submit(grant, [{ insert: 'y' }], v);
  reader.socket.resume();
  await reader.got('the last op', ({ a, v }) => a === 'op' && v === 5);
  assert.equal(reader.closeCode, null);
});

test('ops and messages that come too fast are taken later, not refused', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const client = await raw(server, 'ada');
  await client.ask({ a: 's', c: 'docs', d: 'doc' });
  const count = 200;
  for (let seq = 1; seq <= count; seq++) {
    client.send({ a: 'op', c: 'docs', d: 'doc', v: 1, seq, op: [{ insert: 'x' }] });
  }
  const acknowledged = () => client.messages.filter(({ a, seq, op }) => a === 'op' && seq && !op);
  await until('all are acknowledged', () => acknowledged().length === count);
  assert.ok(acknowledged().every(({ error }) => error === undefined));
  const text = (await server.backend.readForSystem({ collection: 'docs', id: 'doc' } as never))
    ?.ops;
  assert.deepEqual(text, [{ insert: `${'x'.repeat(count)}\n` }]);
});

test('while nothing is stored, ops wait in their socket and not in memory', async (t) => {
  const log = new MemoryOpLog();
  const server = await startOpServer(t, { ops: log, rateLimits: false });
  await server.create('doc');
  const client = await raw(server, 'eve');
  const other = await raw(server, 'bob');
  log.hold();
  const count = 300;
  const x = { source: 'x'.repeat(4_000) };
  for (let seq = 1; seq <= count; seq++) {
    client.send({ a: 'op', c: 'docs', d: 'doc', v: 1, seq, x, op: [{ insert: 'x' }] });
  }
  let staged = -1;
  await until('no more are taken', () => {
    const before = staged;
    staged = server.backend.stats().staged;
    return staged > limits.maxOpsInFlight && staged === before;
  });
  await other.ask({ a: 'pp' });
  assert.ok(server.backend.stats().staged < count / 4, `${server.backend.stats().staged} staged`);
  log.release();
  const last = ({ a, seq, error }: Message) => a === 'op' && seq === count && !error;
  await client.got('the last acknowledgement', last);
});

test('a line that gives no sign of life is cut within two pings', async (t) => {
  const clock = new ManualClock();
  const server = await startOpServer(t, { clock });
  const quiet = await raw(server, 'ada');
  quiet.socket.pause();
  const alive = await raw(server, 'bob');
  let pings = 0;
  alive.socket.on('ping', () => pings++);
  for (let ms = 0; ms < 2 * limits.pingIntervalMs; ms += 1_000) {
    clock.advance(1_000);
    // A pong comes over a real line: what was sent before it has come, too.
    await alive.ask({ a: 'pp' });
  }
  await until('the quiet one is cut', () => server.backend.stats().connections === 1);
  assert.equal(alive.closeCode, null);
  assert.equal(pings, 0, 'who speaks is not asked');
});

test('one person has so many connections and no more', async (t) => {
  const server = await startOpServer(t);
  const all = await Promise.all(
    Array.from({ length: limits.maxConnectionsPerUser }, () => raw(server, 'ada')),
  );
  const [code] = await once(server.connect('ada'), 'close');
  assert.equal(code, 4429);
  all[0]!.socket.close();
  await all[0]!.closed();
  await raw(server, 'ada');
});

test('one connection subscribes to so many documents and no more', async (t) => {
  const server = await startOpServer(t);
  const client = await raw(server, 'ada');
  const ids = Array.from({ length: limits.maxSubscriptions }, (_, i) => `d${i}`);
  assert.equal((await client.ask({ a: 'bs', c: 'docs', b: ids })).error, undefined);
  const more = await client.ask({ a: 's', c: 'docs', d: 'more' });
  assert.equal(more.error?.code, 'too-many-requests');
});

test('stopping tells every client to come back', async (t) => {
  const server = await startOpServer(t);
  const clients = await Promise.all(['ada', 'bob'].map((person) => raw(server, person)));
  await server.close();
  assert.deepEqual(await Promise.all(clients.map((client) => client.closed())), [4503, 4503]);
});
