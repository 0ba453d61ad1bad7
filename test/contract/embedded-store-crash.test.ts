// What the embedded store keeps when its process is killed and when its disk is full.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/errors.ts';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import type { LogEntry } from '../../server/store/store.ts';
import { eventually } from '../helpers/eventually.ts';
import { aDocument, anOp } from './store-contract.ts';

const aFolder = () => mkdtempSync(join(tmpdir(), 'deltapad-store-'));
const openIn = (dataDir: string) => openEmbeddedStore({ dataDir, clock: systemClock });
const isNotNow = (words: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === 'not-now' && words.test(error.message);

const CHILD = fileURLToPath(new URL('./embedded-store-child.ts', import.meta.url));

/** A process that writes to the store of `folder`, and the lines it said. */
function aServer(t: TestContext, folder: string, round: number) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', CHILD, folder, String(round)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let complaint = '';
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line));
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const said = (count: number) =>
    eventually(
      'lines said',
      () => `${lines.length} ${complaint}`,
      () => lines.length >= count,
      { withinMs: 30_000 },
    );
  const kill = async () => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    return child.signalCode;
  };
  return { lines, said, kill };
}

describe('embedded: kills', () => {
  test('another process cannot open the folder; a killed one leaves no lock behind', async (t) => {
    const folder = aFolder();
    t.after(() => rmSync(folder, { recursive: true }));
    const server = aServer(t, folder, 0);
    await server.said(1);
    await assert.rejects(openIn(folder), /Another Deltapad server is using the data folder/);
    assert.equal(await server.kill(), 'SIGKILL');
    await (await openIn(folder)).close();
  });

  test('[S2] every acknowledged op is there after a kill in the middle of commits', async (t) => {
    const folder = aFolder();
    t.after(() => rmSync(folder, { recursive: true }));
    const acknowledged = new Map<string, number>();
    for (let round = 1; round <= 4; round++) {
      const server = aServer(t, folder, round);
      await server.said(150 * round + 37);
      assert.equal(await server.kill(), 'SIGKILL');
      for (const line of server.lines.slice(1)) {
        const [result, key = '', v] = line.split(' ');
        assert.equal(result, 'committed');
        acknowledged.set(`${key} ${v}`, round);
      }
      await checkKilled(folder, acknowledged);
    }
    assert.ok(acknowledged.size > 1000);
    t.diagnostic(`4 kills, ${acknowledged.size} acknowledged ops, 0 lost`);
  });
});

/** Each acknowledged op is stored as it was, logs have no gaps, and a resend is answered. */
async function checkKilled(folder: string, acknowledged: ReadonlyMap<string, number>) {
  const store = await openIn(folder);
  try {
    const stored = new Map<string, LogEntry>();
    for (const ref of await store.ops.list(null, 100)) {
      const entries = await store.ops.read(ref, 0, null);
      assert.deepEqual(
        entries.map(({ v }) => v),
        entries.map((_, i) => i),
      );
      assert.equal(await store.ops.version(ref), entries.length);
      for (const entry of entries) stored.set(`${ref.collection}/${ref.id} ${entry.v}`, entry);
      const end = entries.at(-1);
      if (end) assert.equal(await store.ops.append(ref, end), 'duplicate');
    }
    for (const [name, round] of acknowledged) {
      const entry = stored.get(name);
      assert.ok(entry, `${name} was acknowledged in round ${round} and is lost`);
      const text = (entry.op as [{ insert: string }])[0].insert;
      assert.equal(text, `${name} ${round} `.repeat(1 + ((entry.v * 7) % 90)));
    }
  } finally {
    await store.close();
  }
}

describe('embedded: the disk', () => {
  test('[S32] a full disk refuses with not-now, loses nothing, and serves again when there is room', async (t) => {
    const disk = aFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'deltapad-test', disk]);
    if (mounted.status !== 0) {
      rmSync(disk, { recursive: true });
      return t.skip(`a small disk cannot be mounted here (needs root): ${mounted.stderr}`);
    }
    let store = await openIn(join(disk, 'data'));
    t.after(async () => {
      try {
        await store.close();
      } finally {
        assert.equal(spawnSync('umount', ['-l', disk]).status, 0);
        rmSync(disk, { recursive: true });
      }
    });
    const ref = aDocument();
    writeFileSync(join(disk, 'balloon'), Buffer.alloc(900 * 1024));
    const anEntry = (v: number) => anOp(v, { op: [{ insert: `${v} `.repeat(8000) }] });
    let acked = 0;
    const refused = async () => {
      for (; acked < 1000; acked++) await store.ops.append(ref, anEntry(acked));
    };
    await assert.rejects(refused, isNotNow(/the disk is full/));
    assert.ok(acked > 5 && acked < 200, `${acked} fitted`);
    // To the last byte, so that nothing at all can be written.
    assert.throws(() => writeFileSync(join(disk, 'rest'), Buffer.alloc(4 << 20)), {
      code: 'ENOSPC',
    });
    const tooMuch = () => store.ops.append(ref, anEntry(acked));
    const many = Array.from({ length: 5 }, (_, i) => store.ops.append(ref, anEntry(acked + i)));
    for (const result of await Promise.allSettled(many)) {
      assert.ok(result.status === 'rejected' && isNotNow(/disk is full/)(result.reason));
    }
    // A little may still fit behind what did not; ping tells only what it has found by writing.
    const isUnwell = async () => {
      await assert.rejects(tooMuch, isNotNow(/the disk is full/));
      return store.ping().then(
        () => false,
        (error) => isNotNow(/the disk is full/)(error),
      );
    };
    let tries = 0;
    while (!(await isUnwell())) assert.ok(++tries < 20, 'ping never noticed');
    assert.equal(await store.ops.version(ref), acked);
    assert.equal((await store.ops.read(ref, 0, null)).length, acked);

    rmSync(join(disk, 'rest'));
    rmSync(join(disk, 'balloon'));
    await store.ping();
    for (const end = acked + 10; acked < end; acked++) {
      assert.equal(await store.ops.append(ref, anEntry(acked)), 'committed');
    }
    await store.close();
    store = await openIn(join(disk, 'data'));
    const wanted = Array.from({ length: acked }, (_, v) => anEntry(v));
    assert.deepEqual(await store.ops.read(ref, 0, null), wanted);
  });
});
