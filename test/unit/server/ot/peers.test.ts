// What processes tell each other, two or three of them on a bus in memory, and what is forgotten of one
// that falls silent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersonSummary } from '../../../../core/api.ts';
import { presenceChannel } from '../../../../core/ids.ts';
import { limits } from '../../../../core/limits.ts';
import { createMemoryHub } from '../../../../server/bus/memory-bus.ts';
import { systemIds } from '../../../../server/ids.ts';
import { silentLog } from '../../../../server/log.ts';
import { Elsewhere, type ToldPresence } from '../../../../server/ot/elsewhere.ts';
import { type PeerListener, Peers } from '../../../../server/ot/peers.ts';
import { ProcessPubSub } from '../../../../server/ot/process-pubsub.ts';
import type { LogEntry } from '../../../../server/store/store.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { aRef } from '../../../helpers/op-server.ts';
import { until } from '../../../helpers/until.ts';

const ref = aRef('doc');
const ch = presenceChannel(ref);
const ada: PersonSummary = { id: 'g_ada00000', name: 'Ada', color: 3 };

const told = (id: string, pv: number, here = true): ToldPresence => ({
  a: 'p',
  ch,
  src: id,
  id: `${id}.1`,
  p: here ? { i: 0, l: 0, v: 1, u: ada.id, n: ada.name, k: ada.color } : null,
  pv,
});

const entry = (v: number, text: string): LogEntry => ({
  v,
  src: 's',
  seq: v + 1,
  op: [{ insert: text }],
  m: { ts: 1 },
});

type Hub = ReturnType<typeof createMemoryHub>;

/** One process: what it has and what it heard. */
function join(hub: Hub, clock: ManualClock) {
  const bus = hub.join({ ids: systemIds, log: silentLog });
  const heard: unknown[][] = [];
  const here = { people: [] as PersonSummary[], presence: [] as ToldPresence[] };
  const elsewhere = new Elsewhere(new ProcessPubSub(), clock);
  const note =
    (what: string) =>
    (...about: unknown[]) =>
      void heard.push([what, ...about]);
  const listener: PeerListener = {
    ops: (_ref, version, entries) => heard.push(['ops', version, entries.length]),
    presence: (from, message) => elsewhere.heard(from, message),
    people: (from, of, people) => elsewhere.heardPeople(from, of, people),
    changed: (_ref, change) => heard.push(['changed', change]),
    personChanged: note('person'),
    ended: note('ended'),
    claimed: note('claimed'),
    gone: (process) => elsewhere.gone(process),
    gap: note('gap'),
    sweep: () => elsewhere.sweep(),
    presenceHere: () => here.presence,
    peopleHere: () => here.people,
    rooms: () => (here.people.length > 0 ? [ref] : []),
  };
  const peers = new Peers(bus, clock, listener);
  /** As a newcomer would be told who is there. */
  const seen = () => {
    const messages: ToldPresence[] = [];
    const connection = { agent: { send: (message: ToldPresence) => messages.push(message) } };
    elsewhere.tellAll(connection as never, ch);
    return messages.map(({ id, pv }) => `${id} ${pv}`);
  };
  return { bus, peers, heard, here, elsewhere, seen };
}

test('ops of one turn of the loop travel together; too much is only told of', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const [one, two] = [join(hub, clock), join(hub, clock)];
  await two.peers.opened(ref);
  for (let v = 1; v < 4; v++) one.peers.committed(ref, entry(v, 'x'));
  await until('they came', () => two.heard.length > 0);
  for (let v = 4; v < 6; v++) one.peers.committed(ref, entry(v, 'x'.repeat(limits.maxOpBytes)));
  await until('it came', () => two.heard.length > 1);
  assert.deepEqual(two.heard, [
    ['ops', 4, 3],
    ['ops', 6, 0],
  ]);
  assert.deepEqual(one.heard, []);
});

test('what changed beside the text, a name, an end and a claim are heard by everybody', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const [one, two, three] = [join(hub, clock), join(hub, clock), join(hub, clock)];
  one.peers.changed(ref, { title: 'New' });
  one.peers.personChanged(ada);
  one.peers.ended({ via: 'session', reason: 'not-signed-in' });
  one.peers.claim('client');
  const expected = [
    ['changed', { title: 'New' }],
    ['person', ada],
    ['ended', { via: 'session', reason: 'not-signed-in' }],
    ['claimed', 'client'],
  ];
  await until('all came', () => two.heard.length === 4 && three.heard.length === 4);
  assert.deepEqual([two.heard, three.heard, one.heard], [expected, expected, []]);
});

test('who comes late is told who is there: people at once, presence when the document is opened', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const one = join(hub, clock);
  one.here.people = [ada];
  one.here.presence = [told('ada', 5)];
  await one.peers.opened(ref);
  const late = join(hub, clock);
  await until('people are known', () => late.elsewhere.peopleIn(ref).length === 1);
  assert.deepEqual(late.elsewhere.peopleIn(ref), [ada]);
  assert.deepEqual(late.seen(), []);
  await late.peers.opened(ref);
  await until('presence is known', () => late.seen().length === 1);
  assert.deepEqual(late.elsewhere.colorsIn(ch), new Map([[ada.id, 3]]));
  one.here.people = [];
  one.peers.peopleChanged(ref);
  await until('nobody is left', () => late.elsewhere.peopleIn(ref).length === 0);
});

test('a process that falls silent takes its people along within 30 s; one that speaks does not', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const [one, two] = [join(hub, clock), join(hub, clock)];
  one.here.people = [ada];
  await two.peers.opened(ref);
  one.peers.peopleChanged(ref);
  one.peers.presence(ref, told('ada', 1));
  await until('both are known', () => two.seen().length + two.elsewhere.peopleIn(ref).length === 2);
  for (let at = 0; at < 60_000; at += 1_000) {
    clock.advance(1_000);
    if (at % 12_000 === 0) one.peers.presence(ref, told('ada', 2 + at));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  assert.equal(two.seen().length + two.elsewhere.peopleIn(ref).length, 2, 'it speaks');
  // Killed: no word, and no beat.
  one.peers.close();
  for (let at = 0; at < 29_000; at += 1_000) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  assert.deepEqual([two.seen(), two.elsewhere.peopleIn(ref)], [[], []]);
});

test('a presence whose goodbye was lost is gone within 30 s although its process lives', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const [one, two] = [join(hub, clock), join(hub, clock)];
  await two.peers.opened(ref);
  one.peers.presence(ref, told('ada', 1));
  await until('it is known', () => two.seen().length === 1);
  for (let at = 0; at < 29_500; at += 500) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(two.seen(), []);
});

test('a client that has moved on is not sent away by where it was before', () => {
  const clock = new ManualClock();
  const elsewhere = new Elsewhere(new ProcessPubSub(), clock);
  const seen = () => {
    const messages: ToldPresence[] = [];
    const connection = { agent: { send: (message: ToldPresence) => messages.push(message) } };
    elsewhere.tellAll(connection as never, ch);
    return messages.map(({ pv }) => pv);
  };
  elsewhere.heard('old', told('ada', 3));
  elsewhere.heard('new', told('ada', 5));
  elsewhere.heard('old', told('ada', 4, false));
  assert.deepEqual(seen(), [5]);
  elsewhere.heard('new', told('ada', 4));
  assert.deepEqual(seen(), [5], 'what comes late is old');
  elsewhere.gone('old');
  assert.deepEqual(seen(), [5]);
  elsewhere.heard('new', told('ada', 6, false));
  assert.deepEqual(seen(), []);
});
