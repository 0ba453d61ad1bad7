// A kill between every two steps of a commit, a fold and the writing of a snapshot, on both engines: a
// process that ends at the point by SIGKILL, the store opened again, and what is there compared with what
// was acknowledged. The points are in crash-points.ts.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MongoClient, ObjectId } from 'mongodb';
import { richTextUri } from '../../core/rich-text.ts';
import { systemClock } from '../../server/clock.ts';
import { examine } from '../../server/doctor/check-document.ts';
import { openStore, type StorePlace } from '../../server/store/open-store.ts';
import { replayNewest } from '../../server/store/replay.ts';
import type { LogEntry } from '../../server/store/store.ts';
import { startMongo } from '../helpers/mongo.ts';
import {
  crashSource,
  mongoPoints,
  crashRef as ref,
  type Stored,
  sqlitePoints,
} from './crash-points.ts';

const CHILD = fileURLToPath(new URL('./crash-points-child.ts', import.meta.url));

/** Runs until the point; what was asked for and what was acknowledged, by seq. */
async function runTo(point: string, place: StorePlace) {
  const args = ['--import', 'tsx', CHILD, JSON.stringify(place), point];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), 40_000);
  await once(child, 'close');
  clearTimeout(timer);
  const lines = said.trim().split('\n');
  assert.equal(
    lines.at(-1),
    'hit',
    `“${point}” is a step that is taken: ${lines.at(-1)} ${complaint}`,
  );
  assert.equal(child.signalCode, 'SIGKILL');
  const of = (what: string) =>
    lines.filter((line) => line.startsWith(`${what} `)).map((line) => Number(line.split(' ')[1]));
  return { asked: of('asked'), acknowledged: of('acknowledged') };
}

const contiguous = (entries: readonly LogEntry[]) =>
  assert.deepEqual(
    entries.map(({ v }) => v),
    entries.map((_, v) => v),
  );

async function check(point: string, stored: Stored, place: StorePlace): Promise<string> {
  const { asked, acknowledged } = await runTo(point, place);
  const store = await openStore({ ...place, clock: systemClock });
  try {
    const { ops } = store;
    const version = await ops.version(ref);
    const entries = await ops.read(ref, 0, null);
    contiguous(entries);
    assert.equal(version, entries.length);
    const there = new Set(entries.filter(({ src }) => src === crashSource).map(({ seq }) => seq));
    const lost = acknowledged.filter((seq) => !there.has(seq));
    assert.deepEqual(lost, [], 'acknowledged, and not in the log');
    const open = asked.filter((seq) => !acknowledged.includes(seq));
    const kept = open.filter((seq) => there.has(seq));
    if (stored === 'none') assert.deepEqual(kept, [], 'nothing on its way was stored');
    if (stored === 'some') assert.ok(kept.length > 0, 'something on its way was stored');
    assert.deepEqual((await examine(store, ref, false)).problems, [], 'what the doctor finds');

    // Authors send again what was not acknowledged: it is there once, whatever it was.
    let v = version;
    for (const seq of open) {
      const op = [{ insert: `${crashSource}.${seq};` }];
      const result = await ops.append(ref, { v, src: crashSource, seq, op, m: { ts: seq } });
      assert.equal(result, there.has(seq) ? 'duplicate' : 'committed');
      if (result === 'committed') v++;
    }
    const all = await ops.read(ref, 0, null);
    contiguous(all);
    const again = all.filter(({ src }) => src === crashSource).map(({ seq }) => seq);
    assert.deepEqual(
      again.toSorted((a, b) => a - b),
      asked,
    );
    if (all.length === 0) return 'nothing had been written';
    const data = { ops: (await replayNewest(ops, ref))! };
    await ops.writeSnapshot(ref, { v: all.length, type: richTextUri, data, m: null });
    assert.deepEqual((await examine(store, ref, false)).problems, [], 'after work went on');
    return `${acknowledged.length} acknowledged, ${open.length} on their way, ${kept.length} of them stored`;
  } finally {
    await store.close();
  }
}

describe('embedded: crash points', { concurrency: 2 }, () => {
  for (const [point, stored] of Object.entries(sqlitePoints)) {
    test(`[S2 S5 S8 S13] killed ${point}`, { timeout: 60_000 }, async (t) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-crash-'));
      t.after(() => rmSync(dataDir, { recursive: true }));
      t.diagnostic(`${point}: ${await check(point, stored, { dataDir, mongoUrl: null })}`);
    });
  }
});

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';

/** What a stock server leaves when it loses a race: an op beside the log. Returns what became of it. */
async function leaveOrphan(t: TestContext, url: string) {
  const client = await MongoClient.connect(url);
  t.after(() => client.close());
  const ops = client.db().collection(`o_${ref.collection}`);
  const row = { d: ref.id, v: 3, src: 'stock', seq: 1, op: [{ insert: 'lost' }], m: { ts: 1 } };
  await ops.insertOne({ ...row, _id: new ObjectId(), o: new ObjectId() });
  return async () => [
    await ops.countDocuments({ src: 'stock' }),
    await client.db().collection('deltapad_orphans').countDocuments(),
  ];
}

describe('mongo: crash points', { concurrency: 2, skip }, () => {
  let count = 0;
  for (const [point, stored] of Object.entries(mongoPoints)) {
    test(`[S2 S5 S8 S13] killed ${point}`, { timeout: 60_000 }, async (t) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-crash-'));
      t.after(() => rmSync(dataDir, { recursive: true }));
      const url = new URL(mongo!.url);
      url.pathname += `_${++count}`;
      const orphans = point.includes('orphan') ? await leaveOrphan(t, url.href) : null;
      t.diagnostic(`${point}: ${await check(point, stored, { dataDir, mongoUrl: url.href })}`);
      if (orphans) assert.deepEqual(await orphans(), [0, 1], 'it is kept once, beside the log');
    });
  }
});
