import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { createSeldom, type Log, withoutOutages } from '../../../server/log.ts';
import type { Store } from '../../../server/store/store.ts';
import { watchStore } from '../../../server/store/watched-store.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { MemoryOpLog } from '../../helpers/memory-store.ts';
import { aRef } from '../../helpers/op-server.ts';

const ref = aRef('doc');
const entry = (v: number) => ({ v, src: 'a', seq: v + 1, op: [{ insert: 'x' }], m: { ts: 1 } });

/** What falls due is asked of a promise. */
async function move(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= limits.storeProbeMs) {
    clock.advance(Math.min(left, limits.storeProbeMs));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function start() {
  const clock = new ManualClock();
  const ops = new MemoryOpLog();
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  const log = { debug: say, info: say, warn: say, error: say, fatal: say } as Log;
  let answers = true;
  const store = {
    ops,
    records: {},
    blobs: {},
    search: {},
    describe: () => 'in memory',
    async ping() {
      if (!answers) throw new AppError('not-now', 'The disk is full.');
    },
    close: async () => undefined,
  } as unknown as Store;
  const watched = watchStore(store, { clock, log });
  return {
    clock,
    ops,
    said,
    watched,
    setAnswers(value: boolean) {
      answers = value;
    },
  };
}

test('a store that fails a thousand times is told of once, and once that it serves again', async () => {
  const { ops, said, watched } = start();
  ops.fail();
  for (let i = 0; i < 1000; i++) {
    await assert.rejects(watched.ops.append(ref, entry(0)), { code: 'not-now' });
  }
  assert.equal(said.length, 1);
  assert.equal(watched.trouble?.message, 'The disk is full.');
  ops.heal();
  assert.equal(await watched.ops.append(ref, entry(0)), 'committed');
  assert.equal(watched.trouble, null);
  assert.deepEqual(said, [
    'the store cannot serve; what people write waits',
    'the store serves again',
  ]);
});

test('reading does not prove that it can be written; a probe does, once nothing has failed for a while', async () => {
  const { clock, ops, said, watched, setAnswers } = start();
  ops.fail();
  setAnswers(false);
  await assert.rejects(watched.ops.append(ref, entry(0)));
  assert.deepEqual(await watched.ops.read(ref, 0, null), []);
  assert.ok(watched.trouble);
  await move(clock, 3 * limits.storeProbeMs);
  assert.ok(watched.trouble, 'the probe failed');
  setAnswers(true);
  await assert.rejects(watched.ops.append(ref, entry(0)));
  await move(clock, limits.storeProbeMs);
  assert.ok(watched.trouble, 'it answers, and failed just now');
  await move(clock, 2 * limits.storeProbeMs);
  assert.equal(watched.trouble, null);
  assert.equal(said.length, 2);
});

test('what is only refused, and the end of the store, are no trouble', async () => {
  const { ops, said, watched } = start();
  assert.equal(await watched.ops.append(ref, entry(7)), 'version-taken');
  await watched.close();
  ops.fail();
  await assert.rejects(watched.ops.append(ref, entry(0)));
  assert.equal(watched.trouble, null);
  assert.deepEqual(said, []);
});

test('what is said seldom tells how often it was left out', async () => {
  const clock = new ManualClock();
  const seldom = createSeldom(clock, 1000);
  const said: number[] = [];
  const say = () => seldom((leftOut) => said.push(leftOut));
  for (let i = 0; i < 5; i++) say();
  await move(clock, 999);
  say();
  await move(clock, 1);
  say();
  assert.deepEqual(said, [0, 5]);
});

test('who meets the store once for each document leaves it to be told once', () => {
  const levels: string[] = [];
  const say = (level: string) => () => void levels.push(level);
  const [debug, info, warn, error, fatal] = ['debug', 'info', 'warn', 'error', 'fatal'].map(say);
  const log = withoutOutages({ debug, info, warn, error, fatal } as Log);
  const away = new AppError('not-now', 'The disk is full.');
  log.warn({ err: away }, 'A snapshot was not written');
  log.error({ err: away }, 'It failed');
  log.warn({ err: new Error('a defect') }, 'A snapshot was not written');
  log.error({ err: new AppError('internal', 'a defect') }, 'It failed');
  assert.deepEqual(levels, ['debug', 'debug', 'warn', 'error']);
});
