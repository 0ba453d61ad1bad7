// The hostile corpus against the built server: nothing in it may end the server, reach somebody else's
// document, spoil a stored one, keep memory, or be felt by a person who just writes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Person } from '../app.ts';
import { BuiltApp } from '../built-app.ts';
import { root } from '../sources.ts';
import { until } from '../until.ts';
import { wrongMessages } from './actions.ts';
import { floods } from './floods.ts';
import { frames } from './frames.ts';
import { handshakes } from './handshakes.ts';
import { impostors } from './impostors.ts';
import { requests } from './requests.ts';
import { type HostileCase, World } from './world.ts';

/** What a person does not notice, … */
const SLOW_MS = 500;
/** … or so many times what the same letters take here before the attack: the machine may be busy. */
const SLOWER = 10;
const CALM_LETTERS = 40;
/** Of a busy machine's own pauses so many may be longer. */
const SLOW_SHARE = 0.02;
/** Beyond what the heap may hold, and what the corpus would fill if any of it stayed. */
const MEMORY_BYTES = 450 * 1024 * 1024;

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
  const file = new URL('./bystander.mjs', import.meta.url);
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
  const crowd = Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
  const most = Math.max(crowd * SLOW_MS, SLOWER * before);
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

/** Both parts of it against one store. */
export function hostileTests(
  engine: string,
  store: Readonly<Record<string, string>>,
  skip: string | false,
): void {
  test(`${engine}: nothing hostile gets through`, { skip }, async (t) => {
    await attack(t, { ...store, RATE_LIMITS: 'off' }, corpus);
  });
  test(`${engine}: too much is held back`, { skip }, async (t) => {
    await attack(t, { ...store, RATE_LIMITS: 'on' }, async () => floods);
  });
}

export const corpusSize =
  frames.length + handshakes.length + wrongMessages.length + impostors.length;
