// API tokens: a named key to what its owner may, or to less. Shown once, kept as a hash. In a header
// as `Bearer dp_…`, or as the password of HTTP Basic for scripts that know nothing else.

import { AppError } from '../../core/errors.ts';
import type { CollectionName, UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Limit } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { tokens as kind, type TokenRecord } from '../store/schema.ts';
import type { Store, Versioned } from '../store/store.ts';
import { isSecret, newSecret, prefixes, secretId } from './secret-text.ts';

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

  const touch = async ({ id, value, version }: Versioned<TokenRecord>) => {
    const now = clock.now();
    if (value.lastUsedAt !== null && now - value.lastUsedAt < limits.touchMs) return;
    await records.put(kind, id, { ...value, lastUsedAt: now }, { ifVersion: version });
  };

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

    async find(secret) {
      if (!isSecret('token', secret)) return null;
      const found = await records.get(kind, secretId(secret));
      if (!found || !isAlive(found.value)) return null;
      touch(found).catch(onError);
      return { ...found.value, id: found.id };
    },

    async alive(wanted) {
      const found = await records.getMany(kind, wanted);
      return new Set(found.filter(({ value }) => isAlive(value)).map(({ id }) => id));
    },

    of,

    async revoke(userId, id) {
      const found = await records.get(kind, id);
      if (found?.value.userId !== userId) return false;
      await records.delete(kind, id);
      return true;
    },

    async revokeAll(userId) {
      const ids = (await of(userId)).map(({ id }) => id);
      for (const id of ids) await records.delete(kind, id);
      return ids;
    },
  };
}
