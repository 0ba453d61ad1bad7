// One process of several on a store, message by message: what others commit reaches the sockets here in
// order and once, readers see it at once, and an op made on it is welcome before anybody told of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEntry } from '../../server/store/store.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { aRef, startOpServer, submit, textOf } from '../helpers/op-server.ts';
import { RawSocket } from '../helpers/raw-socket.ts';
import { until } from '../helpers/until.ts';

const ref = aRef('doc');
const neverMs = 3_600_000;
const theirs = (v: number, text = `${v} `): LogEntry => ({
  v,
  src: 'elsewhere',
  seq: v,
  op: [{ insert: text }],
  m: { ts: 1 },
});

test('an op made on versions that this process has not seen yet is stored, not refused', async (t) => {
  const ops = new MemoryOpLog();
  const server = await startOpServer(t, { ops, followMs: neverMs });
  await server.create('doc');
  const socket = await new RawSocket(server.connect('ada')).opened();
  await socket.ask({ a: 'hs', protocol: 1, protocolMinor: 2 });
  await socket.ask({ a: 's', c: 'docs', d: 'doc' });
  for (let v = 1; v < 4; v++) ops.intrude(ref, theirs(v));
  const op = { a: 'op', c: 'docs', d: 'doc', v: 4, seq: 1, op: [{ insert: 'mine ' }] };
  const answer = (seq: number) =>
    socket.got('the answer', (m) => m.a === 'op' && m.seq === seq && m.src !== 'elsewhere');
  socket.send(op);
  const reply = await answer(1);
  assert.equal(reply.error, undefined);
  assert.equal(reply.v, 4);
  assert.equal(ops.entries(ref).length, 5);
  // What the log does not have either is refused as ever.
  socket.send({ ...op, v: 900, seq: 2 });
  assert.ok((await answer(2)).error);
});

test('who opens or fetches a document sees what others have committed by then', async (t) => {
  const ops = new MemoryOpLog();
  const server = await startOpServer(t, { ops, followMs: neverMs });
  await server.create('doc');
  ops.intrude(ref, theirs(1));
  const ada = await server.client('ada');
  const doc = await ada.open(ref);
  assert.equal(textOf(doc), '1 \n');
  ops.intrude(ref, theirs(2));
  await new Promise<void>((resolve, reject) => {
    doc.fetch((error) => (error ? reject(error) : resolve()));
  });
  assert.equal(textOf(doc), '2 1 \n');
  ops.intrude(ref, theirs(3));
  assert.deepEqual(await server.backend.readForSystem(ref), {
    version: 4,
    ops: [{ insert: '3 2 1 \n' }],
  });
});

test('what others commit among what is committed here is told in order, each once', async (t) => {
  const ops = new MemoryOpLog();
  const server = await startOpServer(t, { ops, followMs: 20 });
  await server.create('doc');
  const writer = await (await server.client('ada')).open(ref);
  const reader = await new RawSocket(server.connect('bob')).opened();
  await reader.ask({ a: 'hs', protocol: 1, protocolMinor: 2 });
  await reader.ask({ a: 's', c: 'docs', d: 'doc' });
  const told = () => reader.messages.filter(({ a, op }) => a === 'op' && op).map(({ v }) => v);
  for (let round = 0; round < 40; round++) {
    // Sometimes theirs is first, sometimes ours, sometimes both want one version.
    const mine = submit(writer, [{ insert: `mine${round} ` }]);
    if (round % 3 === 0) ops.intrude(ref, theirs(ops.entries(ref).length));
    await mine;
    if (round % 5 === 0) ops.intrude(ref, theirs(ops.entries(ref).length));
  }
  const { length } = ops.entries(ref);
  await until('all is told', () => told().at(-1) === length - 1);
  assert.deepEqual(
    told(),
    Array.from({ length: length - 1 }, (_, i) => i + 1),
  );
  await until('the writer has all', () => writer.version === length);
});
