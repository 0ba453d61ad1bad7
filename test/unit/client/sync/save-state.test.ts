import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SaveFacts, SaveStateClock } from '../../../../client/sync/save-state.ts';
import type { SaveState } from '../../../../client/sync/session-api.ts';
import { TestEnvironment, VirtualTime } from '../../../helpers/network.ts';
import { createRandom } from '../../../helpers/random.ts';

const atRest: SaveFacts = {
  isConnected: true,
  isOffline: false,
  isHeld: false,
  nextTryAt: null,
  hasUnsent: false,
  unsent: 0,
  version: 7,
  savedAt: 5,
  refused: 0,
  denied: null,
  isRefusedClient: false,
  isOldBuild: false,
  canEdit: true,
};

function start(first: Partial<SaveFacts> = {}) {
  const time = new VirtualTime();
  let facts = { ...atRest, ...first };
  const clock = new SaveStateClock(new TestEnvironment(time, createRandom(1)), facts);
  const seen: SaveState[] = [];
  clock.state.subscribe((state) => seen.push(state));
  return {
    run: (ms: number) => time.run(ms),
    seen,
    kind: () => clock.state.value.kind,
    state: () => clock.state.value,
    set(change: Partial<SaveFacts>) {
      facts = { ...facts, ...change };
      clock.update(facts);
    },
  };
}

const typing = { hasUnsent: true, unsent: 1 };
const sent = { hasUnsent: false, unsent: 0 };

test('what the page came with is saved', () => {
  assert.deepEqual(start().state(), { kind: 'saved', version: 7, at: 5 });
});

test('a key shows Saving… at once; Saved comes half a second after the last acknowledgement', async () => {
  const world = start();
  world.set(typing);
  assert.equal(world.kind(), 'saving');
  world.set({ ...sent, version: 8 });
  await world.run(400);
  assert.equal(world.kind(), 'saving');
  world.set(typing);
  world.set({ ...sent, version: 9, savedAt: 6 });
  await world.run(450);
  assert.equal(world.kind(), 'saving', 'between two words it does not flicker');
  await world.run(100);
  assert.deepEqual(world.state(), { kind: 'saved', version: 9, at: 6 });
});

test('a short break says nothing new', async () => {
  const world = start();
  world.set({ isConnected: false });
  await world.run(2_900);
  world.set({ isConnected: true });
  await world.run(1_000);
  assert.deepEqual(
    world.seen.map(({ kind }) => kind),
    ['saved'],
  );
});

test('in a short break what is typed is never called saved', async () => {
  const world = start();
  world.set({ isConnected: false });
  world.set(typing);
  assert.equal(world.kind(), 'saving');
  await world.run(2_900);
  assert.equal(world.kind(), 'saving');
});

test('a longer break is Reconnecting… after three seconds, Offline after ten', async () => {
  const world = start();
  world.set({ isConnected: false, nextTryAt: 1 });
  await world.run(3_000);
  assert.deepEqual(world.state(), { kind: 'reconnecting', nextTryAt: 1, unsent: 0, isHeld: false });
  world.set({ nextTryAt: null });
  await world.run(6_900);
  assert.equal(world.kind(), 'reconnecting');
  await world.run(200);
  assert.deepEqual(world.state(), { kind: 'offline', unsent: 0, isHeld: false });
  world.set({ ...typing, unsent: 3 });
  assert.deepEqual(world.state(), { kind: 'offline', unsent: 3, isHeld: false });
});

test('when the browser says offline, it is offline at once, and never Saved', async () => {
  const world = start();
  world.set(typing);
  world.set({ isOffline: true, isConnected: false });
  assert.deepEqual(world.state(), { kind: 'offline', unsent: 1, isHeld: false });
  world.set(sent);
  await world.run(5_000);
  assert.equal(world.kind(), 'offline');
  world.set({ isOffline: false });
  await world.run(100);
  assert.equal(world.kind(), 'reconnecting');
  world.set({ isConnected: true });
  await world.run(600);
  assert.equal(world.kind(), 'saved');
});

test('back with something unsent it is Saving…, then Saved', async () => {
  const world = start();
  world.set({ isConnected: false, ...typing });
  await world.run(12_000);
  world.set({ isConnected: true });
  assert.equal(world.kind(), 'saving');
  world.set(sent);
  await world.run(600);
  assert.equal(world.kind(), 'saved');
});

test('a refused change needs attention until it is answered', async () => {
  const world = start();
  world.set({ refused: 1 });
  assert.deepEqual(world.state(), { kind: 'attention', reason: 'refused' });
  world.set(typing);
  assert.equal(world.kind(), 'saving');
  world.set(sent);
  assert.equal(world.kind(), 'attention');
  world.set({ refused: 0 });
  await world.run(600);
  assert.equal(world.kind(), 'saved');
});

for (const reason of ['not-signed-in', 'no-access', 'trashed'] as const) {
  test(`${reason} needs attention, whatever else is so`, () => {
    const world = start();
    world.set({ denied: reason, isConnected: false, isOffline: true, ...typing });
    assert.deepEqual(world.state(), { kind: 'attention', reason });
  });
}

test('who may not edit sees View only from the start', async () => {
  const world = start({ canEdit: false, isConnected: false });
  assert.equal(world.kind(), 'view-only');
  world.set({ isConnected: true });
  await world.run(1_000);
  assert.deepEqual(
    world.seen.map(({ kind }) => kind),
    ['view-only'],
  );
});

test('a newer server is said when nothing is unsent', () => {
  const world = start();
  world.set({ isOldBuild: true, ...typing });
  assert.equal(world.kind(), 'saving');
  world.set(sent);
  assert.equal(world.kind(), 'new-version');
});

test('a client that is refused as too old says so, connected or not', () => {
  const world = start();
  world.set({ isConnected: false, isRefusedClient: true });
  assert.equal(world.kind(), 'new-version');
});

test('a server that cannot store shows as offline, and why, although the line comes and goes', async () => {
  const world = start();
  world.set({ ...typing, isHeld: true, isConnected: false, nextTryAt: 900 });
  assert.equal(world.kind(), 'saving');
  await world.run(1_000);
  world.set({ isConnected: true, nextTryAt: null });
  await world.run(2_100);
  assert.deepEqual(world.state(), {
    kind: 'reconnecting',
    nextTryAt: null,
    unsent: 1,
    isHeld: true,
  });
  world.set({ isConnected: false, nextTryAt: 9_000, unsent: 3 });
  await world.run(7_000);
  world.set({ isConnected: true, nextTryAt: null });
  assert.deepEqual(world.state(), { kind: 'offline', unsent: 3, isHeld: true });
  world.set({ isHeld: false });
  assert.equal(world.kind(), 'saving', 'it has taken something');
  world.set({ ...sent, version: 9, savedAt: 6 });
  await world.run(600);
  assert.deepEqual(world.state(), { kind: 'saved', version: 9, at: 6 });
});
