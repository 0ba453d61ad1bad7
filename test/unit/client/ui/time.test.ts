import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clockTime,
  formatCount,
  formatMegabytes,
  listTime,
  timeGroup,
} from '../../../../client/ui/time.ts';

/** Local time, as people have it. */
const at = (text: string) => new Date(text).getTime();
const now = at('2026-04-14T15:00:00');

test('the groups change at local midnight, not after 24 hours', () => {
  assert.equal(timeGroup(at('2026-04-14T00:00:00'), now), 'today');
  assert.equal(timeGroup(at('2026-04-13T23:59:59'), now), 'week');
  assert.equal(timeGroup(at('2026-04-08T00:00:00'), now), 'week');
  assert.equal(timeGroup(at('2026-04-07T23:59:59'), now), 'earlier');
});

test('a server whose clock is ahead does not put a document into tomorrow', () => {
  assert.equal(timeGroup(now + 3 * 86_400_000, now), 'today');
});

test('the end of a row is short: clock, weekday, day', () => {
  assert.equal(listTime(at('2026-04-14T14:02:00'), now, 'en'), '14:02');
  assert.equal(listTime(at('2026-04-13T14:02:00'), now, 'en'), 'Monday');
  assert.equal(listTime(at('2026-03-28T14:02:00'), now, 'en'), '28 March');
  assert.equal(listTime(at('2025-03-28T14:02:00'), now, 'en'), '28 March 2025');
  assert.equal(listTime(at('2026-03-12T14:02:00'), now, 'zh-CN'), '3月12日');
});

test('midnight is 00, not 24 or 12', () => {
  assert.equal(clockTime(at('2026-04-14T00:05:00'), 'en'), '00:05');
  assert.equal(clockTime(at('2026-04-14T00:05:00'), 'zh-CN'), '00:05');
});

test('numbers and limits are written by the language', () => {
  assert.equal(formatCount(1234, 'en'), '1,234');
  assert.equal(formatMegabytes(10 * 1024 * 1024, 'en'), '10 MB');
});
