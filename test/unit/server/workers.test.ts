// The parent of several processes, with processes that the test lets start, live and die.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../core/limits.ts';
import { silentLog } from '../../../server/log.ts';
import { createWorkers, type WorkerProcess } from '../../../server/workers/workers.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const settle = async () => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};

class FakeProcess implements WorkerProcess {
  readonly pid: number;
  readonly signals: string[] = [];
  readonly sent: unknown[] = [];
  /** Whether it ends when it is asked to. */
  obeys = true;
  hasEnded = false;
  readonly #messages: ((message: unknown) => void)[] = [];
  readonly #exits: ((how: string) => void)[] = [];

  constructor(pid: number) {
    this.pid = pid;
  }

  send(message: unknown, sent: () => void): void {
    this.sent.push(message);
    sent();
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener);
  }
  onExit(listener: (how: string) => void): void {
    this.#exits.push(listener);
  }
  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.signals.push(signal);
    if (this.obeys || signal === 'SIGKILL') this.dies(signal);
  }

  says(message: unknown): void {
    for (const listener of this.#messages) listener(message);
  }
  isReady(): void {
    this.says({ ready: [`process ${this.pid}`] });
  }
  dies(how = 'SIGKILL'): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const listener of this.#exits) listener(how);
  }
}

function setUp(count = 2) {
  const clock = new ManualClock();
  const made: FakeProcess[] = [];
  const givenUp: string[] = [];
  const workers = createWorkers({
    count,
    start() {
      const process = new FakeProcess(made.length + 1);
      made.push(process);
      return process;
    },
    after: (ms, call) => clock.after(ms, call),
    now: () => clock.now(),
    log: silentLog,
    onGivenUp: (why) => givenUp.push(why),
  });
  return { clock, made, givenUp, workers };
}

async function started(count = 2) {
  const it = setUp(count);
  const start = it.workers.start();
  it.made[0]!.isReady();
  await settle();
  for (const process of it.made.slice(1)) process.isReady();
  assert.deepEqual(await start, ['process 1']);
  assert.equal(it.made.length, count);
  return it;
}

test('the first starts alone: what stops it stops all, and nothing else is started', async () => {
  const { made, workers, givenUp } = setUp(3);
  const start = workers.start();
  await settle();
  assert.equal(made.length, 1);
  made[0]!.dies('exit code 1');
  await assert.rejects(start, /exit code 1/);
  assert.equal(made.length, 1);
  assert.deepEqual(givenUp, []);
});

test('one that dies is replaced at once; one that dies again and again after a while', async () => {
  const { clock, made, workers } = await started();
  clock.advance(limits.workerSettledMs);
  made[1]!.dies();
  clock.advance(0);
  assert.deepEqual(workers.pids(), [1, 3]);
  made[2]!.isReady();
  made[2]!.dies();
  clock.advance(0);
  assert.deepEqual(workers.pids(), [1, 4]);
  made[3]!.dies('exit code 1');
  clock.advance(0);
  assert.deepEqual(workers.pids(), [1], 'not at once any more');
  clock.advance(limits.workerRetryMaxMs);
  assert.deepEqual(workers.pids(), [1, 5]);
});

test('a crash loop ends with a reason; deaths with long lives between them do not', async () => {
  const { clock, made, givenUp } = await started();
  for (let i = 0; i < 3 * limits.maxWorkerFailures; i++) {
    const last = made.at(-1)!;
    last.isReady();
    clock.advance(limits.workerSettledMs);
    last.dies();
    clock.advance(limits.workerRetryMaxMs);
  }
  assert.deepEqual(givenUp, []);
  for (let i = 0; i < limits.maxWorkerFailures && givenUp.length === 0; i++) {
    made.at(-1)!.dies('exit code 7');
    clock.advance(limits.workerRetryMaxMs);
  }
  assert.equal(givenUp.length, 1);
  assert.match(givenUp[0]!, /8 processes in a row ended \(the last: exit code 7\) within 10 s/);
});

test('a restart goes one by one: the new one is ready before the old one is asked to end', async () => {
  const { made, workers } = await started();
  const done = workers.restart();
  await settle();
  assert.deepEqual(workers.pids(), [1, 2, 3]);
  assert.deepEqual(made[0]!.signals, []);
  made[2]!.isReady();
  await settle();
  assert.deepEqual([made[0]!.signals, made[1]!.signals], [['SIGTERM'], []]);
  assert.deepEqual(workers.pids(), [2, 3, 4]);
  made[3]!.isReady();
  await done;
  assert.deepEqual(workers.pids(), [3, 4]);
});

test('a new one that does not start leaves the old ones as they are', async () => {
  const { made, workers, clock } = await started();
  const done = workers.restart();
  await settle();
  made[2]!.dies('exit code 1');
  await done;
  clock.advance(60_000);
  assert.deepEqual(workers.pids(), [1, 2]);
  assert.deepEqual([...made[0]!.signals, ...made[1]!.signals], []);
});

test('the end asks all at once, kills what hangs, and replaces nothing', async () => {
  const { clock, made, workers } = await started(3);
  made[1]!.obeys = false;
  const end = workers.end();
  await settle();
  assert.ok(made.every(({ signals }) => signals.length === 1));
  assert.deepEqual(workers.pids(), [2]);
  clock.advance(limits.endMs);
  assert.equal(await end, false);
  clock.advance(60_000);
  assert.equal(made.length, 3);
  const clean = await started();
  assert.equal(await clean.workers.end(), true);
});

test('one hears from another through the parent, and when it has ended', async () => {
  const { made } = await started();
  for (const [i, process] of made.entries()) process.says({ bus: 'hello', self: `p${i}` });
  made[1]!.says({ bus: 'subscribe', channel: 'a' });
  made[0]!.says({ bus: 'publish', channel: 'a', text: '["p0",1]' });
  made[0]!.dies();
  assert.deepEqual(made[1]!.sent, [
    { bus: 'subscribed', channel: 'a' },
    { bus: 'publish', channel: 'a', text: '["p0",1]' },
    { bus: 'gone', self: 'p0' },
  ]);
});
