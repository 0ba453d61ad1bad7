// What server/accounts looks at from time to time: people behind sockets, and what has expired.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { UserId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import type { Person } from '../../../server/access/actor.ts';
import { createLinks } from '../../../server/accounts/links.ts';
import { createSessions } from '../../../server/accounts/sessions.ts';
import { createSweeper } from '../../../server/accounts/sweeper.ts';
import { createTokens } from '../../../server/accounts/tokens.ts';
import { systemIds } from '../../../server/ids.ts';
import { openEmbeddedStore } from '../../../server/store/embedded/embedded-store.ts';
import { resets, sessions, tokens } from '../../../server/store/schema.ts';
import type { RecordKind } from '../../../server/store/store.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const ada = 'g_ada12345678' as UserId;
const fails = (error: unknown) => assert.fail(String(error));

async function openStore(t: TestContext, clock: ManualClock) {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  const store = await openEmbeddedStore({ dataDir, clock });
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return store;
}

test('what has expired leaves the store, and nothing else does', async (t) => {
  const clock = new ManualClock();
  const store = await openStore(t, clock);
  const made = createSessions(store, clock, systemIds, fails);
  const secret = await made.start(ada, 'password', undefined);
  const links = createLinks(store, clock, systemIds);
  await links.createReset(ada, 'operator');
  const keys = createTokens(store, clock, systemIds, fails);
  const token = { name: 'x', scope: 'read', collection: null } as const;
  await keys.create(ada, { ...token, expiresAt: clock.now() + 1000 });
  await keys.create(ada, { ...token, expiresAt: null });
  const count = async (kind: unknown) =>
    (await store.records.list(kind as RecordKind<unknown>, 'byUser', ada, { limit: 10 })).length;
  const sweeper = createSweeper({
    store,
    identify: { ended: async () => new Map() },
    backend: { people: () => [], endWhere: () => {} },
    clock,
    onError: fails,
  });
  t.after(() => sweeper.close());
  clock.advance(2 * limits.resetLinkMs);
  await eventually(
    'the reset and the old token are gone',
    async () => [await count(sessions), await count(tokens), await count(resets)],
    (counts) => counts.join() === '1,1,0',
  );
  assert.ok(await made.find(secret));
  clock.advance((limits.sessionIdleDays + 1) * 24 * 3600_000);
  // The sweep after next is not planned before the last has ended.
  await eventually(
    'the session is gone',
    async () => {
      clock.advance(3600_000);
      return count(sessions);
    },
    (left) => left === 0,
  );
});

test('people behind sockets are asked about once each, and only who has ended loses their sockets', async (t) => {
  const clock = new ManualClock();
  const store = await openStore(t, clock);
  const person = (id: string, via?: string): Person => ({
    kind: 'guest',
    id: id as UserId,
    name: 'x',
    color: 1,
    ...(via ? { via } : {}),
  });
  const here = [person('g_a', 's:1'), person('g_a', 's:1'), person('g_a', 's:2'), person('g_b')];
  const asked: number[] = [];
  const closed: Person[] = [];
  const sweeper = createSweeper({
    store,
    identify: {
      async ended(people) {
        asked.push(people.length);
        return new Map(
          people.filter(({ via }) => via === 's:1').map((one) => [one, 'not-signed-in' as const]),
        );
      },
    },
    backend: {
      people: () => here,
      endWhere: (reasonOf) => closed.push(...here.filter((one) => reasonOf({ ...one }) !== null)),
    },
    clock,
    onError: fails,
  });
  t.after(() => sweeper.close());
  clock.advance(limits.identityCheckMs);
  await eventually(
    'closed',
    () => closed.length,
    (count) => count > 0,
  );
  assert.deepEqual(asked, [3]);
  assert.deepEqual(closed, here.slice(0, 2));
});
