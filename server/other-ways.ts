// Ways to sign in beside a password, put together for identity.ts: each proves by itself who somebody is,
// and then begins the same kind of session.

import type { SignedInReply } from '../core/api.ts';
import type { UserId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Cookies } from './access/cookies.ts';
import { createSteps } from './access/steps.ts';
import type { AccountRecords } from './accounts/account-records.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { Join } from './accounts/join.ts';
import { visitorOf } from './accounts/sign-routes.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Route } from './http/route.ts';
import type { Ids } from './ids.ts';
import { createOidc, type Oidc } from './oidc/oidc.ts';
import { createProvider, type ProviderRules } from './oidc/provider.ts';
import { type OidcRoutesDeps, oidcRoutes, providerRoute } from './oidc/routes.ts';
import { createPasskeys } from './passkeys/passkeys.ts';
import { passkeyRoutes } from './passkeys/routes.ts';
import type { Store } from './store/store.ts';

export interface OtherWaysDeps {
  config: Config;
  secret: string;
  store: Store;
  clock: Clock;
  ids: Ids;
  records: AccountRecords;
  accounts: Accounts;
  cookies: Cookies;
  /** Makes an account for somebody whom a provider knows. */
  join: Join;
  /** An id for somebody new. */
  fresh(): UserId;
  userOf(id: UserId): Promise<SignedInReply['user']>;
  audit(event: string, fields: Record<string, unknown>): void;
}

export interface OtherWays {
  readonly routes: readonly Route[];
  /** The provider's name, when one is configured. */
  readonly provider: string | null;
}

function providerRules(config: Config): ProviderRules | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config;
  if (issuer === null || clientId === null) return null;
  return { issuer, clientId, clientSecret, name: config.oidcName ?? new URL(issuer).host };
}

export function otherWays(deps: OtherWaysDeps): OtherWays {
  const { config, store, clock, ids, records, accounts, cookies, userOf, audit } = deps;
  const isHttps = config.publicUrl?.startsWith('https:') ?? false;

  const account = async (id: UserId) => {
    const record = await records.get(id);
    if (!record || record.disabledAt !== null) return null;
    return { login: record.name ?? record.email ?? '' };
  };

  const hasPassword = async (id: UserId) => (await records.get(id))?.password != null;

  const steps = createSteps({ store, clock, ids, isHttps }, 'passkey', 'Strict');
  const passkeys = createPasskeys({
    store,
    clock,
    steps,
    secret: deps.secret,
    account,
    find: async (login) => (await records.find(login))?.id ?? null,
    hasOtherWay: async (id) => (await hasPassword(id)) || ((await oidc?.isLinked(id)) ?? false),
    audit,
  });

  const rules = providerRules(config);
  const away = createSteps(
    { store, clock, ids, isHttps },
    'oidc',
    // The provider sends the browser back: a strict cookie would stay behind.
    'Lax',
    limits.providerStepMs,
  );
  const oidc: Oidc | null =
    rules &&
    createOidc({
      store,
      clock,
      provider: createProvider(rules, clock),
      steps: away,
      async standing(id) {
        const record = await records.get(id);
        if (!record) return 'none';
        return record.disabledAt === null ? 'good' : 'disabled';
      },
      make: deps.join,
      fresh: deps.fresh,
      hasOtherWay: async (id) => (await hasPassword(id)) || (await passkeys.of(id)).length > 0,
      audit,
    });

  const enterOidc: OidcRoutesDeps['enter'] = async (actor, request, userId) => {
    const { secret } = await accounts.enter(visitorOf(actor, request), userId, 'oidc');
    return cookies.set(secret, limits.sessionMaxDays);
  };

  return {
    provider: oidc?.name ?? null,
    routes: [
      providerRoute(oidc),
      ...(oidc ? oidcRoutes({ oidc, steps: away, enter: enterOidc }) : []),
      ...passkeyRoutes({
        passkeys,
        steps,
        async enter(actor, request, userId) {
          const entered = await accounts.enter(visitorOf(actor, request), userId, 'passkey');
          return {
            json: { user: await userOf(userId), adopted: entered.adopted },
            cookie: cookies.set(entered.secret, limits.sessionMaxDays),
          };
        },
      }),
    ],
  };
}
