// Who is where, as the server tells it: identity is never a client's to say, everybody is told at once
// when somebody goes, and rights that are taken away end what a socket receives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presenceChannel } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { chooseColor, preferredColor } from '../../core/people.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { aPerson, aRef, type OpServer, startOpServer } from '../helpers/op-server.ts';
import { type Message, RawSocket } from '../helpers/raw-socket.ts';
import { until } from '../helpers/until.ts';

const ref = aRef('doc');
const ch = presenceChannel(ref);

/** A socket that has the document open, as a page has it. */
async function join(server: OpServer, person: string, ours = false): Promise<RawSocket> {
  const client = await new RawSocket(server.connect(person, { ours })).opened();
  await client.ask({ a: 'hs', protocol: 1, protocolMinor: 2 });
  await client.ask({ a: 's', c: 'docs', d: 'doc' });
  await client.ask({ a: 'ps', ch, seq: 1 });
  return client;
}

const at = (i: number | null, more: object = {}) => ({ i, l: 0, v: 1, ...more });

/** Sends a presence and resolves with its acknowledgement. */
const say = (client: RawSocket, p: unknown, pv: number, id = `${client.id}/1`): Promise<Message> =>
  client.ask({ a: 'p', ch, id, p, pv });

const toldOf = (client: RawSocket, other: RawSocket): Message[] =>
  client.messages.filter(({ a, src }) => a === 'p' && src === other.id);

const lastOf = (client: RawSocket, other: RawSocket) =>
  toldOf(client, other).at(-1)?.p as
    | { u: string; n: string; k: number; i: number }
    | null
    | undefined;

test('a position is told to the others with the name and colour that the server knows', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  const bob = await join(server, 'bob');
  const forged = { u: 'g_somebody', n: '<b>Eve</b>', k: 99, extra: 'x'.repeat(2000) };
  await say(ada, at(0, forged), 1);
  await until('bob is told', () => toldOf(bob, ada).length === 1);
  const { id } = aPerson('ada');
  assert.deepEqual(lastOf(bob, ada), { i: 0, l: 0, v: 1, u: id, n: 'ada', k: preferredColor(id) });
  assert.deepEqual(server.backend.peopleIn(ref), [{ id, name: 'ada', color: preferredColor(id) }]);
});

test('a presence under a foreign id, or that is none, is refused', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  const eve = await join(server, 'eve');
  await say(ada, at(0), 1);
  assert.equal((await say(eve, at(0), 1e9, `${ada.id}/1`)).error?.code, 'no-access');
  for (const value of [5, 'x', [], { i: -1, l: 0, v: 1 }, { i: 0, l: 0.5, v: 1 }, { i: 0 }]) {
    assert.equal((await say(eve, value, 1)).error?.code, 'bad-request', JSON.stringify(value));
  }
  assert.equal((await say(eve, at(0), 2 ** 31)).error?.code, 'bad-request');
  assert.equal((await eve.ask({ a: 'ps', ch: 'docs', seq: 2 })).error?.code, 'bad-request');
  assert.equal(server.backend.peopleIn(ref).length, 1);
  assert.equal(toldOf(ada, eve).length, 0);
});

test('a newcomer is told by the server who is here', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  await say(ada, at(0), 1);
  const bob = await join(server, 'bob');
  await until('bob is told', () => lastOf(bob, ada)?.n === 'ada');
  assert.ok(!ada.messages.some(({ a }) => a === 'pr'), 'nobody is asked to say it again');
});

test('who leaves is gone at once, with or without a word', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const [ada, bob, eve] = await Promise.all(
    ['ada', 'bob', 'eve'].map((name) => join(server, name)),
  );
  await say(ada!, at(0), 1);
  await say(bob!, at(0), 1);
  await until(
    'eve knows both',
    () => lastOf(eve!, ada!)?.n === 'ada' && lastOf(eve!, bob!)?.n === 'bob',
  );
  await say(ada!, null, 2);
  await until('ada is gone', () => lastOf(eve!, ada!) === null);
  bob!.socket.terminate();
  await until('bob is gone', () => lastOf(eve!, bob!) === null);
  assert.deepEqual(server.backend.peopleIn(ref), []);
});

test('a person in two tabs is one person with one colour, until the last tab is closed', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  // Somebody else who prefers the colour that ada has.
  const taken = preferredColor(aPerson('ada').id);
  const rival = Array.from({ length: 500 }, (_, i) => `rival${i}`).find(
    (name) => preferredColor(aPerson(name).id) === taken,
  )!;
  const first = await join(server, rival);
  const second = await join(server, rival);
  await say(ada, at(0), 1);
  await say(first, at(0), 1);
  await say(second, at(0), 1);
  await until('ada knows both', () => lastOf(ada, first) && lastOf(ada, second));
  const other = chooseColor(aPerson(rival).id, new Set([taken]));
  assert.notEqual(other, taken);
  assert.equal(lastOf(ada, first)?.k, other);
  assert.equal(lastOf(ada, second)?.k, other);
  assert.deepEqual(
    server.backend.peopleIn(ref).map(({ name, color }) => [name, color]),
    [
      ['ada', taken],
      [rival, other],
    ],
  );
  first.socket.close();
  await until('the first tab is gone', () => lastOf(ada, first) === null);
  assert.equal(server.backend.peopleIn(ref).length, 2);
});

test('who comes back on a new line under the old id is there once', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const bob = await join(server, 'bob');
  const ada = await join(server, 'ada');
  await say(ada, at(0), 1);
  const again = await new RawSocket(server.connect('ada')).opened();
  await again.ask({ a: 'hs', id: ada.id, protocol: 1, protocolMinor: 2 });
  await again.ask({ a: 'p', ch, id: `${ada.id}/1`, p: at(0), pv: 2 });
  await ada.closed();
  await until('the old line is gone', () => server.backend.stats().connections === 2);
  assert.equal(server.backend.peopleIn(ref).length, 1);
  assert.equal(lastOf(bob, ada)?.n, 'ada');
});

test('presence that comes too fast is told later, the newest of it', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc', [{ insert: `${'x'.repeat(200)}\n` }]);
  const ada = await join(server, 'ada');
  const bob = await join(server, 'bob');
  for (let i = 1; i <= 100; i++) ada.send({ a: 'p', ch, id: `${ada.id}/1`, p: at(i), pv: i });
  await until('bob has the newest', () => lastOf(bob, ada)?.i === 100);
  const count = toldOf(bob, ada).length;
  assert.ok(count <= limits.presencePerSecond + 3, `${count} of 100 were told`);
  const answers = ada.messages.filter(({ a, error }) => a === 'p' && !error).length;
  assert.equal(answers, 100, 'all are acknowledged');
});

test('one connection is present under so many ids and no more', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  for (let i = 0; i < limits.maxPresencePerConnection; i++) {
    assert.equal((await say(ada, at(0), 1, `${ada.id}/${i}`)).error, undefined);
  }
  assert.equal((await say(ada, at(0), 1, `${ada.id}/more`)).error?.code, 'too-many-requests');
});

test('a caret on a version nobody has is not carried over', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  const bob = await join(server, 'bob');
  await say(ada, { i: 3, l: 2, v: 1_000_000 }, 1);
  await until('bob is told', () => lastOf(bob, ada));
  const { i, l, v } = lastOf(bob, ada) as unknown as { i: null; l: number; v: number };
  assert.deepEqual({ i, l, v }, { i: null, l: 0, v: 1 });
});

test('a new name is told to everybody who sees the person', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada');
  const bob = await join(server, 'bob');
  await say(ada, at(0), 7);
  server.backend.personChanged({ id: aPerson('ada').id, name: 'Ada Lovelace', color: 3 });
  await until('bob is told', () => lastOf(bob, ada)?.n === 'Ada Lovelace');
  assert.equal(toldOf(bob, ada).at(-1)?.pv, 7, 'receivers ignore what is older');
  assert.equal(server.backend.peopleIn(ref)[0]?.name, 'Ada Lovelace');
});

test('a changed title and changed rights reach those who have the document open', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ours = await join(server, 'ada', true);
  const stock = await join(server, 'bob');
  const elsewhere = await new RawSocket(server.connect('eve', { ours: true })).opened();
  await server.backend.documentChanged(ref, { title: 'Plan' });
  const notice = await ours.got('a notice', ({ type }) => type === 'document');
  const document = { a: 'dp', type: 'document', c: 'docs', d: 'doc' };
  assert.deepEqual(notice, { ...document, title: 'Plan', role: 'editor' });

  server.roles.set('ada', 'viewer');
  await server.backend.documentChanged(ref, {});
  assert.deepEqual(await ours.got('the new role', ({ role }) => role === 'viewer'), {
    ...document,
    role: 'viewer',
  });
  const op = { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [{ insert: 'x' }] };
  assert.equal((await ours.ask(op)).error?.code, 'no-access');
  assert.equal((await stock.ask(op)).error, undefined, 'others go on');
  assert.ok(!stock.messages.some(({ a }) => a === 'dp'));
  assert.ok(!elsewhere.messages.some(({ type }) => type === 'document'));
});

test('who may no longer read receives nothing more and is seen no more', async (t) => {
  const server = await startOpServer(t);
  await server.create('doc');
  const ada = await join(server, 'ada', true);
  const bob = await join(server, 'bob');
  await say(ada, at(0), 1);
  await until('bob sees ada', () => lastOf(bob, ada)?.n === 'ada');
  server.roles.set('ada', null);
  await server.backend.documentChanged(ref, { trashed: true });
  const notice = await ada.got('the end', ({ role }) => role === null);
  assert.equal(notice.trashed, true);
  await until('bob is told', () => lastOf(bob, ada) === null);
  await bob.ask({ a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [{ insert: 'secret' }] });
  await say(bob, at(1), 1);
  assert.equal((await ada.ask({ a: 'pp' })).error, undefined);
  assert.ok(!ada.frames.join('').includes('secret'));
  assert.equal(toldOf(ada, bob).length, 0);
});

test('rights that are taken away without a word are noticed within seconds', async (t) => {
  const clock = new ManualClock();
  const server = await startOpServer(t, { clock });
  await server.create('doc');
  const ada = await join(server, 'ada');
  server.roles.set('ada', null);
  const op = { a: 'op', c: 'docs', d: 'doc', v: 1, op: [] };
  assert.equal((await ada.ask({ ...op, seq: 1 })).error, undefined, 'remembered for a moment');
  clock.advance(limits.roleCacheMs);
  assert.equal((await ada.ask({ ...op, seq: 2 })).error?.code, 'no-access');
});
