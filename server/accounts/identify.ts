// From a session's secret or a token to the person behind it, and whether those who were let in before
// still are who they were.

import type { UserId } from '../../core/ids.ts';
import { preferredColor } from '../../core/people.ts';
import type { Person } from '../access/actor.ts';
import { type GuestRecord, guests as profiles } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { AccountRecords } from './account-records.ts';
import type { EndReason } from './accounts.ts';
import type { Sessions } from './sessions.ts';
import { limitOf, type Tokens } from './tokens.ts';
import { sessionOf, tokenIdOf, viaSession, viaToken } from './via.ts';

export interface Identify {
  /** Somebody who is there and not shut out, or null. */
  byId(id: UserId): Promise<Person | null>;
  bySession(secret: string): Promise<Person | null>;
  byToken(secret: string): Promise<Person | null>;
  /** Those of them who are nobody any more, and why. */
  ended(people: readonly Person[]): Promise<Map<Person, EndReason>>;
}

export interface IdentifyDeps {
  store: Pick<Store, 'records'>;
  records: AccountRecords;
  sessions: Sessions;
  tokens: Tokens;
}

const idsOf = (people: readonly Person[], of: (person: Person) => string | null) => [
  ...new Set(people.map(of).filter((id) => id !== null)),
];

export function createIdentify({ store, records, sessions, tokens }: IdentifyDeps): Identify {
  /** Null: there is no such person, or they are shut out. */
  const person = async (id: UserId): Promise<Person | null> => {
    const [account, found] = await Promise.all([records.get(id), store.records.get(profiles, id)]);
    const profile: Pick<GuestRecord, 'name' | 'color'> = found?.value ?? {
      name: account?.name ?? '',
      color: preferredColor(id),
    };
    const { name, color } = profile;
    if (account) {
      if (account.disabledAt !== null) return null;
      const was = account.was as readonly UserId[];
      return { kind: 'account', id, name, color, isAdmin: account.isAdmin, was };
    }
    if (!found || found.value.endedAt !== null) return null;
    return { kind: 'guest', id, name, color };
  };

  return {
    byId: person,

    async bySession(secret) {
      const session = await sessions.find(secret);
      const found = session && (await person(session.userId as UserId));
      return found && { ...found, via: viaSession(session.id) };
    },

    async byToken(secret) {
      const token = await tokens.find(secret);
      const found = token && (await person(token.userId as UserId));
      return found && { ...found, via: viaToken(token.id), limit: limitOf(token) };
    },

    async ended(people) {
      const ids = [...new Set(people.map(({ id }) => id))];
      const [liveSessions, liveTokens, found, accounts] = await Promise.all([
        sessions.alive(idsOf(people, sessionOf)),
        tokens.alive(idsOf(people, tokenIdOf)),
        store.records.getMany(profiles, ids),
        records.getMany(ids),
      ]);
      const known = new Map(found.map(({ id, value }) => [id, value]));
      const reasonOf = (person: Person): EndReason | null => {
        const { id, kind } = person;
        const [session, token] = [sessionOf(person), tokenIdOf(person)];
        const profile = known.get(id);
        if (profile?.mergedInto !== undefined) return 'restart';
        if (profile && profile.endedAt !== null) return 'not-signed-in';
        if (accounts.get(id)?.disabledAt != null) return 'not-signed-in';
        if (session !== null && !liveSessions.has(session)) return 'not-signed-in';
        if (token !== null && !liveTokens.has(token)) return 'not-signed-in';
        // They signed up: what they opened as a guest comes back as the account.
        return kind === 'guest' && accounts.has(id) ? 'restart' : null;
      };
      const result = new Map<Person, EndReason>();
      for (const each of people) {
        const reason = reasonOf(each);
        if (reason) result.set(each, reason);
      }
      return result;
    },
  };
}
