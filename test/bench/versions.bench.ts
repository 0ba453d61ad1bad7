// Old versions of a document with a long log, read from the nearest milestone, beside replaying the log
// from its beginning as a server without milestones would. On SQLite in a temporary folder.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import { replayTo } from '../../server/store/replay.ts';
import type { LogEntry, Store } from '../../server/store/store.ts';
import { createRandom } from '../helpers/random.ts';

const ref = { collection: 'docs', id: 'long' } as DocumentRef;

/** People who type words here and there in a text that grows. */
async function write(store: Store, count: number): Promise<void> {
  const random = createRandom(1);
  let length = 1;
  let cursor = 0;
  let group: Promise<unknown>[] = [];
  for (let v = 0; v < count; v++) {
    const m = { ts: 1_700_000_000_000 + v * 200, uid: 'g_adaadaada', via: 'page' as const };
    const entry: LogEntry = { v, src: 'ada', seq: v + 1, m };
    if (v === 0) entry.create = { type: richTextUri, data: [{ insert: '\n' }] };
    else {
      if (random.chance(0.02)) cursor = random.int(length);
      const op: DeltaOp[] = cursor > 0 ? [{ retain: cursor }] : [];
      if (random.chance(0.1) && cursor < length - 2) {
        op.push({ delete: 1 });
        length--;
      } else {
        op.push({ insert: random.pick(['a', 'b', ' ', '林']) });
        length++;
        cursor++;
      }
      entry.op = op;
    }
    group.push(store.ops.append(ref, entry));
    if (group.length >= 500) {
      await Promise.all(group);
      group = [];
    }
  }
  await Promise.all(group);
}

async function naive(store: Store, version: number): Promise<Delta> {
  let text = new Delta();
  for (const entry of await store.ops.read(ref, 0, version)) {
    if (entry.create) text = new Delta(entry.create.data as Delta['ops']);
    else text = text.compose(new Delta(entry.op as Delta['ops']));
  }
  return text;
}

async function timed<T>(run: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const value = await run();
  return [performance.now() - start, value];
}

export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 100_000);
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-bench-'));
  const store = await openEmbeddedStore({ dataDir, clock: systemClock });
  try {
    await write(store, count);
    let kept = 0;
    const keep = async ({ v, type, data }: NonNullable<Awaited<ReturnType<typeof replayTo>>>) => {
      kept++;
      const snapshot = { v, type, data: data?.toJSON(), m: null };
      await store.ops.writeSnapshot(ref, snapshot, { milestone: true });
    };
    const [bare, whole] = await timed(() => replayTo(store.ops, ref, count));
    const chars = whole?.data?.length() ?? 0;
    console.log(`a log of ${count} ops, ${chars} characters`);
    console.log(`version ${count}, no snapshot at all, composed pairwise: ${bare.toFixed(0)} ms`);
    const [keeping] = await timed(() => replayTo(store.ops, ref, count, keep));
    console.log(`the same, keeping ${kept} milestones on the way: ${keeping.toFixed(0)} ms`);
    for (const part of [0.01, 0.2505, 0.4999, 0.75, 0.99999]) {
      const version = Math.max(1, Math.floor(count * part));
      const [ms, found] = await timed(() => replayTo(store.ops, ref, version));
      const [slow, same] = await timed(() => naive(store, version));
      if (JSON.stringify(found?.data?.ops) !== JSON.stringify(same.ops)) throw new Error('differs');
      console.log(
        `version ${version}: ${ms.toFixed(1)} ms, one op after the other from the beginning: ${slow.toFixed(0)} ms`,
      );
    }
    console.log(`memory: ${(process.memoryUsage().rss / 1024 / 1024).toFixed(0)} MB`);
  } finally {
    await store.close();
    rmSync(dataDir, { recursive: true });
  }
}
