// /api/v1/account: becoming somebody. Signing up, in and out, and a new password by a link.

import { z } from 'zod';
import type { SignedInReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { locales } from '../../core/i18n/i18n.ts';
import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Cookies } from '../access/cookies.ts';
import { type RequestFacts, type Route, route } from '../http/route.ts';
import type { Accounts, Entered, Visitor } from './accounts.ts';
import type { Forgot } from './forgot.ts';

/** Far beyond what is taken, so that the sentence about the limit is said in one place. */
const text = z.string().max(4 * limits.maxPasswordChars);
const signUp = z.strictObject({ login: text, password: text, name: text.optional() });
const signIn = z.strictObject({ login: text, password: text });
const forgot = z.strictObject({ login: text });
const reset = z.strictObject({ token: text, password: text });
const change = z.strictObject({ current: text.optional(), password: text });
const email = z.strictObject({ current: text, email: text.nullable() });

const reply = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    color: z.int().min(1).max(12),
    kind: z.enum(['guest', 'account']),
    isAdmin: z.boolean(),
    named: z.boolean(),
    locale: z.enum(locales).nullable(),
    theme: z.enum(['light', 'dark']).nullable(),
  }),
  adopted: z.int().meta({ description: 'Documents of the guest that are the account’s now.' }),
}) satisfies z.ZodType<SignedInReply>;

export interface SignRoutesDeps {
  accounts: Accounts;
  forgot: Forgot;
  cookies: Cookies;
  /** As GET /api/v1/session gives it. */
  userOf(id: UserId): Promise<SignedInReply['user']>;
}

export const visitorOf = (person: Person | null, request: RequestFacts): Visitor => ({
  person,
  address: request.address,
  userAgent: request.userAgent,
});

const path = '/api/v1/account';

export function signRoutes({
  accounts,
  forgot: forgets,
  cookies,
  userOf,
}: SignRoutesDeps): Route[] {
  const entered = async ({ userId, secret, adopted }: Entered) => ({
    json: { user: await userOf(userId), adopted },
    headers: { 'Set-Cookie': cookies.set(secret, limits.sessionMaxDays) },
  });
  return [
    route({
      method: 'POST',
      path,
      needs: 'public',
      alwaysOpen: true,
      rate: 'sign',
      summary: 'Sign up. A guest keeps who they are and what they made.',
      body: signUp,
      reply,
      status: 201,
      run: async ({ actor, body, request }) =>
        entered(
          await accounts.signUp(visitorOf(actor, request), body.login, body.password, body.name),
        ),
    }),
    route({
      method: 'POST',
      path: `${path}/sign-in`,
      needs: 'public',
      alwaysOpen: true,
      rate: 'sign',
      summary: 'Sign in. What the guest of this browser made is the account’s from then on.',
      body: signIn,
      reply,
      run: async ({ actor, body, request }) =>
        entered(await accounts.signIn(visitorOf(actor, request), body.login, body.password)),
    }),
    route({
      method: 'POST',
      path: `${path}/sign-out`,
      needs: 'self',
      summary: 'End the session of this browser.',
      status: 204,
      async run({ actor }) {
        // Nothing brings a guest back: theirs ends only when they say so at /api/v1/session.
        if (!actor.via) throw new AppError('bad-request', 'You are not signed in.');
        await accounts.signOut(actor);
        return { headers: { 'Set-Cookie': cookies.clear() } };
      },
    }),
    route({
      method: 'PUT',
      path: `${path}/password`,
      needs: 'self',
      rate: 'sign',
      summary: 'Change the password; every other session ends.',
      body: change,
      reply,
      run: async ({ actor, body, request }) =>
        entered(
          await accounts.changePassword(visitorOf(actor, request), body.current, body.password),
        ),
    }),
    route({
      method: 'PUT',
      path: `${path}/email`,
      needs: 'self',
      rate: 'sign',
      summary: 'The e-mail address of my account: to sign in with, and for a forgotten password.',
      body: email,
      status: 204,
      async run({ actor, body, request }) {
        await accounts.setEmail(visitorOf(actor, request), body.current, body.email);
        return {};
      },
    }),
    route({
      method: 'POST',
      path: `${path}/forgot`,
      needs: 'public',
      alwaysOpen: true,
      rate: 'sign',
      summary: 'Mail a link to a new password, if there is such an account and it has an address.',
      body: forgot,
      status: 202,
      async run({ body, request }) {
        forgets.ask(body.login, request.address, request.acceptLanguage);
        return {};
      },
    }),
    route({
      method: 'POST',
      path: `${path}/reset`,
      needs: 'public',
      alwaysOpen: true,
      rate: 'sign',
      summary: 'Set a new password with the secret of a link, and sign in.',
      body: reset,
      reply,
      run: async ({ actor, body, request }) =>
        entered(await accounts.reset(visitorOf(actor, request), body.token, body.password)),
    }),
  ];
}
