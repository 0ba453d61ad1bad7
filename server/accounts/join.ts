// An account for somebody who proves who they are by another way than a password: without a name to sign in
// with. A guest keeps who they are, as one who signs up does.

import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { preferredColor } from '../../core/people.ts';
import type { Clock } from '../clock.ts';
import { accounts as kind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { AccountsDeps } from './accounts.ts';
import type { Links } from './links.ts';
import type { Sessions } from './sessions.ts';

export interface JoinDeps
  extends Pick<AccountsDeps, 'keep' | 'fresh' | 'checkName' | 'endPerson' | 'audit'> {
  store: Pick<Store, 'records'>;
  links: Links;
  sessions: Sessions;
  clock: Clock;
}

/** Can be repeated: what a stop left undone is done then. */
export type Join = (id: UserId, name: string) => Promise<void>;

export function createJoin(deps: JoinDeps): Join {
  const shown = (name: string): string | null => {
    const cut = name.slice(0, limits.maxNameChars);
    try {
      return deps.checkName(cut.isWellFormed() ? cut : cut.slice(0, -1));
    } catch {
      return null;
    }
  };
  return async (id, name) => {
    const record = {
      name: null,
      email: null,
      emailVerifiedAt: null,
      password: null,
      isAdmin: false,
      createdAt: deps.clock.now(),
      disabledAt: null,
      was: [],
    };
    await deps.store.records.put(kind, id, record, { ifVersion: 0 });
    const unnamed = { id, name: deps.fresh().name, color: preferredColor(id) };
    const kept = await deps.keep(unnamed, { account: true });
    const called = kept.named ? null : shown(name);
    if (called !== null) await deps.keep(unnamed, { name: called, named: true });
    // Whoever has the guest's cookie or link is nobody by it from now on.
    await deps.links.revokeAll(id);
    await deps.sessions.endAll(id);
    deps.endPerson(id, 'restart');
    deps.audit('sign-up', { person: id });
  };
}
