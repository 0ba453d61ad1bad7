// Builds the whole server, in order, and takes it down in reverse. The only file that sees every
// feature: what one does for another is wired here, and nothing else is done here.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { emptyDocument } from '../core/delta.ts';
import { embedSocketPath } from '../core/embed.ts';
import { negotiateLocale } from '../core/i18n/i18n.ts';
import type { UserId } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Person } from './access/actor.ts';
import { serveAdmin } from './accounts/admin-socket.ts';
import type { Bus } from './bus/bus.ts';
import { createGather } from './bus/gather.ts';
import { openBus } from './bus/open-bus.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { adoptDocuments } from './documents/adopt.ts';
import { createDestroy } from './documents/destroy.ts';
import { createDocuments, defaultCollection } from './documents/documents.ts';
import { createImageUses } from './documents/image-uses.ts';
import { createIndexer, type Indexer } from './documents/indexer.ts';
import { createListing } from './documents/listing.ts';
import { createDocumentRecords } from './documents/records.ts';
import { documentRoutes } from './documents/routes.ts';
import { versionRoutes } from './documents/version-routes.ts';
import { createVersions } from './documents/versions.ts';
import { createVisits } from './documents/visits.ts';
import { wireEmbedding } from './embedded.ts';
import { healthRoutes } from './health.ts';
import { createHttp } from './http/http.ts';
import { createOriginRule } from './http/origin.ts';
import { createRateLimit, noRateLimit } from './http/rate-limit.ts';
import type { Route } from './http/route.ts';
import { createIdentity, type Identity } from './identity.ts';
import { type Ids, systemIds } from './ids.ts';
import { findRoot, listen, urlHost } from './listen.ts';
import { createLog, createSeldom, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createBackend, type OtBackend } from './ot/backend.ts';
import { readClientManifest } from './pages/client-manifest.ts';
import { createPages, unbuilt } from './pages/routes.ts';
import { trackRequests } from './requests.ts';
import { createRights, createRules } from './rights.ts';
import { openSecret, openSharedSecret } from './secret.ts';
import { sharingRoutes } from './sharing/routes.ts';
import { createSharing } from './sharing/sharing.ts';
import { openStore, type StoreOptions } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { watchStore } from './store/watched-store.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { createUploads } from './uploads/uploads.ts';
import { attachSockets } from './ws/upgrade.ts';

export interface AppOverrides {
  clock?: Clock;
  ids?: Ids;
  log?: Log;
  /** The folder that holds dist/ and static/. */
  root?: string;
  openStore?(options: StoreOptions): Promise<Store>;
  /** To the other processes of the same parent. */
  bus?: Bus;
  /** How often the store is looked at for what other processes did. */
  followMs?: number;
}

export interface App {
  /** Where this computer reaches it. */
  readonly url: string;
  readonly port: number;
  /** What the store says of itself. */
  readonly store: string;
  /** False: there is no client to serve. */
  readonly isBuilt: boolean;
  /** Finishes what is under way, then ends; within `limits.drainMs`. */
  /** What can be asked here, and what it takes. */
  readonly routes: readonly Pick<Route, 'method' | 'path' | 'needs' | 'alwaysOpen'>[];
  /** Somebody was made an admin. */
  hasAdmin(): Promise<boolean>;
  close(): Promise<void>;
}

export async function createApp(config: Config, overrides: AppOverrides = {}): Promise<App> {
  const log = overrides.log ?? createLog(config.logLevel);
  const closers: (() => void | Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        // The rest must be closed all the same: an open store is worth more than this error.
        log.error({ err: error }, 'something did not close');
      }
    }
  };
  try {
    return await build(config, { ...overrides, log }, closers, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function build(
  config: Config,
  { log, ...overrides }: AppOverrides & { log: Log },
  closers: (() => void | Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<App> {
  const clock = overrides.clock ?? systemClock;
  const ids = overrides.ids ?? systemIds;
  const root = overrides.root ?? findRoot(import.meta.dirname);
  const paths = { assets: join(root, 'dist', 'client', 'assets'), static: join(root, 'static') };
  const isHttps = config.publicUrl?.startsWith('https:') ?? false;
  const seldom = createSeldom(clock, limits.sameWarningMs);
  let isClosing = false;
  let url = '';

  const manifest = await readClientManifest(join(root, 'dist', 'client'));
  const buildName = manifest?.build ?? unbuilt;
  const { dataDir, mongoUrl } = config;
  // Before the store: a folder that cannot be used is told of by name.
  const ownSecret = mongoUrl === null ? await openSecret(dataDir, ids) : null;
  const open = overrides.openStore ?? openStore;
  const onWaiting = (why: string) => log.warn({ why }, 'waiting for the store');
  const opened = await open({ dataDir, mongoUrl, clock, onWaiting });
  const store = watchStore(opened, { clock, log });
  // Closed in reverse. The indexer is built last and outlives the backend: the last edits count too.
  closers.push(() => store.close());
  const secret = ownSecret ?? (await openSharedSecret(store.records, dataDir, ids));
  const bus = openBus({
    config,
    isShared: store.isShared,
    secret,
    parent: overrides.bus,
    clock,
    ids,
    log,
  });
  let indexer: Indexer | null = null;
  closers.push(() => indexer?.close());

  const server = createServer({
    headersTimeout: limits.requestHeadMs,
    requestTimeout: limits.requestBodyMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: 5_000,
  });
  const requests = trackRequests(server, clock);
  let closed: Promise<void> = Promise.resolve();
  closers.push(() => {
    server.closeAllConnections();
    return closed;
  });
  const siblings = overrides.bus;
  const gatherFrom = (bus: Bus) => (answer: () => Promise<unknown>) =>
    createGather({ bus, channel: 'metrics', others: config.workers - 1, answer, clock });
  const metrics = createMetrics({
    build: buildName,
    stats: () => backend.stats(),
    token: config.metricsToken,
    ...(siblings ? { others: gatherFrom(siblings) } : {}),
  });
  closers.push(() => metrics.close());
  const origin = createOriginRule(config.publicUrl);
  const sockets = attachSockets({
    server,
    path: '/sync',
    async authenticate(request) {
      const person = await authenticate(request.headers, request.url === embedSocketPath);
      return admits(person) ? person : null;
    },
    originAllowed: ({ headers }) => identity.carriesToken(headers) || origin.allowed(headers),
    addressOf: (request) => http.addressOf(request),
    connect: (stream, actor, notices) => backend.connect(stream, actor, notices),
    onCut: metrics.socketCut,
    clock,
    log,
    rateLimits: config.rateLimits,
  });
  closers.push(() => sockets.close());

  const { defaultsOf, audit, admits } = createRules(config, log);
  const records = createDocumentRecords(store, clock, defaultsOf);
  const { standings, roleNow, authorise } = createRights({ store, clock, records });
  const visits = createVisits(store, clock);
  const identity: Identity = createIdentity({
    config,
    secret,
    store,
    clock,
    ids,
    log,
    backend: {
      personChanged: (person) => backend.personChanged(person),
      end: (who) => backend.end(who),
      endWhere: (reasonOf) => backend.endWhere(reasonOf),
      people: () => backend.people(),
    },
    adopt: (from, to) => adoptDocuments({ store, records, backend }, from, to),
    url: () => url,
  });
  closers.push(() => identity.close());
  const { guests } = identity;
  const embedding = wireEmbedding({
    config,
    store,
    guests,
    backend: {
      end: (who) => backend.end(who),
      endWhere: (reasonOf) => backend.endWhere(reasonOf),
      people: () => backend.people(),
    },
    clock,
    ids,
    log,
  });
  closers.push(() => embedding.close());

  const backend: OtBackend = createBackend({
    ops: store.ops,
    async roleOf(actor, ref) {
      const asker = actor.kind === 'system' ? actor : await guests.nowOf(actor);
      return asker ? roleNow(asker, ref) : null;
    },
    async about(ref) {
      const record = await records.get(ref);
      return record && { title: record.title, trashed: record.trashedAt !== null };
    },
    onOpened(actor, ref) {
      // Whoever has a script running is no robot; the page may have come from another process.
      if (actor.kind !== 'system') visits.note(actor.id, ref, true).catch(logError);
    },
    isShared: store.isShared,
    bus,
    ...(overrides.followMs === undefined ? {} : { followMs: overrides.followMs }),
    lookAround: (open) => records.refresh(open),
    onChangedElsewhere: (ref) => records.forget(ref),
    clock,
    ids,
    secret,
    build: buildName,
    log,
    onRefused: metrics.refused,
  });
  closers.push(() => backend.close());

  const logError = (error: unknown) => log.error({ err: error }, 'a visit could not be kept');
  const images = createImageUses(store);
  const index = createIndexer({ records, store, images, backend, clock, log });
  indexer = index;
  backend.onEdited((event) => {
    index.edited(event);
    metrics.committed(clock.now() - event.at);
    const { actor, ref } = event;
    if (actor.kind === 'system') return;
    Promise.all([guests.remember(actor), visits.note(actor.id, ref, true)]).catch(
      (error: unknown) =>
        seldom((leftOut) =>
          log.error({ err: error, leftOut }, 'an editor could not be remembered'),
        ),
    );
  });

  const documents = createDocuments({
    records,
    visits,
    indexer: index,
    backend,
    clock,
    ids,
    standings,
    audit,
    images,
    destroy: createDestroy({ store, records, backend, images, audit }),
    defaultsOf,
    remember: guests.remember,
  });
  const listing = createListing({
    records,
    visits,
    store,
    backend,
    standings,
    people: guests.people,
  });
  const sharing = createSharing({
    store,
    records,
    backend,
    clock,
    ids,
    audit,
    passwords: identity.passwords,
    attempts: identity.attempts,
    remember: guests.remember,
    noteGiven: (userId, ref) => visits.note(userId as UserId, ref, true),
    roleOf: roleNow,
    people: guests.people,
    findAccount: identity.findAccount,
  });

  const authenticate = async (
    headers: IncomingHttpHeaders,
    isEmbedded: boolean,
  ): Promise<Person | null> => {
    // A token goes before every cookie; and of the two cookies never one in the place of the other.
    const person =
      isEmbedded && !identity.carriesToken(headers)
        ? await embedding.authenticate(headers)
        : await identity.authenticate(headers);
    if (person) await visits.confirm(person.id);
    return person;
  };
  const localeOf = async (person: Person, acceptLanguage: string | undefined) =>
    (await guests.user(person)).locale ?? negotiateLocale(acceptLanguage);

  const pages = createPages({
    manifest,
    newGuest: guests.fresh,
    userOf: guests.user,
    cookieOf: identity.cookieOf,
    list: (guest, query) => listing.list(guest, { query }),
    create: (guest) =>
      documents.create(guest, { collection: defaultCollection, content: emptyDocument() }),
    open: documents.open,
    restore: documents.restore,
    destroy: documents.destroy,
    noteVisit: (guest, ref, isKnown) => visits.note(guest.id, ref, isKnown),
    people: guests.people,
    embed: embedding,
    ...identity.pages,
    hasDocuments: async (person) =>
      (await listing.list(person, {})).documents.some(({ mine }) => mine),
    openLink: sharing.links.open,
    ask: (person, ref, note) => sharing.requests.ask(person, ref, 'viewer', note),
    hasAsked: sharing.requests.hasAsked,
    waiting: sharing.waiting,
  });
  const routes: readonly Route[] = [
    ...pages.routes,
    ...identity.routes,
    ...embedding.routes(async (...of) => pages.refusedInFrame(...of)),
    ...documentRoutes({ documents, listing, localeOf }),
    ...sharingRoutes(sharing),
    ...versionRoutes(createVersions({ ops: store.ops, people: guests.people, log })),
    ...uploadRoutes(createUploads(store, clock, ids)),
    ...healthRoutes({ store, isClosing: () => isClosing, clock }),
    ...metrics.routes,
  ];
  const http = await createHttp({
    routes,
    paths,
    authenticate,
    carriesToken: identity.carriesToken,
    admits,
    authorise,
    // A store that does not work must not hide what happened behind a second failure.
    errorPage: async (error, request, headers) =>
      pages.errorPage(error, await authenticate(headers, false).catch(() => null), request),
    origin,
    isHttps,
    frameAncestors: embedding.ancestors,
    trustProxy: config.trustProxy,
    rateLimit: config.rateLimits ? createRateLimit(clock) : noRateLimit,
    onAnswered: metrics.answered,
    isClosing: () => isClosing,
    clock,
    ids,
    log,
  });

  server.on('request', http.handler);
  const port = await listen(server, config);
  server.on('error', (error) => log.error({ err: error }, 'the listening socket failed'));
  closers.push(async () => {
    closed = new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await requests.idle(limits.requestDrainMs);
  });

  url = `http://${urlHost(config.host)}:${port}`;
  closers.push(await serveAdmin(config.dataDir, identity.admin, log));

  let closing: Promise<void> | null = null;
  return {
    url,
    port,
    store: store.describe(),
    isBuilt: manifest !== null,
    routes,
    hasAdmin: identity.hasAdmin,
    close() {
      isClosing = true;
      closing ??= closeAll();
      return closing;
    },
  };
}
