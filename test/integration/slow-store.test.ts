// What a slow or failing store may cost, and whom: a document whose commits take long holds nobody else,
// and nothing is asked of a store more often than there is something to store.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentRef, documentKey } from '../../core/ids.ts';
import { closeCodes } from '../../core/protocol.ts';
import type { AppendResult, LogEntry } from '../../server/store/store.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { type StockClient, startOpServer, submit, textOf } from '../helpers/op-server.ts';
import { RawSocket } from '../helpers/raw-socket.ts';
import type { StockDoc } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

/** Counts what is asked of it, and lets the commits and reads of one document wait. */
class SlowLog extends MemoryOpLog {
  appends = 0;
  readonly #slow = new Map<string, { wait: Promise<void>; go: () => void }>();

  slow(ref: DocumentRef): void {
    let go = () => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    this.#slow.set(documentKey(ref), { wait, go });
  }

  fast(ref: DocumentRef): void {
    this.#slow.get(documentKey(ref))?.go();
    this.#slow.delete(documentKey(ref));
  }

  override async append(ref: DocumentRef, entry: LogEntry): Promise<AppendResult> {
    this.appends++;
    await this.#slow.get(documentKey(ref))?.wait;
    return super.append(ref, entry);
  }

  override async snapshot(...args: Parameters<MemoryOpLog['snapshot']>) {
    await this.#slow.get(documentKey(args[0]))?.wait;
    return super.snapshot(...args);
  }
}

/** Time for whatever would happen by itself. */
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('a document whose commits take long holds no other, not even of the same person', async (t) => {
  const log = new SlowLog();
  const server = await startOpServer(t, { ops: log });
  const [slow, quick] = [await server.create('slow'), await server.create('quick')];
  const ada = await server.client('ada');
  const bob = await server.client('bob');
  const adasSlow = await ada.open(slow);
  const adasQuick = await ada.open(quick);
  const bobsQuick = await bob.open(quick);

  log.slow(slow);
  const waits = submit(adasSlow, [{ insert: 'late' }]);
  for (let i = 0; i < 20; i++) {
    await submit(adasQuick, [{ insert: 'a' }]);
    await submit(bobsQuick, [{ insert: 'b' }]);
  }
  await until('both see it', () => textOf(adasQuick) === textOf(bobsQuick));
  assert.equal(textOf(bobsQuick).length, 41);
  assert.ok(adasSlow.hasWritePending());
  log.fast(slow);
  await waits;
  assert.equal(log.entries(slow).length, 2);
});

test('a document that takes long to open holds no other', async (t) => {
  const log = new SlowLog();
  const server = await startOpServer(t, { ops: log });
  const quick = await server.create('quick');
  const slow = { ...quick, id: 'never-seen' } as DocumentRef;
  log.slow(slow);
  const ada = await server.client('ada');
  const opening = ada.open(slow);
  const doc = await ada.open(quick);
  for (let i = 0; i < 20; i++) await submit(doc, [{ insert: 'a' }]);
  log.fast(slow);
  await opening;
});

test('a thousand ops made on one version are appended at most once each, and hold nobody', async (t) => {
  const log = new SlowLog();
  const server = await startOpServer(t, { ops: log, rateLimits: false });
  const ref = await server.create('doc');
  const bob = await server.client('bob');
  const doc = await bob.open(ref);
  const raw = await new RawSocket(server.connect('eve')).opened();
  await raw.ask({ a: 'hs', id: null });
  const before = log.appends;
  const startedAt = performance.now();
  const count = 1000;
  const { collection: c, id: d } = ref;
  for (let seq = 1; seq <= count; seq++) {
    raw.send({ a: 'op', c, d, v: 1, seq, x: {}, op: [{ insert: 'x' }] });
  }
  await until('they arrive', () => log.appends > before);
  await submit(doc, [{ insert: 'b' }]);
  assert.ok(performance.now() - startedAt < 10_000, 'who types beside it is served');
  const acknowledged = () => raw.messages.filter(({ a, seq, op }) => a === 'op' && seq && !op);
  await until('all are answered', () => acknowledged().length === count);
  // One from bob, with the first acknowledgements, and none of its own again.
  assert.ok(raw.messages.length < 2 * count + 20, `${raw.messages.length} messages`);
  await until('nothing waits', () => server.backend.stats().staged === 0);
  assert.ok(log.appends - before <= count + 1, `${log.appends - before} appends`);
  const sources = log.entries(ref).map(({ src, seq }) => `${src} ${seq}`);
  assert.equal(new Set(sources).size, sources.length);
});

test('a store that fails is asked once for each op that is sent, and by nobody in between', async (t) => {
  const log = new SlowLog();
  const server = await startOpServer(t, { ops: log });
  const refs: DocumentRef[] = [];
  for (let i = 0; i < 4; i++) refs.push(await server.create(`d${i}`));
  const people: { client: StockClient; doc: StockDoc }[] = [];
  for (let i = 0; i < 20; i++) {
    const client = await server.client(`p${i}`);
    people.push({ client, doc: await client.open(refs[i % 4]!) });
  }
  const codes: number[] = [];
  for (const { client } of people) client.socket.on('close', (code) => codes.push(code));
  const before = log.appends;
  log.fail();
  const saved = people.map(({ doc }, i) => submit(doc, [{ insert: `${i};` }]));
  await until('all are told to come later', () => codes.length === people.length);
  assert.deepEqual(new Set(codes), new Set([closeCodes['not-now'].code]));
  const asked = log.appends - before;
  assert.ok(asked <= people.length, `${asked} appends for ${people.length} ops`);
  await turns(200);
  assert.equal(log.appends - before, asked, 'nothing tries by itself');

  // Each comes back once, and the store is away still; then it is back.
  const again = log.appends;
  codes.length = 0;
  for (const [i, { client }] of people.entries()) {
    const socket = server.connect(`p${i}`);
    socket.on('close', (code) => codes.push(code));
    client.connection.bindToSocket(socket);
  }
  await until('all are told again', () => codes.length === people.length);
  assert.ok(
    log.appends - again <= people.length,
    `${log.appends - again} appends at the second try`,
  );
  log.heal();
  for (const { client } of people) await client.comeBack();
  await Promise.all(saved);
  for (const [d, ref] of refs.entries()) {
    const words = log
      .entries(ref)
      .flatMap(({ op }) => (op ? JSON.stringify(op).match(/\d+;/g) : []));
    const wanted: string[] = people.map((_, i) => `${i};`).filter((_, i) => i % 4 === d);
    assert.deepEqual(words.toSorted(), wanted.toSorted());
  }
});
