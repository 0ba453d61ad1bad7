// In somebody else's name, and at somebody else's document: every way a socket has to name either.

import assert from 'node:assert/strict';
import { malformedOps } from '../malformed-ops.ts';
import type { Message, RawSocket } from '../raw-socket.ts';
import { until } from '../until.ts';
import { type Address, type HostileCase, secretWord, type World } from './world.ts';

const addressOf = ({ collection, id }: Address) => ({ c: collection, d: id });
const channelOf = ({ collection, id }: Address) => `${collection}.${id}`;

/** What Eve is told when she asks for Ada's document this way. */
const asked: Readonly<Record<string, (theirs: Address) => Message>> = {
  fetch: (theirs) => ({ a: 'f', ...addressOf(theirs) }),
  'fetch from a version': (theirs) => ({ a: 'f', ...addressOf(theirs), v: 0 }),
  subscribe: (theirs) => ({ a: 's', ...addressOf(theirs) }),
  'subscribe from a version': (theirs) => ({ a: 's', ...addressOf(theirs), v: 0 }),
  'bulk fetch': (theirs) => ({ a: 'bf', c: theirs.collection, b: [theirs.id] }),
  'bulk fetch from a version': (theirs) => ({
    a: 'bf',
    c: theirs.collection,
    b: { [theirs.id]: 0 },
  }),
  'bulk subscribe': (theirs) => ({ a: 'bs', c: theirs.collection, b: [theirs.id] }),
  'bulk subscribe from a version': (theirs) => ({
    a: 'bs',
    c: theirs.collection,
    b: { [theirs.id]: 0 },
  }),
  edit: (theirs) => ({ a: 'op', ...addressOf(theirs), v: 1, seq: 1, op: [{ insert: 'x' }] }),
  'edit by nothing': (theirs) => ({ a: 'op', ...addressOf(theirs), v: 1, seq: 1, op: [] }),
  presence: (theirs) => ({
    a: 'p',
    ch: channelOf(theirs),
    id: '@me',
    p: { i: null, l: 0, v: 1 },
    pv: 1,
  }),
  'presence subscription': (theirs) => ({ a: 'ps', ch: channelOf(theirs), seq: 1 }),
  'presence request': (theirs) => ({ a: 'pr', ch: channelOf(theirs) }),
};

async function refusedWithNothing(world: World, message: Message): Promise<void> {
  const socket = await world.socket();
  try {
    const from = socket.messages.length;
    const own = message.id === '@me' ? { ...message, id: socket.id } : message;
    const { error } = await socket.ask(own);
    assert.equal(error?.code, 'no-access');
    await socket.ask({ a: 'pp' });
    const seen = JSON.stringify(socket.messages.slice(from));
    assert.ok(!seen.includes(secretWord), seen);
    assert.ok(!/"(data|ops|title|type)"/.test(seen), seen);
  } finally {
    socket.socket.terminate();
  }
}

/** Both on Eve's document, which Ada may edit by its link. */
async function two(world: World): Promise<{ ada: RawSocket; eve: RawSocket }> {
  const [ada, eve] = [await world.socket(world.ada), await world.socket(world.eve)];
  for (const socket of [ada, eve]) {
    await socket.ask({ a: 'hs', protocol: 1, protocolMinor: 2 });
    await socket.ask({ a: 's', ...addressOf(world.own) });
  }
  return { ada, eve };
}

async function withTwo(
  world: World,
  run: (sockets: { ada: RawSocket; eve: RawSocket }) => Promise<void>,
): Promise<void> {
  const sockets = await two(world);
  try {
    await run(sockets);
  } finally {
    sockets.ada.socket.terminate();
    sockets.eve.socket.terminate();
  }
}

const versionOf = async (world: World) =>
  (await world.eve.get(world.path(world.own))).json.version as number;

const named: readonly HostileCase[] = [
  {
    name: 'an op under the id of somebody else, who can still write afterwards',
    run: (world) =>
      withTwo(world, async ({ ada, eve }) => {
        const v = await versionOf(world);
        const stolen = await eve.ask({
          a: 'op',
          ...addressOf(world.own),
          v,
          seq: 1,
          src: ada.id,
          op: [{ insert: 'stolen' }],
        });
        assert.equal(stolen.error?.code, 'other-client');
        const op = { a: 'op', ...addressOf(world.own), v, seq: 1, op: [{ insert: 'y' }] };
        assert.equal((await ada.ask(op)).error, undefined);
      }),
  },
  {
    name: 'a greeting with the id of somebody else',
    run: (world) =>
      withTwo(world, async ({ ada }) => {
        const other = await world.socket(world.eve);
        const reply = await other.ask({ a: 'hs', protocol: 1, protocolMinor: 2, id: ada.id });
        assert.notEqual(reply.id, ada.id);
        other.socket.terminate();
      }),
  },
  {
    name: 'the same number for another op',
    run: (world) =>
      withTwo(world, async ({ eve }) => {
        const v = await versionOf(world);
        const op = { a: 'op', ...addressOf(world.own), v, seq: 9, op: [{ insert: 'one' }] };
        assert.equal((await eve.ask(op)).error, undefined);
        await eve.ask({ ...op, op: [{ insert: 'two' }] });
        const { text } = await world.eve.get(`${world.path(world.own)}?format=text`);
        assert.ok(!text.includes('two'), text);
      }),
  },
  ...['name', 'color', 'userId', 'id', 'admin'].map((key) => ({
    name: `a presence that says its own ${key}`,
    run: (world: World) =>
      withTwo(world, async ({ ada, eve }) => {
        await ada.ask({ a: 'ps', ch: channelOf(world.own), seq: 1 });
        const from = ada.messages.length;
        const sent = { i: null, l: 0, v: 1, [key]: '<img src=x onerror=alert(1)>' };
        eve.send({ a: 'p', ch: channelOf(world.own), id: eve.id, p: sent, pv: 1 });
        // Told to others under the name that the server knows.
        await ada.got('Eve', ({ a, p }) => a === 'p' && (p as { n?: string })?.n === 'Eve');
        await eve.ask({ a: 'pp' });
        await ada.ask({ a: 'pp' });
        assert.ok(!JSON.stringify(ada.messages.slice(from)).includes('onerror'));
      }),
  })),
  {
    name: 'a presence under the id of somebody else, to speak or to end it',
    run: (world) =>
      withTwo(world, async ({ ada, eve }) => {
        const ch = channelOf(world.own);
        const here = { a: 'p', ch, id: ada.id, p: { i: null, l: 0, v: 1 }, pv: 1 };
        assert.equal((await ada.ask(here)).error, undefined);
        for (const p of [here.p, null]) {
          const reply = await eve.ask({ ...here, p, pv: 2 });
          assert.equal(reply.error?.code, 'no-access');
        }
        const isAda = ({ a, p }: Message) => a === 'p' && (p as { n?: string })?.n === 'Ada';
        eve.send({ a: 'pr', ch });
        await eve.got('Ada, still', isAda);
      }),
  },
  {
    name: 'a deletion by an op',
    run: (world) =>
      withTwo(world, async ({ eve }) => {
        const reply = await eve.ask({ a: 'op', ...addressOf(world.own), v: 1, seq: 1, del: true });
        assert.equal(reply.error?.code, 'bad-request');
        assert.equal((await world.eve.get(world.path(world.own))).status, 200);
      }),
  },
  {
    name: 'a creation by an op',
    run: (world) =>
      withTwo(world, async ({ eve }) => {
        const create = { type: 'http://sharejs.org/types/json0', data: {} };
        const reply = await eve.ask({ a: 'op', c: 'docs', d: 'forged', v: 0, seq: 1, create });
        assert.equal(reply.error?.code, 'bad-request');
        assert.equal((await world.eve.get('/api/v1/documents/docs/forged')).status, 404);
      }),
  },
];

const badOps: readonly HostileCase[] = malformedOps.map(([what, op]) => ({
  name: `an op that is ${what}`,
  async run(world) {
    // A document as the table has it, whatever others did before.
    const fresh = await world.eve.makes({ text: 'hello\n' });
    const socket = await world.socket();
    try {
      socket.send(JSON.stringify({ a: 'op', ...addressOf(fresh), v: 1, seq: 1, op: null }));
      socket.send(
        // JSON has no infinity, but a number that reads as one.
        JSON.stringify({ a: 'op', ...addressOf(fresh), v: 1, seq: 2, op }, (_key, value) =>
          value === Number.POSITIVE_INFINITY ? '∞' : value,
        ).replaceAll('"∞"', '1e999'),
      );
      await until('two refusals', () => socket.messages.filter(({ error }) => error).length >= 2);
      for (const { error } of socket.messages) assert.notEqual(error?.code, 'internal');
      const { json } = await world.eve.get(world.path(fresh));
      assert.deepEqual([json.version, json.delta], [1, [{ insert: 'hello\n' }]]);
    } finally {
      socket.socket.terminate();
    }
  },
}));

export const impostors: readonly HostileCase[] = [
  ...Object.entries(asked).map(([what, message]) => ({
    name: `${what}: somebody else's document`,
    run: (world: World) => refusedWithNothing(world, message(world.theirs)),
  })),
  ...named,
  ...badOps,
];
