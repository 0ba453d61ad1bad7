// API tokens: a named key to what its owner may, or to less. Shown once, kept as a hash. In a header
// as `Bearer dp_…`, or as the password of HTTP Basic for scripts that know nothing else.

import { AppError } from '../../core/errors.ts';
import type { CollectionName, UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Limit } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { tokens as kind, type TokenRecord } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { createSecretRecords } from './secret-records.ts';
import { newSecret, prefixes, secretId } from './secret-text.ts';

export interface Token extends TokenRecord {
  readonly id: string;
}

export interface NewToken {
  readonly name: string;
  readonly scope: TokenRecord['scope'];
  readonly collection: CollectionName | null;
  readonly expiresAt: number | null;
}

export interface Tokens {
  create(userId: UserId, token: NewToken): Promise<{ secret: string; token: Token }>;
  find(secret: string): Promise<Token | null>;
  alive(ids: readonly string[]): Promise<Set<string>>;
  /** Newest first. */
  of(userId: UserId): Promise<Token[]>;
  revoke(userId: UserId, id: string): Promise<boolean>;
  /** Which. */
  revokeAll(userId: UserId): Promise<string[]>;
}

/** What looks like a token of ours in an Authorization header, or null: the header is not for us. */
export function tokenOf(authorization: string | undefined): string | null {
  const [scheme = '', value = '', ...rest] = (authorization ?? '').trim().split(/ +/);
  if (rest.length > 0) return null;
  if (/^bearer$/i.test(scheme)) return value.startsWith(prefixes.token) ? value : null;
  if (!/^basic$/i.test(scheme)) return null;
  // A proxy that asks for a password sends its own on: that is none of our business.
  const password = Buffer.from(value, 'base64').toString().split(':').slice(1).join(':');
  return password.startsWith(prefixes.token) ? password : null;
}

export const limitOf = ({ scope, collection }: TokenRecord): Limit => ({
  atMost: scope === 'read' ? 'viewer' : 'owner',
  collection: collection as CollectionName | null,
});

export function createTokens(
  { records }: Pick<Store, 'records'>,
  clock: Clock,
  ids: Ids,
  onError: (error: unknown) => void,
): Tokens {
  const isAlive = ({ expiresAt }: TokenRecord) => expiresAt === null || expiresAt > clock.now();

  const bySecret = createSecretRecords(
    { records },
    {
      kind,
      secret: 'token',
      isAlive,
      touched(record) {
        const now = clock.now();
        const isKnown = record.lastUsedAt !== null && now - record.lastUsedAt < limits.touchMs;
        return isKnown ? null : { ...record, lastUsedAt: now };
      },
      onError,
    },
  );

  const of = async (userId: UserId): Promise<Token[]> => {
    const found = await records.list(kind, 'byUser', userId, {
      limit: limits.maxTokens + 20,
      descending: true,
    });
    return found.map(({ id, value }) => ({ ...value, id }));
  };

  return {
    async create(userId, { name, scope, collection, expiresAt }) {
      if ((await of(userId)).length >= limits.maxTokens) {
        throw new AppError(
          'bad-request',
          `An account has at most ${limits.maxTokens} tokens. Revoke one first.`,
          { details: { reason: 'many' } },
        );
      }
      const secret = newSecret('token', ids);
      const record: TokenRecord = {
        userId,
        name,
        scope,
        collection,
        createdAt: clock.now(),
        lastUsedAt: null,
        expiresAt,
      };
      await records.put(kind, secretId(secret), record);
      return { secret, token: { ...record, id: secretId(secret) } };
    },

    find: bySecret.find,
    alive: bySecret.alive,
    of,

    revoke: bySecret.remove,

    async revokeAll(userId) {
      const ids = (await of(userId)).map(({ id }) => id);
      for (const id of ids) await records.delete(kind, id);
      return ids;
    },
  };
}
