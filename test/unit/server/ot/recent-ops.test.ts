import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../../core/limits.ts';
import { RecentOps } from '../../../../server/ot/recent-ops.ts';
import type { LogEntry } from '../../../../server/store/store.ts';

const entry = (v: number, text = 'x'): LogEntry => ({
  v,
  src: 's',
  seq: v,
  op: [{ insert: text }],
  m: { ts: 1 },
});
const versions = (entries: LogEntry[]) => entries.map(({ v }) => v);

test('entries are found by version', () => {
  const recent = new RecentOps(10);
  for (let v = 10; v < 20; v++) recent.push(entry(v));
  assert.deepEqual(versions(recent.slice(12, 15)), [12, 13, 14]);
  assert.deepEqual(versions(recent.slice(18, 20)), [18, 19]);
});

test('the oldest go first, when there are too many', () => {
  const recent = new RecentOps(0);
  const count = 2 * limits.maxRecentOps;
  for (let v = 0; v < count; v++) {
    recent.push(entry(v));
    recent.trim(v + 1);
  }
  assert.ok(recent.from >= count - 1.25 * limits.maxRecentOps);
  assert.deepEqual(versions(recent.slice(count - 2, count)), [count - 2, count - 1]);
});

test('a few large ones are too many as well', () => {
  const recent = new RecentOps(0);
  const text = 'x'.repeat(limits.maxRecentOpBytes / 4);
  for (let v = 0; v < 20; v++) {
    recent.push(entry(v, text));
    recent.trim(v + 1);
  }
  assert.ok(recent.bytes <= limits.maxRecentOpBytes);
  assert.deepEqual(versions(recent.slice(recent.from, 20)), [17, 18, 19]);
});

test('what is not durable yet stays, however much it is', () => {
  const recent = new RecentOps(0);
  for (let v = 0; v < 3 * limits.maxRecentOps; v++) recent.push(entry(v));
  recent.trim(5);
  assert.equal(recent.from, 5);
  recent.trim(0);
  assert.equal(recent.from, 5);
});
