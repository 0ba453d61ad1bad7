// /api/v1/account/passkeys: mine, and signing in with one. The browser's answers go on as they are.

import { z } from 'zod';
import type { PasskeyItem, PasskeyListReply, SignedInReply } from '../../core/api.ts';
import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Steps } from '../access/steps.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import type { Passkey, Passkeys } from './passkeys.ts';

const time = z.number().int();
const item = z.object({
  id: z.string(),
  name: z.string(),
  synced: z.boolean(),
  createdAt: time,
  lastUsedAt: time.nullable(),
}) satisfies z.ZodType<PasskeyItem>;
const list = z.object({ passkeys: z.array(item) }) satisfies z.ZodType<PasskeyListReply>;

const text = z.string().max(limits.maxWebauthnChars);
const name = z.string().trim().min(1, 'must not be empty').max(limits.maxTokenNameChars);
const attachment = z.enum(['platform', 'cross-platform']).optional();
/** What it is decides the verifier; here only that it is text, and not endless. */
const credential = {
  id: text,
  rawId: text,
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  clientExtensionResults: z.object({}),
};
const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .max(8)
      .optional()
      .catch(undefined),
  }),
});
const authentication = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.optional(),
  }),
});
/** What a browser may be given through JSON has no `undefined`; the parser's types do. */
const exact = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;

export interface PasskeyRoutesDeps {
  passkeys: Passkeys;
  steps: Steps;
  /** Begins the session of somebody who has proved who they are. */
  enter(
    actor: Person | null,
    request: RequestFacts,
    userId: UserId,
  ): Promise<{ json: SignedInReply; cookie: string }>;
}

const path = '/api/v1/account/passkeys';
const options = z.object({ options: z.looseObject({ challenge: z.string() }) });

export function passkeyRoutes({ passkeys, steps, enter }: PasskeyRoutesDeps): Route[] {
  const shown = ({ id, name: called, isSynced, createdAt, lastUsedAt }: Passkey): PasskeyItem => ({
    id,
    name: called,
    synced: isSynced,
    createdAt,
    lastUsedAt,
  });
  const begun = (made: { options: unknown; cookie: string }): Reply => ({
    json: { options: made.options },
    headers: { 'Set-Cookie': made.cookie },
  });
  return [
    route({
      method: 'GET',
      path,
      needs: 'self',
      summary: 'My passkeys.',
      reply: list,
      run: async ({ actor }) => ({
        json: { passkeys: (await passkeys.of(actor.id)).map(shown) },
      }),
    }),
    route({
      method: 'POST',
      path: `${path}/options`,
      needs: 'self',
      summary: 'Begin to add a passkey: what the browser asks its owner for.',
      reply: options,
      run: async ({ actor, request }) =>
        begun(await passkeys.beginRegistration(actor, request.origin)),
    }),
    route({
      method: 'POST',
      path,
      needs: 'self',
      summary: 'Add the passkey that was made.',
      body: z.strictObject({ name, response: registration }),
      reply: item,
      status: 201,
      async run({ actor, body, request }) {
        const response = exact<Parameters<Passkeys['register']>[4]>(body.response);
        const { origin, cookie } = request;
        const made = await passkeys.register(actor, origin, cookie, body.name, response);
        return { json: shown(made), headers: { 'Set-Cookie': steps.clear } };
      },
    }),
    route({
      method: 'PATCH',
      path: `${path}/:passkey`,
      needs: 'self',
      summary: 'Call a passkey of mine something else.',
      body: z.strictObject({ name }),
      reply: item,
      run: async ({ actor, params, body }) => ({
        json: shown(await passkeys.rename(actor.id, params.passkey ?? '', body.name)),
      }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/:passkey`,
      needs: 'self',
      summary: 'Remove a passkey of mine; not the last way to sign in.',
      status: 204,
      async run({ actor, params }) {
        await passkeys.remove(actor.id, params.passkey ?? '');
        return {};
      },
    }),
    route({
      method: 'POST',
      path: `${path}/sign-in/options`,
      needs: 'public',
      alwaysOpen: true,
      summary: 'Begin to sign in with a passkey; with a name, one of that account.',
      body: z.strictObject({ login: z.string().min(1).max(limits.maxLoginChars).optional() }),
      reply: options,
      run: async ({ body, request }) =>
        begun(await passkeys.beginSignIn(body.login, request.origin)),
    }),
    route({
      method: 'POST',
      path: `${path}/sign-in`,
      needs: 'public',
      alwaysOpen: true,
      rate: 'sign',
      summary: 'Sign in with the passkey that the browser’s owner chose.',
      body: z.strictObject({ response: authentication }),
      async run({ actor, body, request }) {
        const response = exact<Parameters<Passkeys['signIn']>[2]>(body.response);
        const userId = await passkeys.signIn(request.origin, request.cookie, response);
        const { json, cookie } = await enter(actor, request, userId);
        return { json, headers: { 'Set-Cookie': [cookie, steps.clear] } };
      },
    }),
  ];
}
