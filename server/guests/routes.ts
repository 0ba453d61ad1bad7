// /api/v1/session: who I am, becoming somebody, changing my name, ending it.

import { z } from 'zod';
import { locales } from '../../core/i18n/i18n.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Cookies } from '../access/cookies.ts';
import { type Route, route } from '../http/route.ts';
import type { Guests, SessionUser } from './guests.ts';

const name = z.string().meta({
  description: `1 to ${limits.maxNameChars} visible characters, without control characters.`,
});
const create = z.strictObject({ name: name.optional() });
const change = z.strictObject({
  name: name.optional(),
  locale: z.enum(locales).nullable().optional(),
  theme: z.enum(['light', 'dark']).nullable().optional(),
});
const reply = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    color: z.int().min(1).max(12),
    kind: z.enum(['guest', 'account']),
    isAdmin: z.boolean(),
    named: z.boolean().meta({ description: 'False until the person chose a name.' }),
    locale: z.enum(locales).nullable(),
    theme: z.enum(['light', 'dark']).nullable(),
  }),
}) satisfies z.ZodType<{ user: SessionUser }>;

const path = '/api/v1/session';

/** What the browser is to keep: a session has its cookie already, and a token gets none. */
const renewed = (guests: Guests, cookies: Cookies, person: Person) =>
  person.kind === 'guest' && !person.via
    ? { 'Set-Cookie': cookies.set(guests.cookieOf(person), limits.sessionDays) }
    : undefined;

/** `signOut` ends the session of somebody who came with one. */
export function sessionRoutes(
  guests: Guests,
  cookies: Cookies,
  signOut: (person: Person) => Promise<void>,
): Route[] {
  return [
    route({
      method: 'POST',
      path,
      needs: 'public',
      summary:
        'Become a guest: the cookie in the answer is the identity. Who is somebody stays so.',
      body: create,
      reply,
      status: 201,
      async run({ actor, body, request }) {
        const guest = actor ?? guests.fresh(request.acceptLanguage);
        const user =
          body.name === undefined || actor?.limit
            ? await guests.user(guest)
            : await guests.change(guest, { name: body.name });
        const headers = renewed(guests, cookies, guest);
        return {
          status: actor ? 200 : 201,
          json: { user },
          ...(headers ? { headers } : {}),
        };
      },
    }),
    route({
      method: 'GET',
      path,
      needs: 'guest',
      summary: 'Who I am.',
      reply,
      run: async ({ actor }) => ({ json: { user: await guests.user(actor) } }),
    }),
    route({
      method: 'PATCH',
      path,
      needs: 'self',
      summary: 'Change my name, language or theme.',
      body: change,
      reply,
      run: async ({ actor, body }) => ({ json: { user: await guests.change(actor, body) } }),
    }),
    route({
      method: 'DELETE',
      path,
      needs: 'self',
      summary: 'A guest: end this identity, everywhere and for good. An account: sign out here.',
      status: 204,
      async run({ actor }) {
        await (actor.kind === 'guest' ? guests.end(actor) : signOut(actor));
        return { headers: { 'Set-Cookie': cookies.clear() } };
      },
    }),
  ];
}
