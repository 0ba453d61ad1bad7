// /api/v1/account/…: what somebody sees and revokes of their own: sessions, API tokens, personal links.
// An API token reaches none of it.

import { z } from 'zod';
import type {
  AccountReply,
  PersonalLinkListReply,
  SessionListReply,
  TokenCreated,
  TokenListReply,
} from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { isCollectionName } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import { type Route, route } from '../http/route.ts';
import type { AccountRecords } from './account-records.ts';
import type { EndReason } from './accounts.ts';
import type { Links } from './links.ts';
import type { Sessions } from './sessions.ts';
import type { Token, Tokens } from './tokens.ts';
import { sessionOf, viaSession, viaToken } from './via.ts';

const time = z.number().int();
const sessionList = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['password', 'reset', 'link', 'passkey', 'oidc']),
      agent: z.string(),
      createdAt: time,
      lastSeenAt: time,
      current: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<SessionListReply>;
const tokenItem = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(['read', 'write']),
  collection: z.string().nullable(),
  createdAt: time,
  lastUsedAt: time.nullable(),
  expiresAt: time.nullable(),
});
const tokenList = z.object({ tokens: z.array(tokenItem) }) satisfies z.ZodType<TokenListReply>;
const tokenCreated = z.object({
  secret: z.string().meta({ description: 'Shown this once.' }),
  token: tokenItem,
}) satisfies z.ZodType<TokenCreated>;
const tokenCreate = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty').max(limits.maxTokenNameChars),
  scope: z.enum(['read', 'write']),
  collection: z
    .string()
    .refine(isCollectionName, 'is not the name of a collection')
    .nullable()
    .optional(),
  expiresAt: time.nullable().optional(),
});
const linkList = z.object({
  links: z.array(z.object({ id: z.string(), createdAt: time, lastUsedAt: time.nullable() })),
}) satisfies z.ZodType<PersonalLinkListReply>;
const account = z.object({
  name: z.string().nullable(),
  email: z.string().nullable(),
  hasPassword: z.boolean(),
  isAdmin: z.boolean(),
  createdAt: time,
}) satisfies z.ZodType<AccountReply>;

export interface OwnRoutesDeps {
  records: AccountRecords;
  sessions: Sessions;
  tokens: Tokens;
  links: Links;
  clock: Clock;
  /** Keeps a guest who saves a link. */
  remember(person: Person): Promise<void>;
  endSession(via: string, reason: EndReason): void;
  audit(event: string, fields: Record<string, unknown>): void;
}

const path = '/api/v1/account';
const gone = () => new AppError('not-found', 'There is no such thing of yours.');

export function ownRoutes(deps: OwnRoutesDeps): Route[] {
  const { records, sessions, tokens, links, clock, endSession, audit } = deps;

  const ownAccount = async ({ id }: Person) => {
    const record = await records.get(id);
    if (!record) throw new AppError('no-access', 'This needs an account.');
    return record;
  };
  const tokenReply = ({ userId, ...token }: Token) => token;

  return [
    route({
      method: 'GET',
      path,
      needs: 'self',
      summary: 'How I sign in.',
      reply: account,
      async run({ actor }) {
        const { name, email, password, isAdmin, createdAt } = await ownAccount(actor);
        return { json: { name, email, hasPassword: password !== null, isAdmin, createdAt } };
      },
    }),
    route({
      method: 'GET',
      path: `${path}/sessions`,
      needs: 'self',
      summary: 'Where I am signed in.',
      reply: sessionList,
      async run({ actor }) {
        const mine = await sessions.of(actor.id);
        const list = mine.map(({ id, kind, agent, createdAt, lastSeenAt }) => {
          const current = sessionOf(actor) === id;
          return { id, kind, agent, createdAt, lastSeenAt, current };
        });
        return { json: { sessions: list } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/sessions`,
      needs: 'self',
      summary: 'End all my sessions but this one.',
      status: 204,
      async run({ actor }) {
        const ended = await sessions.endAll(actor.id, sessionOf(actor) ?? undefined);
        for (const id of ended) endSession(viaSession(id), 'not-signed-in');
        audit('sessions-ended', { person: actor.id, count: ended.length });
        return {};
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/sessions/:session`,
      needs: 'self',
      summary: 'End one of my sessions.',
      status: 204,
      async run({ actor, params }) {
        const { session = '' } = params;
        if (!(await sessions.end(actor.id, session))) throw gone();
        endSession(viaSession(session), 'not-signed-in');
        audit('session-ended', { person: actor.id });
        return {};
      },
    }),
    route({
      method: 'GET',
      path: `${path}/tokens`,
      needs: 'self',
      summary: 'My API tokens, without their secrets.',
      reply: tokenList,
      run: async ({ actor }) => ({
        json: { tokens: (await tokens.of(actor.id)).map(tokenReply) },
      }),
    }),
    route({
      method: 'POST',
      path: `${path}/tokens`,
      needs: 'self',
      summary: 'Make an API token. Its secret is shown this once.',
      body: tokenCreate,
      reply: tokenCreated,
      status: 201,
      async run({ actor, body }) {
        await ownAccount(actor);
        const { name, scope, collection = null, expiresAt = null } = body;
        if (expiresAt !== null && expiresAt <= clock.now()) {
          throw new AppError('bad-request', 'expiresAt: is in the past.', {
            details: { field: 'expiresAt' },
          });
        }
        const { secret, token } = await tokens.create(actor.id, {
          name,
          scope,
          collection,
          expiresAt,
        });
        audit('token-created', { person: actor.id, scope });
        return { json: { secret, token: tokenReply(token) } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/tokens/:token`,
      needs: 'self',
      summary: 'Revoke an API token.',
      status: 204,
      async run({ actor, params }) {
        const { token = '' } = params;
        if (!(await tokens.revoke(actor.id, token))) throw gone();
        endSession(viaToken(token), 'not-signed-in');
        audit('token-revoked', { person: actor.id });
        return {};
      },
    }),
    route({
      method: 'GET',
      path: `${path}/links`,
      needs: 'self',
      summary: 'My personal links: each brings a guest back in another browser.',
      reply: linkList,
      run: async ({ actor }) => ({
        json: {
          links: (await links.personalOf(actor.id)).map(({ userId, ...link }) => link),
        },
      }),
    }),
    route({
      method: 'POST',
      path: `${path}/links`,
      needs: 'self',
      summary: 'Make a personal link. It is shown this once.',
      reply: z.object({ url: z.string() }),
      status: 201,
      async run({ actor, request }) {
        if (actor.kind !== 'guest') {
          throw new AppError('bad-request', 'Who has an account signs in with its password.');
        }
        await deps.remember(actor);
        const secret = await links.createPersonal(actor.id);
        audit('personal-link-created', { person: actor.id });
        return { json: { url: `${request.origin}/me/${secret}` } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/links/:link`,
      needs: 'self',
      summary: 'Revoke a personal link. Browsers it was used in stay signed in.',
      status: 204,
      async run({ actor, params }) {
        if (!(await links.revokePersonal(actor.id, params.link ?? ''))) throw gone();
        audit('personal-link-revoked', { person: actor.id });
        return {};
      },
    }),
  ];
}
