// `npm start -- --workers N`: several processes on one port over Mongo, live for each other without any
// other service; one that dies is replaced, all are restarted one by one, and nobody loses text.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { Person } from '../helpers/app.ts';
import { ready, writeBoth } from '../helpers/co-writing.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { openLive } from '../helpers/live-client.ts';
import { type MainProcess, runMain } from '../helpers/main-process.ts';
import { startMongo } from '../helpers/mongo.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'deltapad-workers-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Processes that listen, as the log says, and live. */
function workersOf({ err }: MainProcess): number[] {
  const pids = [...err.matchAll(/"pid":(\d+),"msg":"a process listens"/g)].map(([, pid]) =>
    Number(pid),
  );
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

test('several processes write one document; one is killed, all are restarted: nothing is lost', {
  skip,
}, async (t) => {
  const env = { DATA_DIR: folder(t), MONGO_URL: mongo!.url, LOG_LEVEL: 'info', RATE_LIMITS: 'off' };
  const main = runMain(t, env, { args: ['--workers', '2'] });
  const url = await main.url();
  await becomes('it says so', () => /^2 processes share the port\./m.test(main.out), true);
  const before = workersOf(main);
  assert.equal(before.length, 2);
  t.after(() => {
    for (const pid of workersOf(main)) process.kill(pid, 'SIGKILL');
  });

  const names = ['Ada', 'Bob', 'Eve', 'Zoe'];
  const people = await Promise.all(
    names.map(async (name) => {
      const person = new Person(url);
      assert.equal((await person.post('/api/v1/session', { name })).status, 201);
      return person;
    }),
  );
  const document = await people[0]!.makes({ text: 'start\n' });
  const clients = await Promise.all(people.map((person) => openLive(t, { url }, person, document)));
  await ready(clients);
  // At once, through the parent: the look at the store is seconds away.
  await becomes(
    'each sees all, at whatever process',
    () => clients.map(({ session }) => session.people.value.map(({ name }) => name).sort()),
    names.map(() => names),
  );

  // The processes on a port are measured as one, whichever of them is asked.
  for (let i = 0; i < 4; i++) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /^deltapad_connections 4$/m);
    assert.match(metrics, /^deltapad_info\{build="[^"]*"\} 1$/m);
  }

  let afterKill: number[] = [];
  await writeBoth(clients, 60, async (round) => {
    if (round === 10) process.kill(before[0]!, 'SIGKILL');
    if (round === 15) {
      afterKill = await eventually(
        'it is replaced',
        () => workersOf(main),
        (pids) => pids.length === 2 && !pids.includes(before[0]!),
      );
    }
    if (round === 30) main.child.kill('SIGHUP');
  });
  assert.ok(afterKill.includes(before[1]!), 'the other one went on');
  await eventually(
    'all are new',
    () => ({ pids: workersOf(main), err: main.err }),
    ({ pids, err }) =>
      pids.length === 2 &&
      pids.every((pid) => !afterKill.includes(pid)) &&
      err.includes('all processes have been restarted'),
  );
  await writeBoth(clients, 10);
  const text = clients[0]!.text();
  const stored = await people[1]!.get(
    `/api/v1/documents/${document.collection}/${document.id}?format=text`,
  );
  assert.equal(stored.text, text);

  const askedAt = Date.now();
  main.child.kill('SIGTERM');
  assert.equal(await main.ended, 0);
  assert.ok(Date.now() - askedAt < 10_000, `ended after ${Date.now() - askedAt} ms`);
  assert.deepEqual(workersOf(main), []);
  assert.match(main.out, /Deltapad ends/);
});

test('SQLite belongs to one process: several are refused by name', async (t) => {
  const main = runMain(t, { DATA_DIR: join(folder(t), 'x') }, { args: ['--workers', '2'] });
  assert.equal(await main.ended, 1);
  assert.match(main.err, /^WORKERS is 2, which needs MONGO_URL: .*one process\.\nSee --help\.\n$/);
  assert.equal(main.out, '');
});

test('what stops one process stops all, and is said once', { skip }, async (t) => {
  const MONGO_URL = 'mongodb://127.0.0.1:1/pad?w=1';
  const main = runMain(t, { DATA_DIR: folder(t), MONGO_URL, WORKERS: '3' });
  assert.equal(await main.ended, 1);
  assert.match(main.err, /^Deltapad cannot start: MONGO_URL asks for w=1.*\n$/);
  assert.equal(main.out, '');
});
