// /auth/oidc: to the provider and back. /api/v1/account/provider: whether my account has this way in.

import { z } from 'zod';
import { type ProviderReply, providerProblems } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import type { UserId } from '../../core/ids.ts';
import { localPath } from '../../core/url.ts';
import type { Person } from '../access/actor.ts';
import type { Steps } from '../access/steps.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import { callbackPath, type Oidc } from './oidc.ts';

export interface OidcRoutesDeps {
  oidc: Oidc;
  steps: Steps;
  /** Begins the session of somebody who has proved who they are: the Set-Cookie value. */
  enter(actor: Person | null, request: RequestFacts, userId: UserId): Promise<string>;
}

const path = '/api/v1/account/provider';

/** Back to where one signs in, which says what happened. */
function failed(error: unknown, to: string): Reply {
  const reason = error instanceof AppError ? String(error.details?.reason ?? '') : '';
  if (!providerProblems.some((each) => each === reason)) throw error;
  const query = new URLSearchParams({ to, problem: reason });
  return { status: 303, headers: { Location: `/sign-in?${query}` } };
}

export function oidcRoutes({ oidc, steps, enter }: OidcRoutesDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/auth/oidc',
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      rate: 'sign',
      summary: 'To the provider.',
      query: z.object({ to: z.string().optional().catch(undefined) }),
      async run({ query, request }) {
        const to = localPath(query.to) ?? '/';
        try {
          const { url, cookie } = await oidc.begin(request.origin, to, null);
          return { status: 303, headers: { Location: url, 'Set-Cookie': cookie } };
        } catch (error) {
          return failed(error, to);
        }
      },
    }),
    route({
      method: 'GET',
      path: callbackPath,
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      rate: 'sign',
      summary: 'Back from the provider.',
      query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
      async run({ actor, query, request }) {
        const callback = new URL(callbackPath, request.origin);
        for (const [name, values] of Object.entries(query)) {
          for (const value of [values].flat()) callback.searchParams.append(name, value);
        }
        try {
          const done = await oidc.finish(actor, request.cookie, callback);
          const { userId, to, isLink } = done;
          const cookies = isLink ? [] : [await enter(actor, request, userId)];
          return {
            status: 303,
            headers: { Location: to, 'Set-Cookie': [...cookies, steps.clear] },
          };
        } catch (error) {
          return failed(error, '/');
        }
      },
    }),
    route({
      method: 'POST',
      path,
      needs: 'self',
      rate: 'sign',
      summary: 'Begin to add this way to sign in to my account: where to go.',
      body: z.strictObject({ to: z.string().optional() }),
      reply: z.object({ url: z.string() }),
      async run({ actor, body, request }) {
        if (actor.kind !== 'account') throw new AppError('no-access', 'This needs an account.');
        const begun = await oidc.begin(request.origin, localPath(body.to) ?? '/', actor);
        return { json: { url: begun.url }, headers: { 'Set-Cookie': begun.cookie } };
      },
    }),
    route({
      method: 'DELETE',
      path,
      needs: 'self',
      summary: 'Take this way to sign in from my account; not the last one.',
      status: 204,
      async run({ actor }) {
        await oidc.unlink(actor.id);
        return {};
      },
    }),
  ];
}

/** Also where none is configured: a page asks without knowing. */
export const providerRoute = (oidc: Oidc | null): Route =>
  route({
    method: 'GET',
    path,
    needs: 'self',
    summary: 'The provider one can sign in with (null: none), and whether my account has it.',
    reply: z.object({
      name: z.string().nullable(),
      linked: z.boolean(),
    }) satisfies z.ZodType<ProviderReply>,
    run: async ({ actor }) => ({
      json: { name: oidc?.name ?? null, linked: (await oidc?.isLinked(actor.id)) ?? false },
    }),
  });
