// Documents inside the pages of a host application: its signed token in exchange for a frame's session.
// The person is the same for the same subject of the same issuer; what they may is what the tokens say.

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentKey, parseDocumentKey, type UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { preferredColor } from '../../core/people.ts';
import { roles } from '../../core/roles.ts';
import type { HostGrant, Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { OtBackend } from '../ot/backend.ts';
import type { GuestRecord } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { createFrameSessions, type FrameSession } from './frame-sessions.ts';
import { createTokenReader, type HostToken, type TokenRules } from './token.ts';

export interface EmbeddingDeps {
  /** Null: nobody embeds here. */
  rules: TokenRules | null;
  isHttps: boolean;
  store: Pick<Store, 'records'>;
  backend: Pick<OtBackend, 'end' | 'endWhere' | 'people'>;
  /** Changes how a person is known to others; makes their record when there is none. */
  keep(
    person: Pick<Person, 'id' | 'name' | 'color'>,
    change: Partial<GuestRecord>,
  ): Promise<GuestRecord>;
  /** A name for somebody whom the host does not name. */
  nameless(acceptLanguage: string | undefined): string;
  people(ids: readonly string[]): Promise<Map<string, { name: string; color: number }>>;
  clock: Clock;
  ids: Ids;
  audit(event: string, fields: Record<string, unknown>): void;
  onError(error: unknown): void;
}

export interface Entered {
  readonly cookie: string;
  readonly until: number;
  /** What is to be shown. */
  readonly document: DocumentRef;
}

export interface Embedding {
  readonly isOn: boolean;
  /** Who a frame's cookie says; null: nobody any more. */
  authenticate(headers: IncomingHttpHeaders): Promise<Person | null>;
  /** AppError `not-signed-in` says what is wrong with the token. `open`: which of its documents. */
  enter(
    headers: IncomingHttpHeaders,
    token: string,
    open: string | undefined,
    acceptLanguage: string | undefined,
  ): Promise<Entered>;
  /** When what the frame shows ends; null: it has ended. */
  until(headers: IncomingHttpHeaders): Promise<number | null>;
  close(): Promise<void>;
}

const VIA = 'e:';
const REMOVE_EVERY_MS = 3600_000;

/** Known to nobody else, and the same on every node: nothing has to be looked up. */
const userIdOf = ({ issuer, subject }: HostToken): UserId =>
  `e_${createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')
    .slice(0, 24)}` as UserId;

const covers = (one: HostGrant, other: HostGrant) =>
  one.collection === other.collection && one.id === other.id && one.role === other.role;

export function createEmbedding(deps: EmbeddingDeps): Embedding {
  const { clock, backend, rules } = deps;
  const sessions = createFrameSessions(deps.store, clock, deps.ids, deps.isHttps);
  const readToken = rules && createTokenReader(rules, clock);

  const off = () => new AppError('not-found', 'This server is not embedded in other pages.');

  const personOf = async ({ id, userId, gives }: FrameSession): Promise<Person> => {
    const known = (await deps.people([userId])).get(userId);
    const most = Math.max(...gives.map(({ role }) => roles.indexOf(role)));
    return {
      kind: 'guest',
      id: userId,
      name: known?.name ?? '',
      color: known?.color ?? preferredColor(userId),
      via: VIA + id,
      limit: { atMost: roles[most]!, collection: null, gives },
    };
  };

  /** The document to show: the one asked for, else the first that the token names. */
  const choose = ({ gives }: HostToken, open: string | undefined): DocumentRef => {
    const asked = open === undefined ? null : parseDocumentKey(open);
    if (open !== undefined && !asked) {
      throw new AppError('bad-request', 'open: must be collection/id.', {
        details: { field: 'open' },
      });
    }
    const named = gives.flatMap(({ collection, id }) =>
      id === null ? [] : [{ collection, id }],
    )[0];
    const chosen = asked ?? named;
    if (!chosen) {
      throw new AppError(
        'bad-request',
        'The token names collections only: say which document in open.',
        {
          details: { field: 'open' },
        },
      );
    }
    const isGiven = gives.some(
      ({ collection, id }) => collection === chosen.collection && (id === null || id === chosen.id),
    );
    if (isGiven) return chosen;
    throw new AppError('no-access', `The token does not name ${documentKey(chosen)}.`);
  };

  /** What a socket was opened with must hold still, all of it: else it comes back with what does. */
  const check = async () => {
    const people = backend.people().filter(({ via }) => via?.startsWith(VIA));
    if (people.length === 0) return;
    const idOf = ({ via = '' }: Person) => via.slice(VIA.length);
    const live = await sessions.alive([...new Set(people.map(idOf))]);
    backend.endWhere((person) => {
      const { via, limit } = person;
      if (!via?.startsWith(VIA)) return null;
      const session = live.get(idOf(person));
      if (!session) return 'not-signed-in';
      const holds = (one: HostGrant) => session.gives.some((other) => covers(one, other));
      return (limit?.gives ?? []).every(holds) ? null : 'restart';
    });
  };

  let isClosed = false;
  let running: Promise<unknown> = Promise.resolve();
  const stops = new Map<string, () => void>();
  const every = (name: string, ms: number, work: () => Promise<void>) => {
    if (isClosed) return;
    const run = () => {
      running = Promise.all([running, work().catch(deps.onError)]).then(() =>
        every(name, ms, work),
      );
    };
    stops.set(name, clock.after(ms, run));
  };
  if (rules) {
    every('check', limits.identityCheckMs, check);
    every('remove', REMOVE_EVERY_MS, sessions.removeExpired);
  }

  return {
    isOn: rules !== null,

    async authenticate(headers) {
      const session = rules && (await sessions.find(headers));
      return session && personOf(session);
    },

    async enter(headers, text, open, acceptLanguage) {
      if (!readToken) throw off();
      let token: HostToken;
      try {
        token = await readToken(text);
      } catch (error) {
        if (error instanceof AppError) {
          deps.audit('embed-refused', { code: error.code, claim: error.details?.field ?? null });
        }
        throw error;
      }
      const document = choose(token, open);
      if (token.expiresAt <= clock.now()) {
        throw new AppError('not-signed-in', 'The token’s exp: is over.', {
          details: { reason: 'token', field: 'exp' },
        });
      }
      const id = userIdOf(token);
      const { name, locale, theme } = token;
      const person = {
        id,
        name: name ?? deps.nameless(acceptLanguage),
        color: preferredColor(id),
      };
      await deps.keep(person, {
        named: true,
        ...(name === undefined ? {} : { name }),
        ...(locale ? { locale } : {}),
        ...(theme ? { theme } : {}),
      });
      const entered = await sessions.enter(headers, id, token.gives, token.expiresAt);
      const { session, cookie, ended } = entered;
      if (ended) backend.end({ via: VIA + ended, reason: 'restart' });
      deps.audit('embed', { person: id });
      // What a fresh token took away is gone at once, here; other processes find it within seconds.
      await check();
      return { cookie, until: session.expiresAt, document };
    },

    until: async (headers) => (await sessions.find(headers))?.expiresAt ?? null,

    async close() {
      isClosed = true;
      for (const stop of stops.values()) stop();
      await running;
    },
  };
}
