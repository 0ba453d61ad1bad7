import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../../server/ot/turns.ts';

const busy = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test('who comes first goes first, one at a time', async () => {
  const turns = new Turns();
  const seen: number[] = [];
  turns.take(() => seen.push(0));
  for (let i = 1; i < 4; i++) turns.take(() => seen.push(i));
  assert.deepEqual(seen, [0]);
  for (let i = 1; i < 4; i++) {
    turns.give();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(seen.length, i + 1);
  }
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.equal(turns.isIdle, false);
  turns.give();
  assert.equal(turns.isIdle, true);
});

test('a long queue lets everything else have its turn, too', async () => {
  const turns = new Turns();
  let rounds = 0;
  let isOver = false;
  const round = () => {
    rounds++;
    if (!isOver) setImmediate(round);
  };
  setImmediate(round);
  await new Promise<void>((resolve) => {
    turns.take(() => setImmediate(() => turns.give()));
    for (let i = 0; i < 100; i++) {
      turns.take(() => {
        busy(1);
        turns.give();
        if (i === 99) resolve();
      });
    }
  });
  isOver = true;
  assert.ok(rounds >= 10, `${rounds} rounds of the event loop in 100 ms`);
});
