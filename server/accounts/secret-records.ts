// Records that are found by a secret which only their owner has: sessions and tokens. Under the secret's
// hash, so that whoever reads the store can use none.

import type { RecordKind, Store, Versioned } from '../store/store.ts';
import { isSecret, type SecretKind, secretId } from './secret-text.ts';

export interface SecretRecordsOptions<T> {
  readonly kind: RecordKind<T>;
  /** What the secret must look like. */
  readonly secret: SecretKind;
  isAlive(record: T): boolean;
  /** The record as one that was just used, or null: that is known closely enough. */
  touched(record: T): T | null;
  onError(error: unknown): void;
}

export interface SecretRecords<T> {
  /** The record behind a secret, or null. Notes now and then that it was used. */
  find(secret: string): Promise<(T & { readonly id: string }) | null>;
  /** Which of these still count. */
  alive(ids: readonly string[]): Promise<Set<string>>;
  /** False: it is none of theirs. */
  remove(userId: string, id: string): Promise<boolean>;
}

export function createSecretRecords<T extends { readonly userId: string }>(
  { records }: Pick<Store, 'records'>,
  { kind, secret: looks, isAlive, touched, onError }: SecretRecordsOptions<T>,
): SecretRecords<T> {
  const touch = async ({ id, value, version }: Versioned<T>) => {
    const next = touched(value);
    // Only over what was read: what was ended meanwhile must not come back.
    if (next) await records.put(kind, id, next, { ifVersion: version });
  };

  return {
    async find(secret) {
      if (!isSecret(looks, secret)) return null;
      const found = await records.get(kind, secretId(secret));
      if (!found || !isAlive(found.value)) return null;
      touch(found).catch(onError);
      return { ...found.value, id: found.id };
    },

    async alive(wanted) {
      const found = await records.getMany(kind, wanted);
      return new Set(found.filter(({ value }) => isAlive(value)).map(({ id }) => id));
    },

    async remove(userId, id) {
      const found = await records.get(kind, id);
      if (found?.value.userId !== userId) return false;
      await records.delete(kind, id);
      return true;
    },
  };
}
