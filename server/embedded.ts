// Puts embedding together for app.ts: from its configuration, with the people and sockets it speaks for.

import type { IncomingHttpHeaders } from 'node:http';
import type { Person } from './access/actor.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createEmbedding } from './embedding/embedding.ts';
import { type EmbeddingRoutesDeps, embeddingRoutes } from './embedding/routes.ts';
import type { TokenRules } from './embedding/token.ts';
import type { Guests } from './guests/guests.ts';
import type { RequestFacts, Route } from './http/route.ts';
import type { Ids } from './ids.ts';
import type { Log } from './log.ts';
import type { OtBackend } from './ot/backend.ts';
import type { Store } from './store/store.ts';

export interface Embedded {
  /** Whose pages may show ours; none: nobody embeds. */
  readonly ancestors: readonly string[];
  authenticate(headers: IncomingHttpHeaders): Promise<Person | null>;
  until(request: RequestFacts): Promise<number | null>;
  routes(refusedPage: EmbeddingRoutesDeps['refusedPage']): Route[];
  close(): Promise<void>;
}

export interface EmbeddedDeps {
  config: Config;
  store: Store;
  guests: Guests;
  backend: Pick<OtBackend, 'end' | 'endWhere' | 'people'>;
  clock: Clock;
  ids: Ids;
  log: Log;
}

function rulesOf(config: Config): TokenRules | null {
  const { embedIssuer: issuer, embedAudience: audience, embedKey: key, embedJwksUrl } = config;
  return issuer === null || audience === null
    ? null
    : { issuer, audience, key, jwksUrl: embedJwksUrl };
}

export function wireEmbedding(deps: EmbeddedDeps): Embedded {
  const { config, guests, log } = deps;
  const rules = rulesOf(config);
  const embedding = createEmbedding({
    rules,
    isHttps: config.publicUrl?.startsWith('https:') ?? false,
    store: deps.store,
    backend: deps.backend,
    keep: guests.keep,
    nameless: (acceptLanguage) => guests.fresh(acceptLanguage).name,
    people: guests.people,
    clock: deps.clock,
    ids: deps.ids,
    audit: (event, fields) => log.info({ audit: event, ...fields }, 'audit'),
    onError: (error) => log.error({ err: error }, 'the sessions of frames could not be looked at'),
  });
  return {
    ancestors: rules ? config.frameAncestors : [],
    authenticate: embedding.authenticate,
    until: ({ cookie = '' }) => embedding.until({ cookie }),
    routes: (refusedPage) => embeddingRoutes({ embedding, refusedPage }),
    close: embedding.close,
  };
}
