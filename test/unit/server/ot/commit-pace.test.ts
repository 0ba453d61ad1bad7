import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../../core/limits.ts';
import { CommitPace } from '../../../../server/ot/commit-pace.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

function start() {
  const clock = new ManualClock();
  const pace = new CommitPace(clock);
  const sent: string[] = [];
  return { clock, sent, write: (name: string) => pace.staged(name, () => sent.push(name)) };
}
const crowd = Array.from({ length: limits.commitCrowd * 3 }, (_, i) => `writer-${i}`);

test('what few people write is sent at once, however fast they are', () => {
  const { sent, write, clock } = start();
  for (let i = 1; i <= 50; i++) {
    write(i % 2 ? 'ada' : 'bob');
    assert.equal(sent.length, i);
    clock.advance(1);
  }
});

test('what a crowd writes is sent together, within the window', () => {
  const { sent, write, clock } = start();
  for (const name of crowd) write(name);
  clock.advance(limits.commitWindowMs);
  const before = sent.length;
  write('writer-0');
  write('writer-1');
  assert.equal(sent.length, before, 'the others of the crowd may follow');
  clock.advance(limits.commitWindowMs);
  assert.equal(sent.length, before + 2);
});

test('nobody waits once everybody who wrote just now has written again', () => {
  const { sent, write, clock } = start();
  for (const name of crowd) write(name);
  clock.advance(limits.commitWindowMs);
  const before = sent.length;
  for (const name of crowd.slice(1)) write(name);
  assert.equal(sent.length, before);
  write(crowd[0]!);
  assert.equal(sent.length, before + crowd.length);
});

test('a crowd that has gone is forgotten', () => {
  const { sent, write, clock } = start();
  for (const name of crowd) write(name);
  clock.advance(limits.commitWindowMs * 4);
  const before = sent.length;
  write('ada');
  assert.equal(sent.length, before + 1);
});
