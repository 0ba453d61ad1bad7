// Who is asking, as a whole: guests, accounts, sessions and tokens put together. app.ts has this one
// thing to ask; what it needs of documents and sockets is handed in.

import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../core/errors.ts';
import type { UserId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Person } from './access/actor.ts';
import { createCookies } from './access/cookies.ts';
import { createAccountRecords } from './accounts/account-records.ts';
import { type Accounts, createAccounts, type EndReason } from './accounts/accounts.ts';
import { type Admin, createAdmin } from './accounts/admin.ts';
import { type Attempts, createAttempts } from './accounts/attempts.ts';
import { createForgot } from './accounts/forgot.ts';
import { createIdentify } from './accounts/identify.ts';
import { createJoin } from './accounts/join.ts';
import { createLinks } from './accounts/links.ts';
import { ownRoutes } from './accounts/own-routes.ts';
import { createPasswords, type Passwords } from './accounts/passwords.ts';
import { createSessions } from './accounts/sessions.ts';
import { signRoutes, visitorOf } from './accounts/sign-routes.ts';
import { createSweeper } from './accounts/sweeper.ts';
import { createTokens, tokenOf } from './accounts/tokens.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createGuestCookies } from './guests/guest-cookie.ts';
import { createGuests, type Guests } from './guests/guests.ts';
import { checkName } from './guests/names.ts';
import { sessionRoutes } from './guests/routes.ts';
import type { RequestFacts, Route } from './http/route.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';
import { createMail } from './mail.ts';
import type { OtBackend } from './ot/backend.ts';
import { otherWays } from './other-ways.ts';
import type { Store } from './store/store.ts';

export interface IdentityDeps {
  config: Config;
  secret: string;
  store: Store;
  clock: Clock;
  ids: Ids;
  log: Log;
  backend: Pick<OtBackend, 'personChanged' | 'end' | 'endWhere' | 'people'>;
  adopt(from: UserId, to: UserId): Promise<number>;
  /** Where people reach this server when nothing is configured. */
  url(): string;
}

/** What the pages ask: see server/pages/account-routes.ts. */
export interface IdentityPages {
  readonly canSignUp: boolean;
  readonly canMail: boolean;
  /** Whom else one can sign in with, by name. */
  readonly provider: string | null;
  isReset(token: string): Promise<boolean>;
  personOf(token: string): Promise<{ id: UserId; name: string } | null>;
  useLink(person: Person | null, request: RequestFacts, token: string): Promise<string>;
}

export interface Identity {
  readonly guests: Guests;
  readonly accounts: Accounts;
  readonly admin: Admin;
  readonly routes: readonly Route[];
  readonly pages: IdentityPages;
  readonly passwords: Pick<Passwords, 'hash' | 'verify'>;
  readonly attempts: Attempts;
  /** The account of a name or e-mail address, or null: none, or shut out. */
  findAccount(typed: string): Promise<UserId | null>;
  /** By token, session or guest's cookie; null: nobody. */
  authenticate(headers: IncomingHttpHeaders): Promise<Person | null>;
  carriesToken(headers: IncomingHttpHeaders): boolean;
  /** The Set-Cookie value that keeps a guest; null: the person's session has its own. */
  cookieOf(person: Person): string | null;
  hasAdmin(): Promise<boolean>;
  close(): Promise<void>;
}

export function createIdentity(deps: IdentityDeps): Identity {
  const { config, store, clock, ids, log, backend } = deps;
  const onError = (error: unknown) =>
    log.error({ err: error }, 'something about an account failed');
  const audit = (event: string, fields: Record<string, unknown>) =>
    log.info({ audit: event, ...fields }, 'audit');

  const endPerson = (id: UserId, reason: EndReason) => backend.end({ id, reason });
  const endSession = (via: string, reason: EndReason) => backend.end({ via, reason });

  const cookies = createCookies(config.publicUrl?.startsWith('https:') ?? false);
  const guests = createGuests({
    store,
    cookies: createGuestCookies(deps.secret),
    clock,
    ids,
    onRenamed: (person) => backend.personChanged(person),
    onEnded: (id) => endPerson(id, 'not-signed-in'),
  });

  const records = createAccountRecords(store, clock);
  const sessions = createSessions(store, clock, ids, onError);
  const tokens = createTokens(store, clock, ids, onError);
  const links = createLinks(store, clock, ids);
  const passwords = createPasswords();
  const attempts = createAttempts(clock);
  const mail =
    config.smtpUrl !== null && config.mailFrom !== null
      ? createMail({ smtpUrl: config.smtpUrl, from: config.mailFrom })
      : null;
  const accounts = createAccounts({
    records,
    sessions,
    links,
    tokens,
    passwords,
    attempts,
    clock,
    keep: guests.keep,
    checkName,
    fresh: () => guests.fresh(undefined),
    adopt: deps.adopt,
    endPerson,
    endSession,
    audit,
    allowSignUp: config.signUp,
  });
  const forgot = createForgot({
    records,
    links,
    attempts,
    mail: mail?.send ?? null,
    publicUrl: config.publicUrl,
    onError,
    audit,
  });
  const identify = createIdentify({ store, records, sessions, tokens });
  const sweeper = createSweeper({ store, identify, backend, clock, onError });

  const authenticate = async (headers: IncomingHttpHeaders): Promise<Person | null> => {
    // Who sends a token means the token: no cookie speaks beside it.
    const token = tokenOf(headers.authorization);
    if (token !== null) return identify.byToken(token);
    for (const value of cookies.values(headers)) {
      const person =
        (await identify.bySession(value)) ??
        (await guests.authenticate(value, headers['accept-language']));
      if (person) return person;
    }
    return null;
  };

  const userOf = async (id: UserId) => {
    const person = await identify.byId(id);
    if (!person) throw new AppError('not-signed-in', 'This account was just ended.');
    return guests.user(person);
  };

  const join = createJoin({
    store,
    links,
    sessions,
    clock,
    keep: guests.keep,
    fresh: () => guests.fresh(undefined),
    checkName,
    endPerson,
    audit,
  });
  const others = otherWays({
    join,
    fresh: () => guests.fresh(undefined).id,
    config,
    secret: deps.secret,
    store,
    clock,
    ids,
    records,
    accounts,
    cookies,
    userOf,
    audit,
  });

  const guestOfLink = async (token: string) => {
    const id = await links.findPersonal(token);
    const person = id && (await identify.byId(id));
    return person?.kind === 'guest' ? person : null;
  };

  return {
    guests,
    accounts,
    admin: createAdmin({
      records,
      accounts,
      sessions,
      links,
      url: () => config.publicUrl ?? deps.url(),
      audit,
    }),
    pages: {
      canSignUp: config.signUp,
      canMail: forgot.isPossible,
      provider: others.provider,
      isReset: async (token) => (await links.findReset(token)) !== null,
      personOf: guestOfLink,
      async useLink(person, request, token) {
        const guest = await guestOfLink(token);
        if (!guest) throw new AppError('link-used', 'This link does not work any more.');
        await links.notePersonal(token);
        const { secret } = await accounts.enter(visitorOf(person, request), guest.id, 'link');
        return cookies.set(secret, limits.sessionMaxDays);
      },
    },
    routes: [
      ...sessionRoutes(guests, cookies, accounts.signOut),
      ...signRoutes({
        accounts,
        forgot,
        cookies,
        userOf,
      }),
      ...others.routes,
      ...ownRoutes({
        records,
        sessions,
        tokens,
        links,
        clock,
        remember: guests.remember,
        endSession,
        audit,
      }),
    ],
    authenticate,
    carriesToken: ({ authorization }) => tokenOf(authorization) !== null,
    cookieOf: (person) =>
      person.kind === 'guest' && !person.via
        ? cookies.set(guests.cookieOf(person), limits.sessionDays)
        : null,
    passwords,
    attempts,
    async findAccount(typed) {
      const found = await records.find(typed);
      if (!found || found.record.disabledAt !== null) return null;
      // Where anybody makes accounts, an address that nobody proved may be somebody else's.
      const isProven = found.record.emailVerifiedAt !== null || !config.signUp;
      return isProven || !typed.includes('@') ? found.id : null;
    },
    hasAdmin: records.hasAdmin,
    async close() {
      mail?.close();
      await sweeper.close();
    },
  };
}
