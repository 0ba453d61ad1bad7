// Runs the contract of a bus against each: in memory, through a parent, over Redis.

import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { FallbackBus } from '../../server/bus/fallback-bus.ts';
import { createMemoryHub } from '../../server/bus/memory-bus.ts';
import { BusRelay, type Line, type LineMessage, ParentBus } from '../../server/bus/parent-bus.ts';
import { RedisBus } from '../../server/bus/redis-bus.ts';
import { systemClock } from '../../server/clock.ts';
import { systemIds } from '../../server/ids.ts';
import { type Log, silentLog } from '../../server/log.ts';
import { noRedis, startRedis } from '../helpers/redis.ts';
import { until } from '../helpers/until.ts';
import { busContract } from './bus-contract.ts';

const deps = { ids: systemIds, log: silentLog };

busContract('memory', async () => {
  const hub = createMemoryHub();
  return { join: async () => hub.join(deps) };
});

/** Two ends of a line that carries text, in order and later, as between processes. */
function makeLine(): [Line, Line] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const end = (mine: number, theirs: number): Line => ({
    send(message: LineMessage, sent) {
      const text = JSON.stringify(message);
      setImmediate(() => {
        sent();
        for (const listener of listeners[theirs]!) listener(JSON.parse(text));
      });
    },
    onMessage: (listener) => listeners[mine]!.push(listener),
  });
  return [end(0, 1), end(1, 0)];
}

busContract('parent', async () => {
  const relay = new BusRelay();
  return {
    async join() {
      const [above, below] = makeLine();
      relay.add(above);
      return new ParentBus(below, deps);
    },
  };
});

test('a parent tells the others at once that a worker has ended', async () => {
  const relay = new BusRelay();
  const lines = [makeLine(), makeLine()] as const;
  for (const [above] of lines) relay.add(above);
  const [ada, bob] = lines.map(([, below]) => new ParentBus(below, deps)) as [ParentBus, ParentBus];
  const gone: string[] = [];
  bob.onGone((self) => gone.push(self));
  await ada.subscribe('a', () => undefined);
  relay.remove(lines[0][0]);
  await until('bob knows', () => gone.length > 0);
  assert.deepEqual(gone, [ada.self]);
});

test('a parent that does not keep up loses messages, never memory', async () => {
  const kept: (() => void)[] = [];
  const line: Line = { send: (_message, sent) => kept.push(sent), onMessage: () => undefined };
  const bus = new ParentBus(line, deps);
  const message = 'x'.repeat(500_000);
  const sent = Array.from({ length: 100 }, () => bus.publish('a', message)).filter(Boolean).length;
  assert.ok(sent > 5 && sent < 40, `${sent} were sent`);
  for (const done of kept.splice(0)) done();
  assert.equal(bus.publish('a', message), true);
});

const redis = await startRedis();
const skip = redis ? false : noRedis;
if (redis) after(() => redis.stop());

let spaces = 0;
async function joinRedis(t: TestContext, space: string, log: Log = silentLog): Promise<RedisBus> {
  const bus = new RedisBus({ url: redis!.url, space, clock: systemClock, ids: systemIds, log });
  t.after(() => bus.close());
  await bus.subscribe('ready', () => undefined);
  return bus;
}

busContract(
  'redis',
  async (t) => {
    const space = `test-${++spaces}`;
    return {
      join: () => joinRedis(t, space),
      async interrupt() {
        await redis!.stop();
        await redis!.start();
      },
    };
  },
  skip,
);

/** A worker that has Redis, and the relay that it falls back on. */
async function joinBoth(t: TestContext, space: string, relay: BusRelay): Promise<FallbackBus> {
  const [above, below] = makeLine();
  relay.add(above);
  const parent = new ParentBus(below, deps);
  const { self } = parent;
  const redisBus = new RedisBus({ url: redis!.url, space, self, clock: systemClock, ...deps });
  const bus = new FallbackBus(redisBus, parent);
  t.after(() => bus.close());
  await bus.subscribe('ready', () => undefined);
  return bus;
}

busContract(
  'redis, else parent',
  async (t) => {
    const space = `test-${++spaces}`;
    const relay = new BusRelay();
    return {
      join: () => joinBoth(t, space, relay),
      async interrupt() {
        await redis!.stop();
        await redis!.start();
      },
    };
  },
  skip,
);

test('workers that have Redis go on through their parent while it is away', { skip }, async (t) => {
  const relay = new BusRelay();
  const [ada, bob] = [await joinBoth(t, 'both', relay), await joinBoth(t, 'both', relay)];
  const heard: unknown[] = [];
  await bob.subscribe('a', (message) => heard.push(message));
  await redis!.stop();
  await until('it is heard all the same', () => {
    ada.publish('a', 'through the parent');
    return heard.length > 0;
  });
  await redis!.start();
});

test('installations that share a Redis do not hear each other', { skip }, async (t) => {
  const [ada, bob] = [await joinRedis(t, 'one'), await joinRedis(t, 'two')];
  const heard: unknown[] = [];
  await bob.subscribe('a', (message) => heard.push(message));
  const eve = await joinRedis(t, 'two');
  ada.publish('a', 'for one');
  await ada.subscribe('order', () => undefined);
  eve.publish('a', 'for two');
  await until('it came', () => heard.length > 0);
  assert.deepEqual(heard, ['for two']);
});

test('Redis away is said once, its return once, and neither ends the process', {
  skip,
}, async (t) => {
  const lines: string[] = [];
  const say = (_fields: unknown, message: string) => void lines.push(message);
  const log: Log = { ...silentLog, debug: say, info: say, warn: say, error: say, fatal: say };
  const bus = await joinRedis(t, 'said', log);
  assert.deepEqual(lines, []);
  for (let round = 1; round <= 2; round++) {
    await redis!.stop();
    await until('it is noticed', () => !bus.publish('a', 1));
    await bus.subscribe(`while away ${round}`, () => undefined);
    await redis!.start();
    await until('it is back', () => lines.length === 2 * round);
    assert.match(lines.at(-2)!, /Redis is away/);
    assert.match(lines.at(-1)!, /Redis is here again/);
  }
});

test('a Redis that is away at the start holds nothing up', { skip }, async (t) => {
  await redis!.stop();
  const url = redis!.url;
  const bus = new RedisBus({ url, space: 's', clock: systemClock, ids: systemIds, log: silentLog });
  t.after(() => bus.close());
  let gaps = 0;
  bus.onGap(() => gaps++);
  const heard: unknown[] = [];
  await bus.subscribe('a', (message) => heard.push(message));
  assert.equal(bus.publish('a', 1), false);
  await redis!.start();
  await until('it came', () => gaps === 1);
  const other = await joinRedis(t, 's');
  other.publish('a', 'late');
  await until('it is heard', () => heard.length === 1);
});
