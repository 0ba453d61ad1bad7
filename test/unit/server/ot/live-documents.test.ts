import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeltaOp } from '../../../../core/delta.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../../../core/ids.ts';
import { limits } from '../../../../core/limits.ts';
import { richTextUri } from '../../../../core/rich-text.ts';
import { silentLog } from '../../../../server/log.ts';
import { applyEntry } from '../../../../server/ot/document-state.ts';
import type { LiveDocument, Outcome } from '../../../../server/ot/live-document.ts';
import { LiveDocuments } from '../../../../server/ot/live-documents.ts';
import { registerRichText } from '../../../../server/ot/rich-text-type.ts';
import type { LogEntry } from '../../../../server/store/store.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { MemoryOpLog } from '../../../helpers/memory-store.ts';
import { aRef } from '../../../helpers/op-server.ts';
import { until } from '../../../helpers/until.ts';

registerRichText();

function make(ops = new MemoryOpLog()) {
  const clock = new ManualClock();
  const watched = new Set<DocumentKey>();
  const live = new LiveDocuments({ ops, clock, log: silentLog, watched: () => watched });
  return { ops, clock, watched, live };
}

function stage(document: LiveDocument, change: Partial<LogEntry>): Promise<Outcome> {
  const { newest } = document.loaded!;
  const entry: LogEntry = { v: newest.v, src: 's', seq: newest.v + 1, m: { ts: 1 }, ...change };
  return new Promise((resolve) => document.stage(entry, applyEntry(newest, entry), resolve));
}

const create = { create: { type: richTextUri, data: [{ insert: '\n' }] } };
const insert = (text: string) => ({ op: [{ insert: text }] });
function textOf(document: LiveDocument): string {
  const { ops } = document.loaded!.durable.data as { ops: DeltaOp[] };
  return ops[0]!.insert as string;
}

async function opened(live: LiveDocuments, ref: DocumentRef): Promise<LiveDocument> {
  const document = live.open(ref);
  await document.load();
  return document;
}

test('an idle document is let go with its snapshot, and comes back as it was', async () => {
  const { ops, clock, live } = make();
  const document = await opened(live, aRef('doc'));
  await stage(document, create);
  await stage(document, insert('text'));
  clock.advance(limits.documentIdleMs + limits.documentSweepMs);
  await until('the snapshot is written', () => ops.snapshots.has(documentKey(aRef('doc'))));
  await until('it is let go', () => {
    clock.advance(limits.documentSweepMs);
    return live.size === 0;
  });
  ops.logs.get(documentKey(aRef('doc')))!.splice(0, 2, null as never, null as never);
  const again = await opened(live, aRef('doc'));
  assert.equal(textOf(again), 'text\n', 'from the snapshot alone');
  assert.equal(again.loaded?.durable.v, 2);
});

test('a document that somebody has open, or that waits for a commit, is kept', async () => {
  const { ops, clock, watched, live } = make();
  await opened(live, aRef('open'));
  watched.add(documentKey(aRef('open')));
  const busy = await opened(live, aRef('busy'));
  await opened(live, aRef('idle'));
  ops.hold();
  const done = stage(busy, create);
  clock.advance(limits.documentIdleMs + 2 * limits.documentSweepMs);
  assert.deepEqual(
    ['open', 'busy', 'idle'].map((id) => live.peek(aRef(id)) !== null),
    [true, true, false],
  );
  ops.release();
  assert.equal(await done, 'committed');
});

test('when there are too many, the longest unused are let go, open or not', async () => {
  const { clock, watched, live } = make();
  const count = limits.maxLiveDocuments + 50;
  for (let i = 0; i < count; i++) {
    await opened(live, aRef(`d${i}`));
    watched.add(documentKey(aRef(`d${i}`)));
  }
  live.open(aRef('d0'));
  clock.advance(limits.documentSweepMs);
  assert.equal(live.size, limits.maxLiveDocuments);
  assert.notEqual(live.peek(aRef('d0')), null, 'just used');
  assert.equal(live.peek(aRef('d1')), null);
});

test('when they are too large together, the longest unused are let go and can be opened again', async () => {
  const { ops, clock, live } = make();
  // Sizes are estimated at four bytes a character.
  const length = Math.ceil(limits.maxLiveBytes / 4 / 8);
  for (let i = 0; i < 9; i++) {
    const document = await opened(live, aRef(`large${i}`));
    await stage(document, { create: { type: richTextUri, data: [{ insert: '\n' }] } });
    await stage(document, insert('x'.repeat(length)));
    clock.advance(1);
  }
  assert.equal(live.size, 9, 'well below the limit by count');
  // Once for its snapshot, and once more to let it go.
  live.sweep();
  await until('its snapshot is written', () => ops.snapshots.size > 0);
  live.sweep();
  await until('they fit', () => {
    live.sweep();
    return live.size < 9;
  });
  assert.equal(live.peek(aRef('large0')), null, 'the longest unused');
  assert.ok(live.peek(aRef('large8')), 'not the one used last');
  assert.ok(live.size >= 7, `${live.size} are kept`);
  const again = await opened(live, aRef('large0'));
  assert.equal(again.loaded?.durable.v, 2);
  assert.equal(textOf(again).length, length + 1);
});

test('a snapshot is written every so many ops, and less often in a long document', async () => {
  const { ops, live } = make();
  const short = await opened(live, aRef('short'));
  await stage(short, create);
  for (let i = 1; i < limits.snapshotInterval; i++) await stage(short, insert('x'));
  await until('it is written', () => ops.snapshotWrites === 1);
  assert.equal(ops.snapshots.get(documentKey(aRef('short')))?.v, limits.snapshotInterval);

  const long = await opened(live, aRef('long'));
  const data = [{ insert: `${'x'.repeat(400 * 1024)}\n` }];
  await stage(long, { create: { type: richTextUri, data } });
  for (let i = 1; i < 399; i++) await stage(long, insert('x'));
  assert.equal(ops.snapshotWrites, 1);
  for (let i = 0; i < 5; i++) await stage(long, insert('x'));
  await until('it is written', () => ops.snapshotWrites === 2);
});

test('a snapshot that cannot be written costs nothing but a longer replay', async () => {
  const { ops, live } = make();
  const document = await opened(live, aRef('doc'));
  ops.writeSnapshot = async () => {
    throw new Error('no space');
  };
  await stage(document, create);
  for (let i = 0; i < limits.snapshotInterval; i++) {
    assert.equal(await stage(document, insert('x')), 'committed');
  }
  const again = await opened(make(ops).live, aRef('doc'));
  assert.equal(textOf(again).length, limits.snapshotInterval + 1);
});

test('a lost commit takes along what was made on top of it, and nothing else', async () => {
  const { ops, live } = make();
  const document = await opened(live, aRef('doc'));
  const other = await opened(live, aRef('other'));
  await stage(document, create);
  ops.hold();
  ops.intrude(aRef('doc'), {
    v: 1,
    src: 'elsewhere',
    seq: 1,
    op: [{ insert: 'theirs' }],
    m: { ts: 1 },
  });
  const outcomes = [
    stage(document, insert('a')),
    stage(document, insert('b')),
    stage(other, create),
  ];
  const settled = document.settled();
  ops.release();
  assert.deepEqual(await Promise.all(outcomes), ['version-taken', 'version-taken', 'committed']);
  assert.equal(await settled, false);
  assert.equal(document.loaded, null);
  await document.load();
  assert.equal(textOf(document), 'theirs\n');
});

test('an op that the log has already is told apart from a lost race', async () => {
  const { ops, live } = make();
  const document = await opened(live, aRef('doc'));
  await stage(document, create);
  ops.intrude(aRef('doc'), { v: 1, src: 's', seq: 7, op: [{ insert: 'x' }], m: { ts: 1 } });
  assert.equal(await stage(document, { ...insert('x'), seq: 7 }), 'duplicate');
});

test('when nothing can be stored, everything staged is held back', async () => {
  const { ops, live } = make();
  const document = await opened(live, aRef('doc'));
  await stage(document, create);
  ops.fail();
  const outcomes = await Promise.all([stage(document, insert('a')), stage(document, insert('b'))]);
  for (const outcome of outcomes) assert.equal((outcome as { code?: string }).code, 'not-now');
  ops.heal();
  await document.load();
  assert.equal(textOf(document), '\n');
});

test('a log with a gap is not replayed as if there were none', async () => {
  const { ops, live } = make();
  const document = await opened(live, aRef('doc'));
  await stage(document, create);
  await stage(document, insert('a'));
  await stage(document, insert('b'));
  ops.logs.get(documentKey(aRef('doc')))!.splice(1, 1);
  await assert.rejects(opened(make(ops).live, aRef('doc')), { code: 'internal' });
});

test('many idle documents are let go a few at a time, so that ops find their place', async () => {
  const { ops, clock, live } = make();
  const writeSnapshot = ops.writeSnapshot.bind(ops);
  let [atOnce, most] = [0, 0];
  ops.writeSnapshot = async (...args) => {
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    await writeSnapshot(...args);
    atOnce--;
  };
  const count = 5 * limits.evictionWrites;
  for (let i = 0; i < count; i++) {
    await stage(await opened(live, aRef(`doc${i}`)), create);
  }
  clock.advance(limits.documentIdleMs + limits.documentSweepMs);
  await until('all are gone', () => {
    clock.advance(limits.evictionPauseMs);
    return live.size === 0;
  });
  assert.equal(most, limits.evictionWrites);
  assert.equal(ops.snapshots.size, count);
  await live.close();
});
