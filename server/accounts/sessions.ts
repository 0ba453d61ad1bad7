// Sessions: that a browser signed in. A random secret in its cookie, a record under the secret's hash
// here; the record is the session, so whoever deletes it ends it.

import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { sessions as kind, type SessionRecord } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { describeAgent } from './agent.ts';
import { createSecretRecords } from './secret-records.ts';
import { newSecret, secretId } from './secret-text.ts';

export interface Session extends SessionRecord {
  readonly id: string;
}

export interface Sessions {
  /** The secret for the cookie. Always a new one: what a browser had before is worth nothing after. */
  start(
    userId: UserId,
    kind: SessionRecord['kind'],
    userAgent: string | undefined,
  ): Promise<string>;
  /** The session behind a cookie's value, or null. Notes now and then that it was used. */
  find(secret: string): Promise<Session | null>;
  /** Which of these are sessions still. */
  alive(ids: readonly string[]): Promise<Set<string>>;
  /** Last used first. */
  of(userId: UserId): Promise<Session[]>;
  /** False: it is none of theirs. */
  end(userId: UserId, id: string): Promise<boolean>;
  /** Ends all but one; which. */
  endAll(userId: UserId, except?: string): Promise<string[]>;
}

const DAY_MS = 24 * 3600_000;

export function createSessions(
  { records }: Pick<Store, 'records'>,
  clock: Clock,
  ids: Ids,
  onError: (error: unknown) => void,
): Sessions {
  const expiryOf = (createdAt: number, lastSeenAt: number) =>
    Math.min(
      createdAt + limits.sessionMaxDays * DAY_MS,
      lastSeenAt + limits.sessionIdleDays * DAY_MS,
    );
  const isAlive = ({ expiresAt }: SessionRecord) => expiresAt > clock.now();

  const bySecret = createSecretRecords(
    { records },
    {
      kind,
      secret: 'session',
      isAlive,
      touched(record) {
        const now = clock.now();
        if (now - record.lastSeenAt < limits.touchMs) return null;
        return { ...record, lastSeenAt: now, expiresAt: expiryOf(record.createdAt, now) };
      },
      onError,
    },
  );

  const of = async (userId: UserId): Promise<Session[]> => {
    const found = await records.list(kind, 'byUser', userId, {
      limit: limits.maxSessions + 20,
      descending: true,
    });
    return found.map(({ id, value }) => ({ ...value, id })).filter(isAlive);
  };

  return {
    async start(userId, how, userAgent) {
      const others = await of(userId);
      for (const { id } of others.slice(limits.maxSessions - 1)) await records.delete(kind, id);
      const secret = newSecret('session', ids);
      const now = clock.now();
      await records.put(kind, secretId(secret), {
        userId,
        kind: how,
        agent: describeAgent(userAgent),
        createdAt: now,
        lastSeenAt: now,
        expiresAt: expiryOf(now, now),
      });
      return secret;
    },

    find: bySecret.find,
    alive: bySecret.alive,
    of,

    end: bySecret.remove,

    async endAll(userId, except) {
      const ended: string[] = [];
      for (;;) {
        const found = await records.list(kind, 'byUser', userId, { limit: 200 });
        const rest = found.filter(({ id }) => id !== except && !ended.includes(id));
        if (rest.length === 0) return ended;
        for (const { id } of rest) {
          await records.delete(kind, id);
          ended.push(id);
        }
      }
    },
  };
}
