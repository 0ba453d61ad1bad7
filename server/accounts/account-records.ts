// Account records and the claims of their names: read, made, changed by read–change–write. No rules.

import type { UserId } from '../../core/ids.ts';
import type { Clock } from '../clock.ts';
import { type AccountRecord, accounts as kind, type LoginRecord, logins } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { type Login, readLogin } from './logins.ts';

export interface FoundAccount {
  readonly id: UserId;
  readonly record: AccountRecord;
}

export interface AccountRecords {
  get(id: UserId): Promise<AccountRecord | null>;
  getMany(ids: readonly string[]): Promise<Map<string, AccountRecord>>;
  /** By what somebody types: a name or an e-mail address. */
  find(typed: string): Promise<FoundAccount | null>;
  /** `taken`: the name is somebody's; `exists`: the person has an account. */
  create(id: UserId, login: Login, record: AccountRecord): Promise<'made' | 'taken' | 'exists'>;
  /**
   * Another address, or none (null). `taken`: somebody has it. The claim of the new one comes first and that
   * of the old one goes last: a stop in between leaves both theirs.
   */
  setEmail(id: UserId, email: Login | null): Promise<'done' | 'taken'>;
  /** Null: there is no such account. */
  update(
    id: UserId,
    change: (record: AccountRecord) => AccountRecord,
  ): Promise<AccountRecord | null>;
  /** Oldest first, from after `after`. */
  list(limit: number, after?: { createdAt: number; id: string }): Promise<FoundAccount[]>;
  hasAdmin(): Promise<boolean>;
}

/** A claim without an account for longer than this was left by a stop between the two writes. */
const HALF_MADE_MS = 10_000;

export function createAccountRecords(
  { records }: Pick<Store, 'records'>,
  clock: Clock,
): AccountRecords {
  const get = async (id: UserId) => (await records.get(kind, id))?.value ?? null;

  const claim = async (key: string, userId: UserId): Promise<boolean> => {
    const mine: LoginRecord = { userId, at: clock.now() };
    if (await records.put(logins, key, mine, { ifVersion: 0 })) return true;
    const found = await records.get(logins, key);
    if (!found) return claim(key, userId);
    const isLeft = clock.now() - found.value.at > HALF_MADE_MS;
    if (!isLeft || (await get(found.value.userId as UserId))) return false;
    return records.put(logins, key, mine, { ifVersion: found.version });
  };

  const update: AccountRecords['update'] = async (id, change) => {
    for (;;) {
      const found = await records.get(kind, id);
      if (!found) return null;
      const next = change(found.value);
      if (next === found.value) return next;
      if (await records.put(kind, id, next, { ifVersion: found.version })) return next;
    }
  };

  return {
    get,

    async getMany(ids) {
      const found = await records.getMany(kind, [...new Set(ids)]);
      return new Map(found.map(({ id, value }) => [id, value]));
    },

    async find(typed) {
      const login = readLogin(typed);
      const claimed = login && (await records.get(logins, login.key));
      const id = claimed?.value.userId as UserId | undefined;
      const record = id ? await get(id) : null;
      return id && record ? { id, record } : null;
    },

    async create(id, login, record) {
      if (!(await claim(login.key, id))) return 'taken';
      if (await records.put(kind, id, record, { ifVersion: 0 })) return 'made';
      await records.delete(logins, login.key);
      return 'exists';
    },

    update,

    async setEmail(id, email) {
      const before = (await get(id))?.email ?? null;
      const old = before === null ? null : readLogin(before);
      if (email && email.key !== old?.key) {
        const mine = (await records.get(logins, email.key))?.value.userId === id;
        if (!mine && !(await claim(email.key, id))) return 'taken';
      }
      await update(id, (record) => ({
        ...record,
        email: email?.text ?? null,
        emailVerifiedAt: email?.key === old?.key ? record.emailVerifiedAt : null,
      }));
      if (old && old.key !== email?.key) await records.delete(logins, old.key);
      return 'done';
    },

    async list(limit, after) {
      const found = await records.list(kind, 'all', 'all', {
        limit,
        ...(after ? { after: { sort: after.createdAt, id: after.id } } : {}),
      });
      return found.map(({ id, value }) => ({ id: id as UserId, record: value }));
    },

    hasAdmin: async () => (await records.list(kind, 'admins', 'admin', { limit: 1 })).length > 0,
  };
}
