// Links that speak for somebody: a guest's personal link, which brings them back in another browser as
// often as they like, and the link that sets a new password, once.

import { AppError } from '../../core/errors.ts';
import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import {
  type PersonalLinkRecord,
  personalLinks,
  type ResetRecord,
  resets,
} from '../store/schema.ts';
import type { RecordKind, Store } from '../store/store.ts';
import { isSecret, newSecret, secretId } from './secret-text.ts';

export interface PersonalLink extends PersonalLinkRecord {
  readonly id: string;
}

export interface Links {
  createPersonal(userId: UserId): Promise<string>;
  /** Whose it is, or null. */
  findPersonal(secret: string): Promise<UserId | null>;
  notePersonal(secret: string): Promise<void>;
  personalOf(userId: UserId): Promise<PersonalLink[]>;
  revokePersonal(userId: UserId, id: string): Promise<boolean>;
  createReset(userId: UserId, by: ResetRecord['by']): Promise<string>;
  findReset(secret: string): Promise<ResetRecord | null>;
  /** Takes it: of several who use it at once one gets it, the others null. */
  useReset(secret: string): Promise<ResetRecord | null>;
  /** All of a person's, of both kinds. */
  revokeAll(userId: UserId): Promise<void>;
}

export function createLinks({ records }: Pick<Store, 'records'>, clock: Clock, ids: Ids): Links {
  const get = async <T>(kind: RecordKind<T>, what: 'link' | 'reset', secret: string) =>
    isSecret(what, secret) ? await records.get(kind, secretId(secret)) : null;

  const findReset = async (secret: string): Promise<ResetRecord | null> => {
    const found = (await get(resets, 'reset', secret))?.value;
    return found && found.expiresAt > clock.now() ? found : null;
  };

  const removeAll = async <T>(kind: RecordKind<T>, userId: string) => {
    for (;;) {
      const found = await records.list(kind, 'byUser', userId, { limit: 100 });
      for (const { id } of found) await records.delete(kind, id);
      if (found.length < 100) return;
    }
  };

  return {
    async createPersonal(userId) {
      const list = await records.list(personalLinks, 'byUser', userId, {
        limit: limits.maxPersonalLinks,
      });
      if (list.length >= limits.maxPersonalLinks) {
        throw new AppError(
          'bad-request',
          `There are at most ${limits.maxPersonalLinks} personal links. Remove one first.`,
          { details: { reason: 'many' } },
        );
      }
      const secret = newSecret('link', ids);
      await records.put(personalLinks, secretId(secret), {
        userId,
        createdAt: clock.now(),
        lastUsedAt: null,
      });
      return secret;
    },

    async findPersonal(secret) {
      return ((await get(personalLinks, 'link', secret))?.value.userId as UserId) ?? null;
    },

    async notePersonal(secret) {
      const found = await get(personalLinks, 'link', secret);
      if (!found) return;
      const next = { ...found.value, lastUsedAt: clock.now() };
      await records.put(personalLinks, found.id, next, { ifVersion: found.version });
    },

    async personalOf(userId) {
      const found = await records.list(personalLinks, 'byUser', userId, {
        limit: limits.maxPersonalLinks,
        descending: true,
      });
      return found.map(({ id, value }) => ({ ...value, id }));
    },

    async revokePersonal(userId, id) {
      const found = await records.get(personalLinks, id);
      if (found?.value.userId !== userId) return false;
      await records.delete(personalLinks, id);
      return true;
    },

    async createReset(userId, by) {
      const secret = newSecret('reset', ids);
      const now = clock.now();
      await records.put(resets, secretId(secret), {
        userId,
        by,
        createdAt: now,
        expiresAt: now + limits.resetLinkMs,
      });
      return secret;
    },

    findReset,

    async useReset(secret) {
      const found = await get(resets, 'reset', secret);
      if (!found || found.value.expiresAt <= clock.now()) return null;
      // Expired in place first: a delete does not tell who was first.
      const taken = { ...found.value, expiresAt: 0 };
      if (!(await records.put(resets, found.id, taken, { ifVersion: found.version }))) return null;
      await records.delete(resets, found.id);
      return found.value;
    },

    async revokeAll(userId) {
      await removeAll(personalLinks, userId);
      await removeAll(resets, userId);
    },
  };
}
