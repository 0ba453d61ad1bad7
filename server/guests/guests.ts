// Guests: who somebody is without an account. An identity is its signed cookie; a record is kept from
// the first thing worth keeping (a name, a theme, a document made or edited), so that robots, which
// throw their cookies away, leave nothing behind.

import type { PersonSummary, SessionChange, SessionReply } from '../../core/api.ts';
import { createTranslate, negotiateLocale } from '../../core/i18n/i18n.ts';
import type { UserId } from '../../core/ids.ts';
import { preferredColor } from '../../core/people.ts';
import type { Guest, Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { type GuestRecord, guests as guestKind } from '../store/schema.ts';
import type { Store, Versioned } from '../store/store.ts';
import type { GuestCookies } from './guest-cookie.ts';
import { checkName, guestName } from './names.ts';

type Known = Pick<Person, 'id' | 'name' | 'color'>;
export type SessionUser = SessionReply['user'];
/** As a parser hands it over: what is absent may be written as undefined. */
type Change = { [K in keyof SessionChange]?: SessionChange[K] | undefined };

export interface GuestsDeps {
  store: Pick<Store, 'records'>;
  cookies: GuestCookies;
  clock: Clock;
  ids: Ids;
  /** Told after a name was changed, so that whoever sees the person sees the new one. */
  onRenamed(person: PersonSummary): void;
  /** Told after an identity was ended, so that what it has open is closed. */
  onEnded(id: UserId): void;
}

export interface Guests {
  /** Who a cookie's value says, or null: not ours, forged, ended, or of somebody who signed up. */
  authenticate(value: string, acceptLanguage: string | undefined): Promise<Guest | null>;
  /** A new identity, not stored. */
  fresh(acceptLanguage: string | undefined): Guest;
  user(person: Person): Promise<SessionUser>;
  change(person: Person, change: Change): Promise<SessionUser>;
  /** The value of a guest's cookie. */
  cookieOf(guest: Guest): string;
  /** Changes a person's record, and makes it when there is none. */
  keep(person: Known, change: Partial<GuestRecord>): Promise<GuestRecord>;
  /** Keeps the person under the name they have now, if they are not kept yet. */
  remember(person: Person): Promise<void>;
  /** Their cookie, wherever it is, is worth nothing from now on. */
  end(person: Person): Promise<void>;
  /**
   * Who somebody is by now, while what they opened before lives on: themselves, the account that took the
   * guest in, or null: nobody.
   */
  nowOf(person: Person): Promise<Person | null>;
  /** Those who are known, by id. */
  people(ids: readonly string[]): Promise<Map<string, PersonSummary>>;
}

/** Who was remembered lately: an edit a keystroke must not mean a read a keystroke. */
const MAX_REMEMBERED = 10_000;

export function createGuests(deps: GuestsDeps): Guests {
  const { store, cookies, clock, ids, onRenamed, onEnded } = deps;
  const remembered = new Set<string>();

  const derived = (id: UserId, acceptLanguage: string | undefined): Guest => ({
    kind: 'guest',
    id,
    name: guestName(id, createTranslate(negotiateLocale(acceptLanguage))),
    color: preferredColor(id),
  });

  const find = (id: string) => store.records.get(guestKind, id);

  const blank = (guest: Known): GuestRecord => ({
    name: guest.name,
    named: false,
    color: guest.color,
    locale: null,
    theme: null,
    createdAt: clock.now(),
    endedAt: null,
  });

  const toUser = (person: Person, record: GuestRecord): SessionUser => ({
    id: person.id,
    kind: person.kind,
    isAdmin: person.kind === 'account' && person.isAdmin,
    name: record.name,
    color: record.color,
    named: record.named,
    locale: record.locale,
    theme: record.theme,
  });

  /** Reads, changes and writes until nobody else wrote in between. */
  const update = async (guest: Known, change: (record: GuestRecord) => GuestRecord) => {
    for (;;) {
      const found: Versioned<GuestRecord> | null = await find(guest.id);
      const next = change(found?.value ?? blank(guest));
      const ifVersion = found?.version ?? 0;
      if (await store.records.put(guestKind, guest.id, next, { ifVersion })) return next;
    }
  };

  return {
    async authenticate(value, acceptLanguage) {
      const id = cookies.check(value);
      if (!id) return null;
      const record = (await find(id))?.value;
      if (!record) return derived(id, acceptLanguage);
      // Who has signed up is asked for a password, not for what this browser had before.
      if (record.endedAt !== null || record.account) return null;
      return { kind: 'guest', id, name: record.name, color: record.color };
    },

    cookieOf: ({ id }) => cookies.sign(id),

    async keep(person, change) {
      const name = change.name === undefined ? {} : { name: checkName(change.name) };
      let before = person.name;
      const next = await update(person, (record) => {
        before = record.name;
        return { ...record, ...change, ...name };
      });
      if (next.name !== before) onRenamed({ id: person.id, name: next.name, color: next.color });
      return next;
    },

    fresh: (acceptLanguage) => derived(ids.user(), acceptLanguage),

    async user(guest) {
      return toUser(guest, (await find(guest.id))?.value ?? blank(guest));
    },

    async change(guest, change) {
      const name = change.name === undefined ? undefined : checkName(change.name);
      const next = await update(guest, (record) => {
        const locale = change.locale === undefined ? record.locale : change.locale;
        const changed = {
          ...record,
          locale,
          theme: change.theme === undefined ? record.theme : change.theme,
        };
        if (name !== undefined) return { ...changed, name, named: true };
        // “Quiet Heron” is said in the language the person reads.
        if (record.named || !change.locale) return changed;
        return { ...changed, name: guestName(guest.id, createTranslate(change.locale)) };
      });
      if (next.name !== guest.name) {
        onRenamed({ id: guest.id, name: next.name, color: next.color });
      }
      return toUser(guest, next);
    },

    async remember(guest) {
      if (remembered.has(guest.id)) return;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.add(guest.id);
      try {
        // Not written when there is a record already.
        await store.records.put(guestKind, guest.id, blank(guest), { ifVersion: 0 });
      } catch (error) {
        remembered.delete(guest.id);
        throw error;
      }
    },

    async end(guest) {
      // Who has nothing kept needs no record to lose it.
      if (await find(guest.id)) {
        await update(guest, (record) => ({ ...record, endedAt: clock.now() }));
      }
      onEnded(guest.id);
    },

    async nowOf(person) {
      const record = (await find(person.id))?.value;
      if (record?.mergedInto) return { ...person, id: record.mergedInto as UserId };
      return record && record.endedAt !== null ? null : person;
    },

    async people(wanted) {
      const records = await store.records.getMany(guestKind, [...new Set(wanted)]);
      return new Map(
        records.map(({ id, value }) => [id, { id, name: value.name, color: value.color }]),
      );
    },
  };
}
