// Ways to sign in beside a password, put together for identity.ts: each proves by itself who somebody is,
// and then begins the same kind of session.

import type { SignedInReply } from '../core/api.ts';
import type { UserId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Cookies } from './access/cookies.ts';
import { createSteps } from './access/steps.ts';
import type { AccountRecords } from './accounts/account-records.ts';
import type { Accounts } from './accounts/accounts.ts';
import { visitorOf } from './accounts/sign-routes.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Route } from './http/route.ts';
import type { Ids } from './ids.ts';
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
  userOf(id: UserId): Promise<SignedInReply['user']>;
  audit(event: string, fields: Record<string, unknown>): void;
}

export function otherWays(deps: OtherWaysDeps): { routes: Route[] } {
  const { config, store, clock, ids, records, accounts, cookies, userOf, audit } = deps;
  const isHttps = config.publicUrl?.startsWith('https:') ?? false;

  const account = async (id: UserId) => {
    const record = await records.get(id);
    if (!record || record.disabledAt !== null) return null;
    return { login: record.name ?? record.email ?? '' };
  };

  const steps = createSteps({ store, clock, ids, isHttps }, 'passkey', 'Strict');
  const passkeys = createPasskeys({
    store,
    clock,
    steps,
    secret: deps.secret,
    account,
    find: async (login) => (await records.find(login))?.id ?? null,
    hasOtherWay: async (id) => (await records.get(id))?.password != null,
    audit,
  });

  return {
    routes: [
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
