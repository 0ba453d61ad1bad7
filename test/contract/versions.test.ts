// Old versions on both engines: milestones are kept by count and by day while people write, and any
// version is what the ops up to it make, whichever snapshots there are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { silentLog } from '../../server/log.ts';
import { applyEntry } from '../../server/ot/document-state.ts';
import { LiveDocument, type Outcome } from '../../server/ot/live-document.ts';
import { registerRichText } from '../../server/ot/rich-text-type.ts';
import { replayTo } from '../../server/store/replay.ts';
import type { LogEntry, OpLog } from '../../server/store/store.ts';
import { onBothEngines } from '../helpers/both-engines.ts';
import { withPrefix } from '../helpers/prefixed-log.ts';
import { createRandom } from '../helpers/random.ts';

registerRichText();

const seed = Date.now() | 0;
const day = 24 * 60 * 60 * 1000;
const noon = 20_000 * day + day / 2;
const ref = { collection: 'docs', id: 'old' } as DocumentRef;

/** What a person does in a document of `length` characters. */
function anEntry(v: number, length: number, ts: number, random = createRandom(seed + v)): LogEntry {
  const m = { ts, uid: 'g_adaadaada', via: 'page' as const };
  const base = { v, src: 'ada', seq: v + 1, m };
  if (v === 0) return { ...base, create: { type: richTextUri, data: [{ insert: '\n' }] } };
  // No-ops are in logs too.
  if (v % 97 === 0) return base;
  const at = random.int(length);
  const op: DeltaOp[] = at > 0 ? [{ retain: at }] : [];
  if (random.chance(0.2) && length - at > 3) op.push({ delete: 2 });
  else if (random.chance(0.1) && length - at > 3)
    op.push({ retain: 2, attributes: { bold: true } });
  else op.push({ insert: random.pick(['a', 'avocet ', '林静', '\n']) });
  return { ...base, op };
}

/** Writes `count` versions as a live document does; the text of each. */
async function write(ops: OpLog, count: number, at: (v: number) => number): Promise<DeltaOp[][]> {
  const document = new LiveDocument(ref, { ops, log: silentLog });
  await document.load();
  const texts: DeltaOp[][] = [[]];
  let naive = new Delta();
  const outcomes: Promise<Outcome>[] = [];
  for (let v = 0; v < count; v++) {
    const { newest } = document.loaded!;
    const entry = anEntry(v, naive.length(), at(v));
    if (entry.create) naive = new Delta().insert('\n');
    else if (entry.op) naive = naive.compose(new Delta(entry.op as Delta['ops']));
    texts.push(naive.ops as DeltaOp[]);
    outcomes.push(new Promise((done) => document.stage(entry, applyEntry(newest, entry), done)));
    if (v % 100 === 99) await Promise.all(outcomes.splice(0));
  }
  await Promise.all(outcomes);
  await document.milestonesWritten();
  return texts;
}

const milestonesOf = async (ops: OpLog) =>
  (await ops.listSnapshots(ref)).filter(({ milestone }) => milestone).map(({ v }) => v);

onBothEngines('versions', (store) => {
  test('milestones are kept by count and at the end of each day', async () => {
    const ops = withPrefix(store().ops);
    const every = limits.milestoneInterval;
    // The next day begins behind version 1,234, and another behind 1,240.
    const at = (v: number) => noon + (v >= 1_234 ? day : 0) + (v >= 1_240 ? 3 * day : 0) + v;
    const texts = await write(ops, 2 * every + 5, at);
    assert.deepEqual(await milestonesOf(ops), [every, 1_234, 1_240, 2 * every]);
    for (const v of await milestonesOf(ops)) {
      const stored = await ops.snapshot(ref, v);
      assert.equal(stored?.v, v);
      assert.deepEqual((stored?.data as { ops: DeltaOp[] } | undefined)?.ops, texts[v]);
      assert.equal((stored?.m as { mtime: number } | undefined)?.mtime, at(v - 1));
    }
  });

  test('any version is what the ops up to it make', async () => {
    const ops = withPrefix(store().ops);
    const count = 1_300;
    const texts = await write(ops, count, (v) => noon + v);
    const random = createRandom(seed);
    const wanted = [1, 2, 97, 98, 999, 1_000, 1_001, count];
    for (let i = 0; i < 12; i++) wanted.push(1 + random.int(count));
    for (const v of wanted) {
      const found = await replayTo(ops, ref, v);
      assert.deepEqual(found?.data?.ops, texts[v], `version ${v}, seed ${seed}`);
    }
    assert.equal(await replayTo(ops, ref, count + 1), null, 'beyond the end');
    assert.equal((await replayTo(ops, ref, 0))?.data, null, 'before the beginning');
  });

  test('a log without milestones gets them when an old version is read, and they are the same', async () => {
    const ops = withPrefix(store().ops);
    const entries: LogEntry[] = [];
    let naive = new Delta();
    for (let v = 0; v < 2_100; v++) {
      const entry = anEntry(v, naive.length(), noon);
      if (entry.create) naive = new Delta().insert('\n');
      else if (entry.op) naive = naive.compose(new Delta(entry.op as Delta['ops']));
      entries.push(entry);
    }
    await Promise.all(entries.map((entry) => ops.append(ref, entry)));
    const kept: number[] = [];
    const found = await replayTo(ops, ref, 2_100, async ({ v, type, data }) => {
      kept.push(v);
      const snapshot = { v, type, data: data?.toJSON(), m: null };
      await ops.writeSnapshot(ref, snapshot, { milestone: true });
    });
    assert.deepEqual(found?.data?.ops, naive.ops);
    assert.deepEqual(kept, [1_000, 2_000]);
    assert.deepEqual(await milestonesOf(ops), kept);
    const direct = await replayTo(ops, ref, 2_050);
    await ops.writeSnapshot(ref, { v: 2_100, type: null, data: undefined, m: null });
    assert.deepEqual((await replayTo(ops, ref, 2_050))?.data?.ops, direct?.data?.ops);
  });
});
