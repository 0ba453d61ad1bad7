import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '../../../../core/limits.ts';
import { Outbox, type Sender } from '../../../../server/ws/outbox.ts';
import { until } from '../../../helpers/until.ts';

class Line implements Sender {
  isUrgent = false;
  writes = 0;
  readonly #outbox: Outbox;
  #isWaiting = false;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  put(isUrgent = false): void {
    this.isUrgent ||= isUrgent;
    if (!this.#isWaiting) this.#outbox.add(this);
    else if (isUrgent) this.#outbox.wake();
    this.#isWaiting = true;
  }

  send(): void {
    this.#isWaiting = false;
    this.isUrgent = false;
    this.writes++;
  }
}

const crowd = (outbox: Outbox, count: number) =>
  Array.from({ length: count }, () => new Line(outbox));
const writes = (lines: readonly Line[]) => lines.reduce((sum, line) => sum + line.writes, 0);

test('a lone keystroke goes to everybody at the end of its turn, however many they are', async () => {
  const outbox = new Outbox();
  const lines = crowd(outbox, 10 * limits.batchFreeWrites);
  for (const line of lines) line.put();
  await nextTurn();
  assert.equal(writes(lines), lines.length);
});

test('little traffic never waits', async () => {
  const outbox = new Outbox();
  const lines = crowd(outbox, 4);
  for (let i = 1; i <= limits.batchFreeWrites / 4; i++) {
    for (const line of lines) line.put();
    await nextTurn();
    assert.equal(writes(lines), 4 * i);
  }
});

test('under load what goes to many waits for the window, and each line is written once in it', async () => {
  const outbox = new Outbox();
  const lines = crowd(outbox, 2 * limits.batchFreeWrites);
  const start = performance.now();
  for (const line of lines) line.put();
  await nextTurn();
  let turns = 0;
  do {
    for (const line of lines) line.put();
    await nextTurn();
    turns++;
  } while (performance.now() - start < limits.batchWindowMs * 3);
  await until('the last window has ended', () => {
    return performance.now() - start > limits.batchWindowMs * 4;
  });
  const windows = Math.ceil((performance.now() - start) / limits.batchWindowMs) + 1;
  assert.ok(turns > 2 * windows, 'there was more to say than windows');
  for (const line of lines) assert.ok(line.writes <= windows, `${line.writes} in ${windows}`);
});

test('under load an answer goes out at once, and only that line', async () => {
  const outbox = new Outbox();
  const lines = crowd(outbox, 2 * limits.batchFreeWrites);
  const author = lines[7]!;
  for (const line of lines) line.put();
  await nextTurn();
  for (const line of lines) line.put();
  author.put(true);
  await nextTurn();
  const isLate = lines.some((line) => line !== author && line.writes === 2);
  // On a machine that stood still for a whole window everything has gone out already.
  assert.equal(author.writes, 2);
  if (!isLate) assert.equal(writes(lines), lines.length + 1);
  await until('the rest has gone out', () => lines.every((line) => line.writes === 2));
});
