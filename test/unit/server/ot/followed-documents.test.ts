// A document that other processes write to, as one of them has it in memory: brought forward by what it
// hears and by what it reads, told once and in order, and never twice written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeltaOp } from '../../../../core/delta.ts';
import { type DocumentKey, documentKey } from '../../../../core/ids.ts';
import { limits } from '../../../../core/limits.ts';
import { richTextUri } from '../../../../core/rich-text.ts';
import { silentLog } from '../../../../server/log.ts';
import { applyEntry } from '../../../../server/ot/document-state.ts';
import type { LiveDocument, Outcome } from '../../../../server/ot/live-document.ts';
import { LiveDocuments } from '../../../../server/ot/live-documents.ts';
import { LogPoll } from '../../../../server/ot/log-poll.ts';
import { registerRichText } from '../../../../server/ot/rich-text-type.ts';
import type { LogEntry } from '../../../../server/store/store.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { MemoryOpLog } from '../../../helpers/memory-store.ts';
import { aRef } from '../../../helpers/op-server.ts';
import { until } from '../../../helpers/until.ts';

registerRichText();

const ref = aRef('doc');

/** One process of those that share `ops`. */
function process(ops: MemoryOpLog, clock = new ManualClock()) {
  const watched = new Set<DocumentKey>([documentKey(ref)]);
  const foreign: number[] = [];
  const own: LogEntry[] = [];
  const live = new LiveDocuments({
    ops,
    clock,
    log: silentLog,
    watched: () => watched,
    feed: {
      committed: (_ref, entry) => own.push(entry),
      foreign: (_ref, entries) => foreign.push(...entries.map(({ v }) => v)),
    },
  });
  return { clock, watched, foreign, own, live };
}

let seq = 0;
function stage(document: LiveDocument, change: Partial<LogEntry>): Promise<Outcome> {
  const { newest } = document.loaded!;
  const entry: LogEntry = { v: newest.v, src: 's', seq: ++seq, m: { ts: 1 }, ...change };
  return new Promise((resolve) => document.stage(entry, applyEntry(newest, entry), resolve));
}

const create = { create: { type: richTextUri, data: [{ insert: '\n' }] } };
const insert = (text: string) => ({ op: [{ insert: text }] });
const theirs = (v: number, text: string): LogEntry => ({
  v,
  src: 'elsewhere',
  seq: v,
  ...insert(text),
  m: { ts: 1 },
});
function textOf(document: LiveDocument): string {
  const { ops } = document.loaded!.durable.data as { ops: DeltaOp[] };
  return ops.map(({ insert: text }) => text).join('');
}

async function opened(ops = new MemoryOpLog()) {
  const here = process(ops);
  const document = here.live.open(ref);
  await document.load();
  await stage(document, create);
  return { ops, document, ...here };
}

test('what is heard and fits is taken without a look at the store', async () => {
  const { ops, document, foreign } = await opened();
  const reads = ops.reads;
  document.heard(3, [theirs(1, 'a'), theirs(2, 'b')]);
  assert.equal(textOf(document), 'ba\n');
  assert.deepEqual(foreign, [1, 2]);
  // Heard twice, or partly known: once is enough.
  document.heard(3, [theirs(1, 'a'), theirs(2, 'b')]);
  document.heard(4, [theirs(2, 'b'), theirs(3, 'c')]);
  assert.equal(textOf(document), 'cba\n');
  assert.deepEqual(foreign, [1, 2, 3]);
  assert.equal(ops.reads, reads);
});

test('what is heard and does not fit is read from the log, each op told once and in order', async () => {
  const { ops, document, foreign } = await opened();
  for (let v = 1; v < 6; v++) ops.intrude(ref, theirs(v, `${v}`));
  document.heard(6, [theirs(5, '5')]);
  document.heard(4, [theirs(3, '3')]);
  document.heard(6, []);
  await until('it has caught up', () => document.loaded?.durable.v === 6);
  await until('nothing is under way', () => !document.isBusy);
  assert.equal(textOf(document), '54321\n');
  assert.deepEqual(foreign, [1, 2, 3, 4, 5]);
});

test('a version that somebody claims and the log does not have is asked for once', async () => {
  const { ops, document, foreign } = await opened();
  const before = ops.reads;
  document.heard(1_000, []);
  await until('it was looked for', () => ops.reads > before && !document.isBusy);
  const { reads } = ops;
  await stage(document, insert('x'));
  await until('nothing is under way', () => !document.isBusy);
  assert.equal(ops.reads, reads);
  assert.deepEqual(foreign, []);
});

test('a lost race brings the document forward by what it missed, not from its beginning', async () => {
  const { ops, document, foreign, own } = await opened();
  ops.intrude(ref, theirs(1, 'theirs'));
  const snapshots: unknown[] = [];
  const { snapshot } = ops;
  ops.snapshot = (...args) => {
    snapshots.push(args);
    return snapshot.call(ops, ...args);
  };
  assert.equal(await stage(document, insert('mine')), 'version-taken');
  await document.load();
  assert.equal(textOf(document), 'theirs\n');
  assert.deepEqual([foreign, snapshots], [[1], []]);
  assert.equal(await stage(document, insert('mine ')), 'committed');
  assert.equal(textOf(document), 'mine theirs\n');
  assert.deepEqual(
    own.map(({ v }) => v),
    [0, 2],
  );
});

test('what is heard while an op waits for its commit is not applied beneath it', async () => {
  const { ops, document, foreign } = await opened();
  ops.hold();
  const outcome = stage(document, insert('mine'));
  ops.intrude(ref, theirs(1, 'theirs'));
  document.heard(2, [theirs(1, 'theirs')]);
  assert.equal(document.loaded?.newest.v, 2);
  ops.release();
  assert.equal(await outcome, 'version-taken');
  await until('it has caught up', () => document.loaded?.durable.v === 2 && !document.isBusy);
  assert.equal(textOf(document), 'theirs\n');
  assert.deepEqual(foreign, [1]);
});

test('refresh knows all that was durable when it was asked, also while ops are staged', async () => {
  const { ops, document, foreign } = await opened();
  ops.hold();
  const mine = stage(document, insert('mine'));
  const fresh = document.refresh();
  ops.release();
  await Promise.all([mine, fresh]);
  assert.equal(document.loaded?.durable.v, 2);
  ops.intrude(ref, theirs(2, 'theirs '));
  const asked = [document.refresh(), document.refresh(), document.refresh()];
  const { reads } = ops;
  await Promise.all(asked);
  assert.ok(ops.reads - reads <= 2, 'many who ask share a question');
  assert.equal(textOf(document), 'theirs mine\n');
  assert.deepEqual(foreign, [2]);
});

test('a log that could not be read is read on from where it was', async () => {
  const { ops, document, foreign } = await opened();
  ops.fail({ reads: true });
  assert.equal(((await stage(document, insert('lost'))) as { code?: string }).code, 'not-now');
  await assert.rejects(document.load(), { code: 'not-now' });
  ops.intrude(ref, theirs(1, 'theirs'));
  ops.heal();
  await document.load();
  assert.equal(textOf(document), 'theirs\n');
  assert.deepEqual(foreign, [1]);
});

test('every few seconds one question finds what nobody told', async () => {
  const ops = new MemoryOpLog();
  const { live, clock, foreign } = process(ops);
  const document = live.open(ref);
  await document.load();
  await stage(document, create);
  const looks: number[] = [];
  const poll = new LogPoll({
    ops,
    live,
    clock,
    log: silentLog,
    everyMs: limits.followMs,
    also: async () => void looks.push(clock.now()),
  });
  ops.intrude(ref, theirs(1, 'a'));
  clock.advance(limits.followMs - 1);
  assert.equal(document.loaded?.durable.v, 1);
  clock.advance(1);
  await until('it is found', () => document.loaded?.durable.v === 2 && looks.length === 1);
  assert.deepEqual(foreign, [1]);
  // A store that does not answer is asked again.
  ops.fail({ reads: true });
  await poll.now();
  ops.heal();
  ops.intrude(ref, theirs(2, 'b'));
  await poll.now();
  assert.deepEqual(foreign, [1, 2]);
  await poll.close();
  clock.advance(10 * limits.followMs);
  assert.equal(looks.length, 2);
});

test('people learn what others wrote while the document was let go from memory', async () => {
  const { ops, live, clock, foreign, document } = await opened();
  await document.writeSnapshot();
  for (let i = 0; i < limits.maxLiveDocuments; i++) await live.open(aRef(`other${i}`)).load();
  clock.advance(limits.documentSweepMs);
  assert.equal(live.peek(ref), null);
  ops.intrude(ref, theirs(1, 'a'));
  ops.intrude(ref, theirs(2, 'b'));
  assert.deepEqual(live.followed(), [{ ref, version: 1 }]);
  await live.open(ref).refresh();
  assert.deepEqual(foreign, [1, 2]);
});

test('of several processes that have a document one writes its snapshot: who committed last', async () => {
  const ops = new MemoryOpLog();
  const [one, two] = [process(ops), process(ops)];
  const mine = one.live.open(ref);
  await mine.load();
  await stage(mine, create);
  const other = two.live.open(ref);
  await other.load();
  for (let i = 0; i < 3 * limits.snapshotInterval; i++) {
    const [from, to] = i % 2 ? [mine, other] : [other, mine];
    const { newest } = from.loaded!;
    assert.equal(await stage(from, insert('x')), 'committed');
    to.heard(newest.v + 1, ops.entries(ref).slice(newest.v));
  }
  for (let i = 0; i < 3; i++) await stage(mine, insert('x'));
  other.heard(mine.loaded!.newest.v, ops.entries(ref).slice(-3));
  const written = ops.snapshotWrites;
  assert.ok(written >= 1 && written <= 4, `${written} were written`);
  await one.live.close();
  await two.live.close();
  assert.equal(ops.snapshotWrites, written + 1, 'at the end one of them writes');
});
