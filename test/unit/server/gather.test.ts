import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../core/limits.ts';
import { createGather } from '../../../server/bus/gather.ts';
import { createMemoryHub } from '../../../server/bus/memory-bus.ts';
import { systemIds } from '../../../server/ids.ts';
import { silentLog } from '../../../server/log.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { until } from '../../helpers/until.ts';

test('each answers each; one that is away is waited for a moment only', async () => {
  const [hub, clock] = [createMemoryHub(), new ManualClock()];
  const join = (answer: () => Promise<unknown>, others: number) => {
    const bus = hub.join({ ids: systemIds, log: silentLog });
    return createGather({ bus, channel: 'numbers', others, answer, clock });
  };
  const one = join(async () => 1, 2);
  const two = join(async () => 2, 2);
  join(async () => 3, 2);
  assert.deepEqual((await one()).sort(), [2, 3]);
  const both = await Promise.all([one(), two()]);
  assert.deepEqual(
    both.map((answers) => answers.sort()),
    [
      [2, 3],
      [1, 3],
    ],
  );
  join(async () => {
    throw new Error('on purpose');
  }, 3);
  const asks = join(async () => 5, 4);
  let answers: unknown[] | null = null;
  const asked = asks().then((found) => {
    answers = found;
  });
  await until('all who can have answered', () => {
    clock.advance(limits.gatherMs / 50);
    return answers !== null;
  });
  await asked;
  assert.deepEqual((answers as unknown as number[]).sort(), [1, 2, 3]);
});
