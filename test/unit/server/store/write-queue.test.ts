// Group commit (server/store/embedded/write-queue.ts) over a disk whose failures the test decides.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../../../core/errors.ts';
import { limits } from '../../../../core/limits.ts';
import { type Transactions, WriteQueue } from '../../../../server/store/embedded/write-queue.ts';

const sqliteError = (rawCode: number) => Object.assign(new Error(`code ${rawCode}`), { rawCode });
const BUSY = 5;
const FULL = 13;
const IO_ERROR_FSYNC = 10 | (4 << 8);

/** Keeps what is written as SQLite does: all of a transaction at its commit, or nothing of it. */
class FakeDisk implements Transactions {
  durable: string[] = [];
  commits = 0;
  failBegin: Error | null = null;
  failCommit: Error | null = null;
  failRollback: Error | null = null;
  /** Held commits wait until it is called. */
  letGo: (() => void) | null = null;
  isHeld = false;
  #open: string[] | null = null;

  write(text: string): string {
    assert.ok(this.#open, 'written outside a transaction');
    this.#open.push(text);
    return text;
  }

  async begin(): Promise<void> {
    if (this.failBegin) throw this.failBegin;
    // As SQLite: what a failed rollback left open is ended first.
    this.#open = [];
  }

  async commit(): Promise<void> {
    assert.ok(this.#open);
    if (this.isHeld) {
      await new Promise<void>((resolve) => {
        this.letGo = resolve;
      });
    }
    if (this.failCommit) throw this.failCommit;
    this.durable.push(...this.#open);
    this.#open = null;
    this.commits++;
  }

  async rollback(): Promise<void> {
    if (this.failRollback) throw this.failRollback;
    this.#open = null;
  }
}

function aQueue() {
  const disk = new FakeDisk();
  const queue = new WriteQueue(disk);
  const write = (text: string, bytes = text.length) => queue.write(bytes, () => disk.write(text));
  return { disk, queue, write };
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};
const isNotNow = (error: unknown) => error instanceof AppError && error.code === 'not-now';
const statuses = (results: PromiseSettledResult<unknown>[]) =>
  results.map(({ status }) => status[0]);

test('what waits is one transaction, in the order it was asked for', async () => {
  const { disk, write, queue } = aQueue();
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((text) => write(text))), ['a', 'b', 'c']);
  assert.deepEqual([disk.durable, disk.commits], [['a', 'b', 'c'], 1]);
  assert.deepEqual(queue.stats(), {
    commits: 1,
    writes: 3,
    largestGroup: 3,
    failures: 0,
    waiting: 0,
    waitingBytes: 0,
  });
});

test('nobody is answered before the commit, and the next group gathers meanwhile', async () => {
  const { disk, write } = aQueue();
  disk.isHeld = true;
  const answered: string[] = [];
  const all = [write('a').then((text) => answered.push(text))];
  await turns(3);
  for (const text of ['b', 'c']) all.push(write(text).then((done) => answered.push(done)));
  await turns(3);
  assert.deepEqual([answered, disk.durable], [[], []]);
  disk.isHeld = false;
  disk.letGo?.();
  await Promise.all(all);
  assert.deepEqual([answered, disk.commits], [['a', 'b', 'c'], 2]);
});

test('a write that throws fails alone; its neighbours are written once, in order', async () => {
  const { disk, queue, write } = aQueue();
  const broken = (text: string) =>
    queue.write(1, () => {
      disk.write(text);
      throw new Error('a mistake');
    });
  const results = await Promise.allSettled([
    write('a'),
    broken('x'),
    write('b'),
    queue.write(1, () => {
      throw sqliteError(19);
    }),
    write('c'),
  ]);
  assert.deepEqual(statuses(results), ['f', 'r', 'f', 'r', 'f']);
  assert.deepEqual([disk.durable, disk.commits], [['a', 'b', 'c'], 1]);
  assert.equal((results[1] as PromiseRejectedResult).reason.message, 'a mistake');
  await assert.rejects(broken('alone'), /a mistake/);
  assert.deepEqual([await write('d'), queue.failure], ['d', null]);
});

for (const [where, fault, code, words] of [
  ['at begin', 'failBegin', BUSY, /another program is holding/],
  ['at commit', 'failCommit', IO_ERROR_FSYNC, /the disk reports an error/],
] as const) {
  test(`[S32] a disk that fails ${where} rejects all that waits, and serves again when it is back`, async () => {
    const { disk, queue, write } = aQueue();
    disk.isHeld = true;
    disk[fault] = sqliteError(code);
    const first = Promise.allSettled([write('a'), write('b')]);
    await turns(2);
    const behind = Promise.allSettled([write('c')]);
    disk.isHeld = false;
    disk.letGo?.();
    for (const result of [...(await first), ...(await behind)]) {
      assert.ok(result.status === 'rejected' && isNotNow(result.reason));
      assert.match(result.reason.message, words);
    }
    assert.match(queue.failure?.message ?? '', words);
    await assert.rejects(write('d'), isNotNow);
    disk[fault] = null;
    assert.equal(await write('e'), 'e');
    assert.deepEqual([disk.durable, queue.failure, queue.stats().waitingBytes], [['e'], null, 0]);
  });
}

test('[S32] what waits behind a failed group fails with it, though the disk is back at once', async () => {
  const { disk, write } = aQueue();
  disk.isHeld = true;
  const first = Promise.allSettled([write('a')]);
  await turns(2);
  const behind = Promise.allSettled([write('made on top of a')]);
  disk.failCommit = sqliteError(FULL);
  disk.isHeld = false;
  disk.letGo?.();
  assert.deepEqual(statuses(await first), ['r']);
  disk.failCommit = null;
  assert.deepEqual(statuses(await behind), ['r']);
  assert.deepEqual(disk.durable, []);
});

test('[S32] a disk that is full at a statement undoes the whole group, even when rollback fails too', async () => {
  const { disk, queue, write } = aQueue();
  disk.failRollback = sqliteError(IO_ERROR_FSYNC);
  const full = queue.write(1, () => {
    throw sqliteError(FULL);
  });
  const results = await Promise.allSettled([write('a'), full, write('b')]);
  assert.deepEqual(statuses(results), ['r', 'r', 'r']);
  assert.match(queue.failure?.message ?? '', /the disk is full/);
  disk.failRollback = null;
  assert.equal(await write('c'), 'c');
  assert.deepEqual(disk.durable, ['c']);
});

test('too many bytes waiting are refused with not-now, one large write never', async () => {
  const { disk, queue, write } = aQueue();
  disk.isHeld = true;
  const large = write('a', limits.maxQueuedWriteBytes * 2);
  await assert.rejects(write('b', 1), isNotNow);
  await turns(2);
  // Under way, it still holds its memory.
  await assert.rejects(write('c', 1), isNotNow);
  disk.isHeld = false;
  disk.letGo?.();
  await large;
  assert.equal(await write('d', limits.maxQueuedWriteBytes), 'd');
  assert.equal(queue.stats().waitingBytes, 0);
});

test('too many writes waiting are refused with not-now; a group has a limit too', async () => {
  const { queue, write } = aQueue();
  const asked = Array.from({ length: limits.maxQueuedWrites }, (_, i) => write(`${i}`, 1));
  await assert.rejects(write('one more', 1), isNotNow);
  await Promise.all(asked);
  const { commits, largestGroup } = queue.stats();
  assert.equal(largestGroup, limits.maxGroupWrites);
  assert.equal(commits, limits.maxQueuedWrites / limits.maxGroupWrites);
});

test('[S30] close waits for what was asked, then refuses', async () => {
  const { disk, queue, write } = aQueue();
  const asked = write('a');
  await queue.close();
  assert.deepEqual(disk.durable, ['a']);
  assert.equal(await asked, 'a');
  await assert.rejects(write('b'), isNotNow);
  await queue.close();
});
