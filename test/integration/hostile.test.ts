// The hostile corpus against the built server, on both stores: nothing in it may end the server, reach
// somebody else's document, spoil a stored one, keep memory, or be felt by a person who just writes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Person } from '../helpers/app.ts';
import { BuiltApp } from '../helpers/built-app.ts';
import { wrongMessages } from '../helpers/hostile/actions.ts';
import { floods } from '../helpers/hostile/floods.ts';
import { frames } from '../helpers/hostile/frames.ts';
import { handshakes } from '../helpers/hostile/handshakes.ts';
import { impostors } from '../helpers/hostile/impostors.ts';
import { requests } from '../helpers/hostile/requests.ts';
import { type HostileCase, World } from '../helpers/hostile/world.ts';
import { startMongo } from '../helpers/mongo.ts';
import { root } from '../helpers/sources.ts';
import { until } from '../helpers/until.ts';

/** What a person does not notice, … */
const SLOW_MS = 500;
/** … or so many times what the same letters take here before the attack: the machine may be busy. */
const SLOWER = 10;
const CALM_LETTERS = 40;
/** Of a busy machine's own pauses so many may be longer. */
const SLOW_SHARE = 0.02;
/** Beyond what the heap may hold, and what the corpus would fill if any of it stayed. */
const MEMORY_BYTES = 450 * 1024 * 1024;

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const noMongo = 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';

interface Seen {
  readonly waits: number[];
  readonly typed: number;
  readonly text: string;
}

/** A third person, on a document of their own. The result ends it, and says what they felt. */
async function startBystander(world: World): Promise<() => Promise<Seen>> {
  const person = new Person(world.app.url);
  await person.post('/api/v1/session', { name: 'Bea' });
  const { collection: c, id: d } = await person.makes({ text: '\n' });
  const workerData = { url: world.socketUrl, cookie: person.cookie, c, d };
  const file = new URL('../helpers/hostile/bystander.mjs', import.meta.url);
  const worker = new Worker(file, { workerData: { ...workerData, calm: CALM_LETTERS } });
  await once(worker, 'message');
  const ended = once(worker, 'message');
  return async () => {
    worker.postMessage('done');
    const [seen] = await ended;
    await once(worker, 'exit');
    return seen as Seen;
  };
}

function checkFelt({ waits, typed, text }: Seen): void {
  assert.equal(text, `${'x'.repeat(typed)}\n`, 'nothing was lost');
  const slowest = (some: readonly number[]) =>
    some.toSorted((a, b) => a - b)[Math.floor(some.length * (1 - SLOW_SHARE))]!;
  const before = slowest(waits.slice(0, CALM_LETTERS));
  const felt = slowest(waits.slice(CALM_LETTERS));
  const most = Math.max(SLOW_MS, SLOWER * before);
  assert.ok(felt < most, `a letter took ${felt} ms, ${before} ms before the attack`);
}

async function reading(world: World, name: string): Promise<number> {
  const { text } = await world.eve.get('/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  assert.ok(line, name);
  return Number(line.slice(name.length));
}

async function attack(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  choose: (world: World) => Promise<readonly HostileCase[]>,
): Promise<void> {
  const app = await BuiltApp.start({ ...env, NODE_OPTIONS: '--max-old-space-size=256' });
  t.after(() => app.close());
  const world = await World.make(app);
  const endBystander = await startBystander(world);
  for (const { name, run } of await choose(world)) {
    await t.test(name, () => run(world));
  }
  checkFelt(await endBystander());
  const connections = () => reading(world, 'deltapad_connections');
  let open = await connections();
  await until('every connection is gone', () => {
    void connections().then((count) => {
      open = count;
    });
    return open === 0;
  });
  assert.ok((await reading(world, 'process_resident_memory_bytes')) < MEMORY_BYTES);
  assert.doesNotMatch(app.output, /uncaughtException|unhandledRejection|heap out of memory/);
  await app.stop();
  // Every document is what its log says, ends with a newline, and has no gap.
  const doctor = spawnSync(process.execPath, ['dist/server/doctor.js'], {
    cwd: root,
    env: { ...process.env, ...env, DATA_DIR: app.dataDir },
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
}

const corpus = async (world: World) => [
  ...frames,
  ...handshakes,
  ...wrongMessages,
  ...impostors,
  ...(await requests(world)),
];

for (const engine of ['SQLite', 'Mongo'] as const) {
  const skip = engine === 'Mongo' && !mongo ? noMongo : false;
  const store = engine === 'Mongo' && mongo ? { MONGO_URL: mongo.url } : {};
  test(`${engine}: nothing hostile gets through`, { skip }, async (t) => {
    await attack(t, { ...store, RATE_LIMITS: 'off' }, corpus);
  });
  test(`${engine}: too much is held back`, { skip }, async (t) => {
    await attack(t, { ...store, RATE_LIMITS: 'on' }, async () => floods);
  });
}

test('the corpus is as large as promised', async () => {
  const count = frames.length + handshakes.length + wrongMessages.length + impostors.length;
  assert.ok(count >= 300, `${count} cases`);
});
