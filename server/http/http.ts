// The HTTP side on one screen: the order in which a request is looked at, and the mounting of routes.
// The only folder that knows Express. Knows no features and no store: app.ts hands them in.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { ZodType } from 'zod';
import { embedHeader } from '../../core/embed.ts';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, parseDocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Capability, can } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Actor, Limit, Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import { assetRouter } from './assets.ts';
import { securityHeaders } from './headers.ts';
import { openApi } from './openapi.ts';
import type { OriginRule } from './origin.ts';
import { badShape, problemType, toAppError, toProblem } from './problems.ts';
import type { RateLimit } from './rate-limit.ts';
import { sendReply } from './respond.ts';
import {
  type Context,
  type Needs,
  type Reply,
  type RequestFacts,
  type Route,
  route,
} from './route.ts';

export interface HttpDeps {
  routes: readonly Route[];
  /** The folder of the built client and that of files served as they are. */
  paths: { assets: string; static: string };
  /** `isEmbedded`: by the session of a frame alone. */
  authenticate(headers: IncomingHttpHeaders, isEmbedded: boolean): Promise<Person | null>;
  /** False: whoever asks gets only what is always open. */
  admits(person: Person | null): boolean;
  /** Whether a header, not a cookie, says who asks. */
  carriesToken(headers: IncomingHttpHeaders): boolean;
  /** Throws `not-found`, `no-access`, `document-trashed`. */
  authorise<C extends Capability>(
    actor: Actor,
    capability: C,
    ref: DocumentRef,
    mayBeAbsent: boolean,
  ): Promise<Grant<C>>;
  /** The page that says what happened. */
  errorPage(error: AppError, request: RequestFacts, headers: IncomingHttpHeaders): Promise<Reply>;
  origin: OriginRule;
  isHttps: boolean;
  /** Whose pages may show ours that are made for it. */
  frameAncestors: readonly string[];
  trustProxy: readonly string[];
  rateLimit: RateLimit;
  /** Told of each answer; `route` is a pattern, '' for files and what is not there. */
  onAnswered(answer: { method: string; route: string; status: number; ms: number }): void;
  /** True while the server ends: connections are not kept. */
  isClosing(): boolean;
  clock: Clock;
  ids: Ids;
  log: Log;
}

interface Locals {
  facts: RequestFacts;
  /** For the log: never the path itself, which may be somebody's link. */
  pattern: string;
  person: string | null;
}
const localsOf = (response: Response) => response.locals as Locals;

const isReading = (method: string) => ['GET', 'HEAD', 'OPTIONS'].includes(method);

const parse = <T>(schema: ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value);
  if (!result.success) throw badShape(result.error);
  return result.data;
};

const readJson = express.json({ limit: limits.maxBodyBytes, type: 'application/json' });

/** Runs a body parser and waits for it. */
const runParser = (parser: RequestHandler, request: Request, response: Response) =>
  new Promise<void>((resolve, reject) => {
    parser(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });

async function readBody(entry: Route, request: Request, response: Response): Promise<unknown> {
  if (entry.raw) {
    const parser = express.raw({ limit: entry.raw.maxBytes, type: () => true });
    await runParser(parser, request, response);
    // Without a body the parser leaves none.
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    return entry.body ? parse(entry.body, body) : body;
  }
  if (!entry.body) return undefined;
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0;
  if (hasBody && !request.is('application/json')) {
    throw new AppError('unsupported-type', 'The body must be application/json.');
  }
  await runParser(readJson, request, response);
  return parse(entry.body, request.body ?? {});
}

/** What is not about one document, `decide` is not asked for: a token's scope is held here. */
function allowByToken(limit: Limit, { needs, method }: Route): void {
  const what = limit.gives ? 'embedded page' : 'API token';
  if (needs === 'self') throw new AppError('no-access', `An ${what} may not do this: sign in.`);
  if (needs === 'guest' && method !== 'GET' && !can(limit.atMost, 'edit')) {
    throw new AppError('no-access', `This ${what} may only read.`);
  }
}

export interface Http {
  readonly handler: Express;
  /** The client's address: the connection's, or what a trusted proxy says of it. */
  addressOf(request: IncomingMessage): string;
}

/** Walks back through proxies as long as each is trusted, as Express does for `request.ip`. */
function addressOf(app: Express, request: IncomingMessage): string {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const hops = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .reverse();
  let address = request.socket.remoteAddress ?? '';
  for (const [i, hop] of hops.entries()) {
    if (hop.trim() === '' || !isTrusted(address, i)) break;
    address = hop.trim();
  }
  return address;
}

const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

function isLocal({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return isLoopback && !FORWARDING.some((name) => name in headers);
}

export async function createHttp(deps: HttpDeps): Promise<Http> {
  const { log, clock, ids } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', deps.trustProxy.length > 0 ? [...deps.trustProxy] : false);

  app.use((request, response, next) => {
    const startedAt = clock.now();
    const locals = localsOf(response);
    locals.facts = {
      id: ids.secret(9),
      acceptLanguage: request.headers['accept-language'],
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
      isLocal: isLocal(request),
      url: request.originalUrl,
      userAgent: request.headers['user-agent'],
      address: addressOf(app, request),
      origin: deps.origin.own(request.headers),
    };
    locals.pattern = '';
    locals.person = null;
    response.setHeader('X-Request-Id', locals.facts.id);
    if (deps.isClosing()) response.setHeader('Connection', 'close');
    response.on('close', () => {
      const answer = {
        method: request.method,
        route: locals.pattern,
        status: response.statusCode,
        ms: clock.now() - startedAt,
      };
      deps.onAnswered(answer);
      log.debug({ request: locals.facts.id, ...answer, person: locals.person }, 'request');
    });
    next();
  });
  app.use(securityHeaders(deps.origin, deps.isHttps, deps.frameAncestors));
  app.use(await assetRouter(deps.paths));

  const anyOrigin = new Set(
    deps.routes.flatMap((entry) => (entry.anyOrigin ? [`${entry.method} ${entry.path}`] : [])),
  );
  app.use((request, _response, next) => {
    if (isReading(request.method) || deps.origin.allowed(request.headers)) return next();
    if (anyOrigin.has(`${request.method} ${request.path}`)) return next();
    // No page can put a token into another site's request: who has one is no browser in whose name it asks.
    if (deps.carriesToken(request.headers)) return next();
    next(new AppError('foreign-origin', 'A page of another site may not do this.'));
  });

  const run = async (entry: Route, request: Request, response: Response): Promise<void> => {
    const locals = localsOf(response);
    locals.pattern = entry.path;
    const params = request.params as Record<string, string>;
    const query = entry.query ? parse(entry.query, request.query) : undefined;
    const isEmbedded = entry.isEmbedded ?? embedHeader in request.headers;
    const actor = entry.asksNobody ? null : await deps.authenticate(request.headers, isEmbedded);
    locals.person = actor?.id ?? null;
    const rate = entry.rate ?? (entry.method === 'GET' ? 'read' : 'write');
    const wait = deps.rateLimit.take(rate, locals.facts.address, locals.person);
    if (wait > 0) {
      response.setHeader('Retry-After', wait);
      throw new AppError('too-many-requests', `That was too often. Try again in ${wait} s.`);
    }
    if (!actor && entry.needs !== 'public') {
      throw new AppError(
        'not-signed-in',
        'This needs a session: open a page, or POST /api/v1/session, and send its cookie.',
      );
    }
    if (!entry.alwaysOpen && !entry.asksNobody && !deps.admits(actor)) {
      throw new AppError('not-signed-in', 'This server is for people who sign in.');
    }
    if (actor?.limit) allowByToken(actor.limit, entry);
    let grant: Grant<Capability> | undefined;
    if (!['public', 'guest', 'self'].includes(entry.needs)) {
      const place = entry.document === 'query' ? (query as Record<string, unknown>) : params;
      const ref = parseDocumentRef(place.collection, place.id);
      if (!ref) throw new AppError('not-found', 'There is no such document.');
      const capability = entry.needs as Capability;
      grant = await deps.authorise(actor!, capability, ref, entry.mayBeAbsent ?? false);
    }
    // Read last: whoever may not do this has no megabytes parsed for them.
    const body = await readBody(entry, request, response);
    const context = { actor, grant, params, body, query, request: locals.facts };
    const reply = await entry.run(context as Context<Needs, unknown, unknown>);
    await sendReply(request, response, { status: entry.status ?? 200, ...reply });
  };

  const description = openApi(deps.routes, '/');
  const routes = [
    ...deps.routes,
    route({
      method: 'GET',
      path: '/api/v1/openapi.json',
      needs: 'public',
      alwaysOpen: true,
      summary: 'This description.',
      run: () => ({ json: description }),
    }),
  ];
  for (const entry of routes) {
    const method = entry.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[method](entry.path, (request, response) => run(entry, request, response));
  }
  for (const path of new Set(routes.map((entry) => entry.path))) {
    const allowed = routes.filter((entry) => entry.path === path).map(({ method }) => method);
    app.all(path, (request, response, next) => {
      localsOf(response).pattern = path;
      response.setHeader('Allow', allowed.join(', '));
      next(new AppError('method-not-allowed', `${request.method} is not possible here.`));
    });
  }
  app.use((_request, _response, next) => {
    next(new AppError('not-found', 'There is nothing here.'));
  });

  const wantsPage = (request: Request) =>
    !request.path.startsWith('/api/') && request.accepts(['html', 'json']) === 'html';
  const answerError = async (raised: unknown, request: Request, response: Response) => {
    const error = toAppError(raised);
    const { facts, pattern } = localsOf(response);
    if (error.code === 'not-now' && !response.headersSent) {
      response.setHeader('Retry-After', limits.retryAfterSeconds);
    }
    if (error.code === 'internal') {
      log.error({ request: facts.id, route: pattern, err: error.cause ?? error }, 'fault');
    }
    const { retryAfter } = error.details ?? {};
    if (typeof retryAfter === 'number') response.setHeader('Retry-After', retryAfter);
    const reply = wantsPage(request)
      ? await deps.errorPage(error, facts, request.headers)
      : { json: toProblem(error), type: problemType };
    await sendReply(request, response, { ...reply, status: error.status });
  };
  app.use((raised: unknown, request: Request, response: Response, next: (e: unknown) => void) => {
    if (response.headersSent) return next(raised);
    answerError(raised, request, response).catch((error: unknown) => {
      log.error({ request: localsOf(response).facts.id, err: error }, 'error page failed');
      if (!response.headersSent) response.status(500).end();
    });
  });
  return { handler: app, addressOf: (request) => addressOf(app, request) };
}
