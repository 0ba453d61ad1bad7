import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpHistory } from '../../../../client/sync/op-history.ts';
import { People } from '../../../../client/sync/people.ts';
import { limits } from '../../../../core/limits.ts';
import { SyncWorld } from './harness.ts';

const me = { id: 'g_me', name: 'Me', color: 1 };
const value = (u: string, i: number | null, v: number, more: object = {}) => ({
  i,
  l: 0,
  v,
  u,
  n: `Name of ${u}`,
  k: 3,
  ...more,
});
const asIs = (version: number) => ({
  version,
  place: (caret: { index: number; length: number }) => caret,
});

/** Versions 0 … 3: somebody wrote `ab`, then `c` between, then deleted the first letter. */
function someHistory(): OpHistory {
  const history = new OpHistory();
  history.record(0, [{ insert: 'ab' }], 'ada');
  history.record(1, { ops: [{ retain: 1 }, { insert: 'c' }] }, 'ada');
  history.record(2, [{ delete: 1 }], 'bob');
  return history;
}

test('a caret told for an older version is carried by the ops since', () => {
  const history = someHistory();
  assert.deepEqual(history.carry({ index: 2, length: 0 }, 1, 3, 'eve'), { index: 2, length: 0 });
  assert.deepEqual(history.carry({ index: 1, length: 1 }, 1, 2, 'eve'), { index: 1, length: 2 });
  assert.equal(history.carry({ index: 0, length: 0 }, 2, 4, 'eve'), null, 'not known yet');
});

test('what others insert at a caret leaves it; what its owner types pushes it', () => {
  const history = someHistory();
  assert.deepEqual(history.carry({ index: 1, length: 0 }, 1, 2, 'eve'), { index: 1, length: 0 });
  assert.deepEqual(history.carry({ index: 1, length: 0 }, 1, 2, 'ada'), { index: 2, length: 0 });
});

test('only so many ops are kept, and none from before a gap', () => {
  const history = new OpHistory();
  for (let v = 0; v < limits.presenceOpHistory + 50; v++) {
    history.record(v, [{ insert: 'x' }], 'ada');
  }
  assert.equal(history.carry({ index: 0, length: 0 }, 49, limits.presenceOpHistory, 'b'), null);
  assert.ok(history.carry({ index: 0, length: 0 }, 50, limits.presenceOpHistory, 'b'));
  history.record(1000, [{ insert: 'x' }], 'ada');
  assert.equal(history.carry({ index: 0, length: 0 }, 999, 1001, 'b'), null);
});

test('a caret from a version that is not here yet waits for it', () => {
  const history = new OpHistory();
  const people = new People(history);
  people.heard('ada.1', value('g_ada', 3, 1), 0);
  assert.equal(people.list(me, 0, asIs(0))[0]?.caret, null);
  history.record(0, [{ insert: 'abc' }], 'ada');
  people.advance(1);
  assert.deepEqual(people.list(me, 0, asIs(1))[0]?.caret, { index: 3, length: 0 });
});

test('several tabs are one person, away only when all are, where something happened last', () => {
  const people = new People(new OpHistory());
  people.heard('ada.1', value('g_ada', 3, 0), 0);
  people.heard('bob.1', value('g_bob', null, 0), 1);
  people.heard('ada2.1', value('g_ada', 5, 0, { away: true }), 2);
  const list = people.list(me, 3, asIs(0));
  assert.deepEqual(
    list.map(({ userId, away, caret }) => [userId, away, caret?.index ?? null]),
    [
      ['g_ada', false, 5],
      ['g_bob', false, null],
    ],
  );
  people.heard('ada.1', value('g_ada', 3, 0, { away: true }), 4);
  assert.equal(people.list(me, 5, asIs(0))[0]?.away, true);
});

test('who says goodbye is gone, and who is silent for long too', () => {
  const people = new People(new OpHistory());
  people.heard('ada.1', value('g_ada', 3, 0), 0);
  people.heard('bob.1', value('g_bob', 3, 0), 0);
  people.heard('ada.1', null, 1);
  assert.deepEqual(
    people.list(me, 1, asIs(0)).map(({ userId }) => userId),
    ['g_bob'],
  );
  people.expire(limits.presenceTtlMs + 1);
  assert.ok(people.isEmpty);
});

test('a caret that does not move is hidden; told again at the same place it has not moved', () => {
  const history = new OpHistory();
  const people = new People(history);
  people.heard('ada.1', value('g_ada', 3, 0), 0);
  history.record(0, [{ insert: 'xx' }], 'bob');
  people.advance(1);
  // Refreshed at the version from before, and at the one after: the same place.
  people.heard('ada.1', value('g_ada', 3, 0), 30_000);
  people.heard('ada.1', value('g_ada', 5, 1), 50_000);
  assert.ok(people.list(me, limits.caretIdleMs - 1, asIs(1))[0]?.caret);
  assert.equal(people.list(me, limits.caretIdleMs + 1, asIs(1))[0]?.caret, null);
  people.heard('ada.1', value('g_ada', 4, 1), limits.caretIdleMs + 2);
  assert.ok(people.list(me, limits.caretIdleMs + 3, asIs(1))[0]?.caret);
});

test('what is no presence is nobody', () => {
  const people = new People(new OpHistory());
  for (const junk of [undefined, 5, {}, { i: -1, l: 0, v: 0, u: 'a', n: 'b', k: 1 }, { i: 1 }]) {
    people.heard('x.1', junk, 0);
  }
  assert.ok(people.isEmpty);
});

test('carets arrive in the coordinates of my own screen, also with unsent text in it', async () => {
  const world = new SyncWorld();
  await world.create([{ insert: 'one two three\n' }]);
  const ada = await world.open();
  const bob = await world.open();
  await world.settle();
  bob.editor.select({ index: 4, length: 3 });
  await world.settle();
  const bobAtAda = () => ada.session.people.value.find(({ me: isMe }) => !isMe)?.caret;
  assert.deepEqual(bobAtAda(), { index: 4, length: 3 });
  // Unsent, in flight, and not shown yet: the caret stays on its words all the time.
  ada.types(0, '>> ');
  await world.run(17);
  assert.deepEqual(bobAtAda(), { index: 7, length: 3 });
  ada.setNetwork(false);
  await world.run(100);
  ada.types(0, '!');
  ada.setNetwork(true);
  await world.run(5_000);
  assert.deepEqual(bobAtAda(), { index: 8, length: 3 });
  assert.equal(ada.text().slice(8, 11), 'two');
});
