// Accounts: signing up, in and out, and passwords. A guest who signs up stays the same person under the
// same id; one who signs in gives what they made to the account. Other ways in (a passkey, OIDC) prove
// who somebody is by themselves and end in `enter`.

import { AppError } from '../../core/errors.ts';
import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { AccountRecord, GuestRecord, SessionRecord } from '../store/schema.ts';
import type { AccountRecords } from './account-records.ts';
import type { Attempts } from './attempts.ts';
import type { Links } from './links.ts';
import { checkLogin, type Login, readLogin } from './logins.ts';
import { checkPassword, type Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';
import { sessionOf, viaSession, viaToken } from './via.ts';

/** Who asks, from where. */
export interface Visitor {
  readonly person: Person | null;
  readonly address: string;
  readonly userAgent: string | undefined;
}

export interface Entered {
  readonly userId: UserId;
  /** For the cookie. */
  readonly secret: string;
  /** Documents that were the guest's and are the account's now. */
  readonly adopted: number;
}

/** Why a socket is closed: its person is nobody any more, or comes back as somebody else. */
export type EndReason = 'not-signed-in' | 'restart';

export interface AccountsDeps {
  records: AccountRecords;
  sessions: Sessions;
  links: Links;
  tokens: Pick<Tokens, 'revokeAll'>;
  passwords: Passwords;
  attempts: Attempts;
  clock: Clock;
  /** Changes how a person is known to others; makes their record when there is none. */
  keep(
    person: Pick<Person, 'id' | 'name' | 'color'>,
    change: Partial<GuestRecord>,
  ): Promise<GuestRecord>;
  /** What may be shown to others as a name; AppError `bad-request` naming the field. */
  checkName(name: string): string;
  /** Name and colour for somebody new. */
  fresh(): Person;
  /** Gives documents and visits to another person; how many documents. Can be called again. */
  adopt(from: UserId, to: UserId): Promise<number>;
  /** Closes what a person, or one session of theirs, has open. */
  endPerson(id: UserId, reason: EndReason): void;
  endSession(via: string, reason: EndReason): void;
  audit(event: string, fields: Record<string, unknown>): void;
  /** False: only the operator makes accounts. */
  allowSignUp: boolean;
}

export interface Accounts {
  signUp(visitor: Visitor, login: string, password: string, name?: string): Promise<Entered>;
  signIn(visitor: Visitor, login: string, password: string): Promise<Entered>;
  /** Begins a session for somebody who has proved who they are, and ends the one they came with. */
  enter(visitor: Visitor, userId: UserId, how: SessionRecord['kind']): Promise<Entered>;
  signOut(person: Person): Promise<void>;
  /** Ends all other sessions. */
  changePassword(visitor: Visitor, current: string | undefined, next: string): Promise<Entered>;
  /** Where letters go; null: nowhere. The password is asked: who has the mailbox can set another. */
  setEmail(visitor: Visitor, password: string, email: string | null): Promise<void>;
  /** The link's secret in exchange for a new password; ends all sessions and tokens. */
  reset(visitor: Visitor, secret: string, password: string): Promise<Entered>;
  /** An account without a password, for the operator. AppError `name-taken`. */
  create(login: string): Promise<UserId>;
  setDisabled(userId: UserId, isDisabled: boolean): Promise<void>;
}

/** So many of the guests that were taken in are looked at again. */
const LATEST = 5;

/** At most so many UTF-16 units, no character cut. */
function cutText(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

const wrong = () => new AppError('wrong-password', 'That name or password is not right.');

export function createAccounts(deps: AccountsDeps): Accounts {
  const { records, sessions, links, passwords, attempts, clock, audit } = deps;

  const blank = (login: Login, password: string | null): AccountRecord => ({
    name: login.kind === 'name' ? login.text : null,
    email: login.kind === 'email' ? login.text : null,
    emailVerifiedAt: null,
    password,
    isAdmin: false,
    createdAt: clock.now(),
    disabledAt: null,
    was: [],
  });

  const make = async (id: UserId, login: Login, password: string | null): Promise<void> => {
    const made = await records.create(id, login, blank(login, password));
    if (made === 'made') return;
    throw made === 'taken'
      ? new AppError('name-taken', 'Somebody has this name already.', {
          details: { field: 'login' },
        })
      : new AppError('bad-request', 'You have an account already: sign in.');
  };

  /** What others see of somebody who has not said; null: nothing that could be shown. */
  const displayName = (login: Login): string | null => {
    const text = login.kind === 'name' ? login.text : login.text.split('@')[0]!;
    try {
      return deps.checkName(cutText(text, limits.maxNameChars));
    } catch {
      return null;
    }
  };

  /** Throws with the seconds to wait, else counts an attempt. */
  const begin = (key: string, address: string): void => {
    const wait = attempts.begin(key, address);
    if (wait === 0) return;
    throw new AppError('too-many-requests', `Too many attempts. Try again in ${wait} s.`, {
      details: { retryAfter: wait },
    });
  };

  /** What the guest made becomes the account's; the guest is nobody from then on. Can be repeated. */
  const takeIn = async (guest: Person, userId: UserId): Promise<number> => {
    await records.update(userId, (record) => ({
      ...record,
      was: [...record.was.filter((id) => id !== guest.id), guest.id].slice(-limits.maxFormerIds),
    }));
    // First of all: what the guest has open comes back as the account before anything changes hands, so
    // that nobody is told meanwhile that they may not write in their own document.
    await deps.keep(guest, { endedAt: clock.now(), mergedInto: userId });
    deps.endPerson(guest.id, 'restart');
    await links.revokeAll(guest.id);
    await sessions.endAll(guest.id);
    return deps.adopt(guest.id, userId);
  };

  /** A stop in the middle of `takeIn` left the rest with a guest who is nobody any more. */
  const finishTakingIn = async (userId: UserId): Promise<void> => {
    const { was = [] } = (await records.get(userId)) ?? {};
    for (const id of was.slice(-LATEST)) await deps.adopt(id as UserId, userId);
  };

  const enter: Accounts['enter'] = async ({ person, userAgent }, userId, how) => {
    const isGuest = person?.kind === 'guest' && person.id !== userId && !person.limit;
    await finishTakingIn(userId);
    const adopted = isGuest ? await takeIn(person, userId) : 0;
    const secret = await sessions.start(userId, how, userAgent);
    // What somebody may have planted in this browser, or has read from it, is worth nothing after.
    if (person && !person.limit && !isGuest) await leave(person, 'restart');
    audit('sign-in', { person: userId, how, adopted });
    return { userId, secret, adopted };
  };

  const leave = async (person: Person, reason: EndReason): Promise<void> => {
    const id = sessionOf(person);
    if (id === null) return;
    await sessions.end(person.id, id);
    deps.endSession(viaSession(id), reason);
  };

  const endOthers = async (userId: UserId, person: Person | null) => {
    for (const id of await sessions.endAll(userId)) {
      deps.endSession(
        viaSession(id),
        person && sessionOf(person) === id ? 'restart' : 'not-signed-in',
      );
    }
  };

  /** The password of somebody who is signed in already, as slow to guess as at the door. */
  const checkCurrent = async (
    { address }: Visitor,
    userId: UserId,
    { password }: AccountRecord,
    typed: string | undefined,
  ): Promise<void> => {
    if (password === null) return;
    const key = `user ${userId}`;
    begin(key, address);
    if (!(await passwords.verify(typed ?? '', password))) {
      throw new AppError('wrong-password', 'The password you have now is another one.', {
        details: { field: 'current' },
      });
    }
    attempts.passed(key, address);
  };

  /** Everything that let somebody in before is over: sessions, and links to a new password. */
  const setPassword = async (visitor: Visitor, userId: UserId, next: string): Promise<void> => {
    const password = await passwords.hash(next);
    await records.update(userId, (record) => ({ ...record, password }));
    await links.revokeAll(userId);
    await endOthers(userId, visitor.person);
  };

  return {
    async signUp(visitor, typed, password, name) {
      const { person } = visitor;
      if (!deps.allowSignUp) {
        throw new AppError('no-access', 'Only the operator makes accounts on this server.');
      }
      if (person && (person.kind !== 'guest' || person.limit)) {
        throw new AppError('bad-request', 'You are signed in already.');
      }
      const login = checkLogin(typed);
      // Everything that can be wrong, before anything is made.
      const chosen = name === undefined ? null : deps.checkName(name);
      checkPassword(password, [login.text, chosen]);
      const hash = await passwords.hash(password);
      const guest = person ?? deps.fresh();
      await make(guest.id, login, hash);
      const kept = await deps.keep(guest, { account: true });
      const shown = chosen ?? (kept.named ? null : displayName(login));
      if (shown !== null) await deps.keep(guest, { name: shown, named: true });
      // Whoever has the guest's cookie or link needs the password from now on.
      await links.revokeAll(guest.id);
      await endOthers(guest.id, person);
      const secret = await sessions.start(guest.id, 'password', visitor.userAgent);
      deps.endPerson(guest.id, 'restart');
      audit('sign-up', { person: guest.id });
      return { userId: guest.id, secret, adopted: 0 };
    },

    async signIn(visitor, typed, password) {
      const key = readLogin(typed)?.key ?? 'nobody';
      begin(key, visitor.address);
      const found = await records.find(typed);
      const stored = found?.record.password ?? null;
      if (!(await passwords.verify(password, stored)) || !found || stored === null) {
        audit('sign-in-failed', { person: found?.id ?? null });
        throw wrong();
      }
      attempts.passed(key, visitor.address);
      if (found.record.disabledAt !== null) {
        throw new AppError('no-access', 'This account is disabled. Ask whoever runs this server.', {
          details: { reason: 'disabled' },
        });
      }
      if (passwords.isOld(stored)) {
        const next = await passwords.hash(password);
        await records.update(found.id, (record) =>
          record.password === stored ? { ...record, password: next } : record,
        );
      }
      // A stop in the middle of a sign-up may have left this undone.
      const { id } = found;
      await deps.keep({ id, name: found.record.name ?? '', color: 1 }, { account: true });
      return enter(visitor, id, 'password');
    },

    enter,
    signOut: (person) => leave(person, 'not-signed-in'),

    async changePassword(visitor, current, next) {
      const { person } = visitor;
      const record = person && (await records.get(person.id));
      if (!person || !record) throw new AppError('bad-request', 'This needs an account.');
      checkPassword(next, [record.name, record.email]);
      await checkCurrent(visitor, person.id, record, current);
      await setPassword(visitor, person.id, next);
      audit('password-changed', { person: person.id });
      const secret = await sessions.start(person.id, 'password', visitor.userAgent);
      return { userId: person.id, secret, adopted: 0 };
    },

    async setEmail(visitor, password, typed) {
      const { person } = visitor;
      const record = person && (await records.get(person.id));
      if (!person || !record) throw new AppError('bad-request', 'This needs an account.');
      const email = typed === null ? null : checkLogin(typed);
      if (email && email.kind !== 'email') {
        throw new AppError('bad-request', 'This is not an e-mail address.', {
          details: { field: 'email' },
        });
      }
      if (!email && record.name === null) {
        throw new AppError(
          'bad-request',
          'You sign in with this address: it cannot be taken away.',
          {
            details: { field: 'email' },
          },
        );
      }
      await checkCurrent(visitor, person.id, record, password);
      if ((await records.setEmail(person.id, email)) === 'taken') {
        throw new AppError('name-taken', 'Somebody has this address already.', {
          details: { field: 'email' },
        });
      }
      // A letter that went to the old address must not open the account any more.
      await links.revokeAll(person.id);
      audit('email-changed', { person: person.id });
    },

    async reset(visitor, secret, password) {
      const used = () =>
        new AppError('link-used', 'This link was used already, or is older than an hour.');
      const link = await links.findReset(secret);
      const userId = link?.userId as UserId | undefined;
      const record = userId ? await records.get(userId) : null;
      if (!link || !userId || !record || record.disabledAt !== null) throw used();
      checkPassword(password, [record.name, record.email]);
      if (!(await links.useReset(secret))) throw used();
      await setPassword(visitor, userId, password);
      // Whoever had the account before its owner came by this link keeps nothing of it.
      for (const id of await deps.tokens.revokeAll(userId)) {
        deps.endSession(viaToken(id), 'not-signed-in');
      }
      if (link.by === 'mail') {
        await records.update(userId, (before) => ({ ...before, emailVerifiedAt: clock.now() }));
      }
      audit('password-reset', { person: userId, by: link.by });
      return enter(visitor, userId, 'reset');
    },

    async create(typed) {
      const login = checkLogin(typed);
      const person = deps.fresh();
      await make(person.id, login, null);
      const name = displayName(login);
      await deps.keep(person, { account: true, ...(name === null ? {} : { name, named: true }) });
      audit('account-created', { person: person.id });
      return person.id;
    },

    async setDisabled(userId, isDisabled) {
      await records.update(userId, (record) => ({
        ...record,
        disabledAt: isDisabled ? (record.disabledAt ?? clock.now()) : null,
      }));
      audit(isDisabled ? 'account-disabled' : 'account-enabled', { person: userId });
      if (!isDisabled) return;
      await sessions.endAll(userId);
      await links.revokeAll(userId);
      deps.endPerson(userId, 'not-signed-in');
    },
  };
}
