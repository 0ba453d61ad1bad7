// What happens to an op between a client's socket and the log, and what never may: an acknowledgement
// before the commit, an op applied twice, an op lost because the store could not write for a while.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import type { Grant } from '../../server/access/access.ts';
import type { EditedEvent } from '../../server/ot/backend.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import {
  aPerson,
  aRef,
  type OpServer,
  type StockClient,
  startOpServer,
  submit,
  textOf,
} from '../helpers/op-server.ts';
import type { StockError } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

const start = async (t: TestContext) => {
  const log = new MemoryOpLog();
  const server = await startOpServer(t, { ops: log });
  const ref = await server.create('doc');
  return { log, server, ref };
};

const open = async (server: OpServer, ref: DocumentRef, person: string) => {
  const client = await server.client(person);
  return { client, doc: await client.open(ref) };
};

/** What the log says the document is. */
function replay(log: MemoryOpLog, ref: DocumentRef): DeltaOp[] {
  let document = new Delta();
  log.entries(ref).forEach((entry, v) => {
    assert.equal(entry.v, v, 'versions have no gap');
    const ops = (entry.create?.data ?? entry.op) as Delta['ops'];
    document = document.compose(new Delta(ops));
  });
  return document.ops as DeltaOp[];
}

const acknowledged = (client: StockClient) =>
  client.received.filter(({ a, op, error }) => a === 'op' && op === undefined && !error).length;

const aGrant = (ref: DocumentRef, name = 'ada') =>
  ({ actor: aPerson(name), document: ref, role: 'editor' }) as unknown as Grant<'edit'>;

test('an op is told to nobody before it is durable', async (t) => {
  const { log, server, ref } = await start(t);
  const { client: ada, doc: adas } = await open(server, ref, 'ada');
  const { doc: bobs } = await open(server, ref, 'bob');
  log.hold();
  const done = submit(adas, [{ insert: 'a' }]);
  await until('the op waits for its commit', () => log.waiting === 1);
  const { doc: eves } = await open(server, ref, 'eve');
  assert.equal(eves.version, 1, 'who comes now sees what is durable');
  assert.deepEqual(await server.backend.readForSystem(ref), {
    version: 1,
    ops: [{ insert: '\n' }],
  });
  assert.equal(acknowledged(ada), 0);
  assert.equal(bobs.version, 1);
  log.release();
  await done;
  await until('the others have it', () => bobs.version === 2 && eves.version === 2);
  assert.equal(textOf(bobs), 'a\n');
  assert.equal(textOf(eves), 'a\n');
});

test('ops that arrive during a commit share the next one', async (t) => {
  const { log, server, ref } = await start(t);
  const writers = await Promise.all(
    ['ada', 'bob', 'eve', 'kim', 'lee'].map((name) => open(server, ref, name)),
  );
  const before = log.groups.length;
  log.hold();
  const all = writers.map(({ doc }, i) => submit(doc, [{ insert: String(i) }]));
  await until('the first is on its way', () => log.waiting === 1);
  // Four more are staged: the backend holds them back until the first is settled.
  await until('the rest is staged', () => server.backend.stats().staged === 5);
  log.release();
  await Promise.all(all);
  assert.deepEqual(log.groups.slice(before), [1, 4]);
  await until('all are equal', () => writers.every(({ doc }) => doc.version === 6));
  for (const { doc } of writers) assert.deepEqual(doc.data?.ops, replay(log, ref));
});

test('a late op is transformed by what came before it', async (t) => {
  const { log, server, ref } = await start(t);
  await server.backend.submit(aGrant(ref), [{ insert: 'one two' }], 1);
  await server.backend.submit(aGrant(ref), [{ retain: 3 }, { insert: ',' }], 2);
  const late = await server.backend.submit(aGrant(ref, 'bob'), [{ retain: 7 }, { insert: '!' }], 2);
  assert.equal(late.version, 4);
  assert.deepEqual(replay(log, ref), [{ insert: 'one, two!\n' }]);
});

test('an op sent again before it is durable is acknowledged once, and not sooner', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  log.hold();
  const done = submit(doc, [{ insert: 'once' }]);
  await until('the op waits for its commit', () => log.waiting === 1);
  client.cut();
  await until('the cut is seen', () => client.connection.state === 'disconnected');
  await client.comeBack();
  // Its answers come in order: when this reply is here, a hasty acknowledgement would be too.
  await new Promise((resolve) => client.connection.get('docs', 'other').fetch(resolve));
  assert.equal(acknowledged(client), 0);
  assert.equal(doc.hasWritePending(), true);
  log.release();
  await done;
  assert.equal(acknowledged(client), 1);
  assert.equal(textOf(doc), 'once\n');
  assert.deepEqual(replay(log, ref), [{ insert: 'once\n' }]);
});

test('an op whose acknowledgement was lost is acknowledged when it is sent again', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  log.hold();
  const done = submit(doc, [{ insert: 'once' }]);
  await until('the op waits for its commit', () => log.waiting === 1);
  client.cut();
  await until('the cut is seen', () => client.connection.state === 'disconnected');
  log.release();
  await until('it is durable', () => log.entries(ref).length === 2);
  await client.comeBack();
  await done;
  assert.deepEqual(replay(log, ref), [{ insert: 'once\n' }]);
  assert.equal(doc.version, 2);
});

test('an op that is in the log is acknowledged, not refused, when the right to edit ended meanwhile', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  log.hold();
  const done = submit(doc, [{ insert: 'once' }]);
  await until('the op waits for its commit', () => log.waiting === 1);
  client.cut();
  await until('the cut is seen', () => client.connection.state === 'disconnected');
  log.release();
  await until('it is durable', () => log.entries(ref).length === 2);
  server.roles.set('ada', 'viewer');
  await server.backend.documentChanged(ref, {});
  await client.comeBack();
  await done;
  assert.deepEqual(replay(log, ref), [{ insert: 'once\n' }]);
  await assert.rejects(submit(doc, [{ insert: 'more' }]), { code: 'no-access' });
  assert.equal(log.entries(ref).length, 2);
});

test('an author is not sent again what the others did and it has', async (t) => {
  const { log, server, ref } = await start(t);
  const { client: ada, doc: adas } = await open(server, ref, 'ada');
  const { client: bob, doc: bobs } = await open(server, ref, 'bob');
  log.hold();
  const first = submit(adas, [{ insert: 'a' }]);
  await until('one waits for its commit', () => log.waiting === 1);
  const second = submit(bobs, [{ insert: 'b' }]);
  await until('both are staged', () => server.backend.stats().staged === 2);
  log.release();
  await Promise.all([first, second]);
  await until('both have both', () => adas.version === 3 && bobs.version === 3);
  const told = ({ received }: StockClient) => received.filter(({ a, op }) => a === 'op' && op);
  assert.deepEqual(
    [told(ada), told(bob)].map((ops) => ops.map(({ v }) => v)),
    [[2], [1]],
  );
  assert.deepEqual(adas.data?.ops, replay(log, ref));
  assert.deepEqual(bobs.data?.ops, replay(log, ref));
});

test('when nothing can be stored the line is closed, and nothing is lost', async (t) => {
  const { log, server, ref } = await start(t);
  const writers = await Promise.all(['ada', 'bob', 'eve'].map((name) => open(server, ref, name)));
  const codes: number[] = [];
  for (const { client } of writers) client.socket.on('close', (code) => codes.push(code));
  log.hold();
  const all = writers.map(({ doc }, i) => submit(doc, [{ insert: `<${i}>` }]));
  await until('all are staged', () => server.backend.stats().staged === 3);
  log.fail();
  log.release();
  await until('all lines are closed', () => codes.length === 3);
  assert.deepEqual(codes, [4507, 4507, 4507]);
  for (const { doc } of writers) {
    assert.equal(doc.hasWritePending(), true);
    assert.match(textOf(doc), /<\d>\n/, 'the text is still there');
  }
  log.heal();
  await Promise.all(writers.map(({ client }) => client.comeBack()));
  await Promise.all(all);
  await until('all have all', () => writers.every(({ doc }) => doc.version === 4));
  for (const { doc } of writers) assert.deepEqual(doc.data?.ops, replay(log, ref));
  assert.equal(textOf(writers[0]!.doc).length, '<0><1><2>\n'.length);
});

test('a store that cannot be read closes the line too', async (t) => {
  const { log, server } = await start(t);
  const client = await server.client('ada');
  let code = 0;
  client.socket.on('close', (value) => {
    code = value;
  });
  log.fail({ reads: true });
  const opening = client.open(aRef('unread'));
  await until('the line is closed', () => code === 4507);
  log.heal();
  await client.comeBack();
  assert.equal((await opening).version, 0);
});

test('ops made on versions that another process overtook are made anew', async (t) => {
  const { log, server, ref } = await start(t);
  const writers = await Promise.all(['ada', 'bob', 'eve'].map((name) => open(server, ref, name)));
  log.hold();
  const all = writers.map(({ doc }, i) => submit(doc, [{ insert: 'abc'.repeat(i + 1) }]));
  await until('all are staged', () => server.backend.stats().staged === 3);
  log.intrude(ref, { v: 1, src: 'elsewhere', seq: 1, op: [{ insert: 'first ' }], m: { ts: 1 } });
  log.release();
  await Promise.all(all);
  const all5 = () => writers.every(({ doc }) => doc.version === 5);
  await until('all have all', all5);
  for (const { doc } of writers) assert.deepEqual(doc.data?.ops, replay(log, ref));
  assert.equal(textOf(writers[0]!.doc).length, 'first abcabcabcabcabcabc\n'.length);
});

test('a malformed op is refused in our words, without the op, and costs nobody else anything', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  const { doc: bobs } = await open(server, ref, 'bob');
  const refused = await submit(doc, [{ insert: { nope: 'secret' } }]).then(
    () => null,
    (error: StockError) => error,
  );
  assert.equal(refused?.code, 'bad-op');
  assert.match(refused.message, /nope/);
  const reply = client.received.find(({ error }) => error !== undefined);
  assert.ok(!JSON.stringify(reply).includes('secret'));
  assert.equal(reply?.op, undefined);
  await until('the client has rolled back', () => textOf(doc) === '\n');
  await submit(bobs, [{ insert: 'fine' }]);
  assert.deepEqual(replay(log, ref), [{ insert: 'fine\n' }]);
});

test('an op beyond the end of the document is refused after its transforms', async (t) => {
  const { server, ref } = await start(t);
  const tooFar = server.backend.submit(aGrant(ref), [{ retain: 5 }, { insert: 'x' }], 1);
  await assert.rejects(tooFar, { code: 'bad-op' });
});

test('what is stored is the canonical op, with who and when and how', async (t) => {
  const { log, server, ref } = await start(t);
  const { doc } = await open(server, ref, 'ada');
  await submit(doc, { ops: [{ insert: 'a' }, { insert: 'b' }, { retain: 1 }] });
  await server.backend.submit(aGrant(ref, 'bob'), [{ insert: 'c' }], 2);
  const [created, typed, posted] = log.entries(ref);
  assert.equal(created?.create?.type, 'http://sharejs.org/types/rich-text/v1');
  assert.equal(created?.m.via, 'system');
  assert.equal(created?.m.uid, undefined);
  assert.deepEqual(typed?.op, [{ insert: 'ab' }]);
  assert.equal(typed?.m.uid, aPerson('ada').id);
  assert.equal(typed?.m.via, 'sharedb');
  assert.ok(Math.abs(typed.m.ts - Date.now()) < 60_000);
  assert.equal(posted?.m.uid, aPerson('bob').id);
  assert.equal(posted?.m.via, 'api');
});

test('every edit is told to the listeners once it is durable', async (t) => {
  const { log, server } = await start(t);
  const told: EditedEvent[] = [];
  server.backend.onEdited(() => {
    throw new Error('a listener that fails must not matter');
  });
  server.backend.onEdited((event) => told.push(event));
  const ref = aRef('watched');
  await server.backend.create(ref, aPerson('ada'), [{ insert: 'text\n' }]);
  log.hold();
  const done = server.backend.submit(aGrant(ref, 'bob'), [{ insert: 'more ' }], 1);
  await until('it waits for its commit', () => log.waiting === 1);
  assert.equal(told.length, 1);
  log.release();
  await done;
  const seen = told.map(({ ref, version, actor, created }) => ({
    id: ref.id,
    version,
    created,
    by: actor.kind === 'guest' && actor.name,
  }));
  assert.deepEqual(seen, [
    { id: 'watched', version: 1, created: true, by: 'ada' },
    { id: 'watched', version: 2, created: false, by: 'bob' },
  ]);
});

test('a document is created once', async (t) => {
  const { server } = await start(t);
  const make = () => server.backend.create(aRef('made'), aPerson('ada'), [{ insert: 'x\n' }]);
  const results = await Promise.allSettled([make(), make(), make()]);
  assert.deepEqual(results.map(({ status }) => status).sort(), [
    'fulfilled',
    'rejected',
    'rejected',
  ]);
  for (const result of results) {
    if (result.status === 'fulfilled') assert.deepEqual(result.value, { version: 1 });
    else assert.equal(result.reason.code, 'document-exists');
  }
  const noEnd = server.backend.create(aRef('open'), aPerson('ada'), [{ insert: 'x' }]);
  await assert.rejects(noEnd, { code: 'bad-op' });
  assert.equal(await server.backend.readForSystem(aRef('open')), null);
});

test('an op on a document that nobody has made is refused', async (t) => {
  const { server } = await start(t);
  const { doc } = await open(server, aRef('nothing'), 'ada');
  assert.equal(doc.version, 0);
  const none = server.backend.submit(aGrant(aRef('nothing')), [{ insert: 'x' }], 0);
  await assert.rejects(none, { code: 'not-found' });
});

test('stopping acknowledges what has arrived, and the next start has all of it', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  let code = 0;
  client.socket.on('close', (value) => {
    code = value;
  });
  log.hold();
  const done = submit(doc, [{ insert: 'last words' }]);
  await until('it waits for its commit', () => log.waiting === 1);
  const closing = server.close();
  log.release();
  await done;
  await closing;
  assert.equal(code, 4503);
  assert.equal(log.snapshots.get('docs/doc' as never)?.v, 2);
  await assert.rejects(server.backend.submit(aGrant(ref), [{ insert: 'x' }], 2), {
    code: 'not-now',
  });

  const next = await startOpServer(t, { ops: log });
  const read = await next.backend.readForSystem(ref);
  assert.deepEqual(read, { version: 2, ops: [{ insert: 'last words\n' }] });
});

test('a client keeps its id over a restart of the server', async (t) => {
  const { log, server, ref } = await start(t);
  const { client, doc } = await open(server, ref, 'ada');
  const { id } = client.connection;
  log.hold();
  void submit(doc, [{ insert: 'x' }]);
  await until('it waits for its commit', () => log.waiting === 1);
  client.cut();
  log.release();
  await until('it is durable', () => log.entries(ref).length === 2);
  await server.close();

  const next = await startOpServer(t, { ops: log });
  const again = await next.client('ada');
  await again.open(ref);
  // As the old client would: the same op under the id of before.
  const socket = next.connect('ada');
  await new Promise((resolve) => socket.once('open', resolve));
  client.connection.bindToSocket(socket);
  await until('it is acknowledged', () => !doc.hasWritePending());
  assert.equal(client.connection.id, id);
  assert.equal(log.entries(ref).length, 2);
});
