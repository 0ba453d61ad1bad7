import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../../core/limits.ts';
import type { Role } from '../../../../core/roles.ts';
import { RoleCache } from '../../../../server/ot/role-cache.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { aPerson, aRef } from '../../../helpers/op-server.ts';

const ada = aPerson('ada');
const ref = aRef('doc');

function make() {
  const clock = new ManualClock();
  const state = { role: 'editor' as Role | null, asked: 0 };
  const roles = new RoleCache(async () => {
    state.asked++;
    return state.role;
  }, clock);
  return { clock, state, roles };
}

test('a role is asked once for a moment, also while the answer is on its way', async () => {
  const { clock, state, roles } = make();
  const first = roles.roleOf(ada, ref);
  assert.equal(roles.roleOf(ada, ref), first);
  assert.equal(await first, 'editor');
  assert.equal(roles.roleOf(ada, ref), 'editor', 'at once when it is known');
  assert.equal(state.asked, 1);
  state.role = 'viewer';
  clock.advance(limits.roleCacheMs);
  assert.equal(await roles.roleOf(ada, ref), 'viewer');
  assert.equal(state.asked, 2);
});

test('people and documents are not confused', async () => {
  const { state, roles } = make();
  await roles.roleOf(ada, ref);
  await roles.roleOf(aPerson('bob'), ref);
  await roles.roleOf(ada, aRef('other'));
  assert.equal(state.asked, 3);
});

test('an answer from before a change of rights is not remembered', async () => {
  const { state, roles } = make();
  const before = roles.roleOf(ada, ref);
  roles.forget(ref);
  state.role = null;
  assert.equal(await before, 'editor');
  assert.equal(await roles.roleOf(ada, ref), null);
  assert.equal(roles.roleOf(ada, ref), null);
});

test('a failure is not remembered', async () => {
  let fails = true;
  const roles = new RoleCache(async () => {
    if (fails) throw new Error('the store is away');
    return 'viewer';
  }, new ManualClock());
  await assert.rejects(async () => roles.roleOf(ada, ref));
  fails = false;
  assert.equal(await roles.roleOf(ada, ref), 'viewer');
});
