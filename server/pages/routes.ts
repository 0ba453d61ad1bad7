// GET / and GET /d/:collection/:id. Opening a page makes its visitor a guest; their cookie is renewed
// each time.

import { z } from 'zod';
import type {
  Boot,
  DocumentBoot,
  DocumentListReply,
  PersonSummary,
  SessionReply,
} from '../../core/api.ts';
import { emptyDocument } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { negotiateLocale } from '../../core/i18n/i18n.ts';
import { type DocumentRef, documentPath, parseDocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { can, type LinkRole, type Role } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Person } from '../access/actor.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import type { LiveSnapshot } from '../ot/backend.ts';
import { type AccountPagesDeps, accountPages } from './account-routes.ts';
import type { ClientManifest } from './client-manifest.ts';
import { noAccessPage, signInFirstPage } from './door-pages.ts';
import { type DoorDeps, doorRoutes, openShared } from './door-routes.ts';
import { type EmbedPagesDeps, embedPage, embedRoutes } from './embed-routes.ts';
import { documentPage, errorPage, homePage } from './pages.ts';
import { type Page, type Reader, renderPage } from './shell.ts';

export interface PagesDeps extends Omit<AccountPagesDeps, 'newGuest' | 'bootOf' | 'reply'> {
  manifest: ClientManifest | null;
  /** An identity for a first visitor. */
  newGuest(acceptLanguage: string | undefined): Person;
  userOf(guest: Person): Promise<SessionReply['user']>;
  /** A Set-Cookie value; null: their session has its own. */
  cookieOf(person: Person): string | null;
  list(guest: Person, query: string): Promise<DocumentListReply>;
  /** An empty document of theirs. */
  create(guest: Person): Promise<{ url: string }>;
  /** Throws `no-access`, `document-trashed`. */
  open(guest: Person, ref: DocumentRef): Promise<OpenedDocument>;
  restore(grant: Grant<'trash'>): Promise<unknown>;
  destroy(grant: Grant<'destroy'>): Promise<void>;
  noteVisit(guest: Person, ref: DocumentRef, isKnown: boolean): Promise<void>;
  people(ids: readonly string[]): Promise<Map<string, PersonSummary>>;
  embed: EmbedPagesDeps;
  openLink: DoorDeps['openLink'];
  ask: DoorDeps['ask'];
  /** Whether they asked for access and wait. */
  hasAsked(person: Person, ref: DocumentRef): Promise<boolean>;
  /** How many ask for access. */
  waiting(ref: DocumentRef): Promise<number>;
}

export interface OpenedDocument {
  role: Role;
  record: { title: string; link: LinkRole; signedIn?: LinkRole; ownerId: string } | null;
  snapshot: LiveSnapshot | null;
}

/** The build of a server without a client: never that of a page. */
export const unbuilt = 'unbuilt';

export interface Pages {
  routes: Route[];
  errorPage(error: AppError, actor: Person | null, request: RequestFacts): Promise<Reply>;
  /** The same inside a frame. */
  refusedInFrame(error: AppError, request: RequestFacts): Reply;
}

export function createPages(deps: PagesDeps): Pages {
  const { manifest } = deps;

  const bootOf = async (guest: Person, { acceptLanguage }: RequestFacts): Promise<Boot> => {
    const user = await deps.userOf(guest);
    const locale = user.locale ?? negotiateLocale(acceptLanguage);
    return {
      build: manifest?.build ?? unbuilt,
      locale,
      theme: user.theme,
      canSignUp: deps.canSignUp,
      user,
    };
  };

  const reply = (page: Page, person: Person): Reply => {
    const cookie = deps.cookieOf(person);
    return {
      html: renderPage(manifest, page),
      ...(cookie ? { headers: { 'Set-Cookie': cookie } } : {}),
    };
  };

  const bootDocument = async (ref: DocumentRef, opened: OpenedDocument): Promise<DocumentBoot> => {
    const { role, record, snapshot } = opened;
    const owner = record && (await deps.people([record.ownerId])).get(record.ownerId);
    return {
      collection: ref.collection,
      id: ref.id,
      title: record?.title ?? '',
      version: snapshot?.version ?? 0,
      delta: snapshot?.ops ?? emptyDocument(),
      role,
      link: record?.link ?? 'editor',
      signedIn: record?.signedIn ?? 'none',
      owner: owner ?? null,
      requests: record && can(role, 'share') ? await deps.waiting(ref) : 0,
    };
  };

  const documentFor = async (
    person: Person,
    ref: DocumentRef,
    request: RequestFacts,
    isKnown: boolean,
    embed?: Boot['embed'],
  ): Promise<Page> => {
    const opened = await deps.open(person, ref);
    if (opened.record) await deps.noteVisit(person, ref, isKnown);
    const boot = await bootOf(person, request);
    const content = await bootDocument(ref, opened);
    return documentPage(embed ? { ...boot, embed } : boot, content);
  };

  const readerOf = async (person: Person | null, { acceptLanguage }: RequestFacts) => {
    const user = person && (await deps.userOf(person));
    return {
      locale: user?.locale ?? negotiateLocale(acceptLanguage),
      theme: user?.theme ?? null,
    } satisfies Reader;
  };
  const door: DoorDeps = {
    newGuest: deps.newGuest,
    cookieOf: deps.cookieOf,
    readerOf,
    reply,
    openLink: deps.openLink,
    ask: deps.ask,
    opens: (person, ref) =>
      deps.open(person, ref).then(
        ({ record }) => record !== null,
        () => false,
      ),
  };

  const routes = [
    ...embedRoutes({
      ...deps.embed,
      render: (page) => ({ html: renderPage(manifest, page) }),
      show: (person, ref, request, embed) => documentFor(person, ref, request, true, embed),
    }),
    ...accountPages({ ...deps, bootOf, reply }),
    ...doorRoutes(door),
    route({
      method: 'GET',
      path: '/',
      needs: 'public',
      isPage: true,
      summary: 'Home.',
      query: z.object({ q: z.string().max(limits.maxQueryChars).catch('').default('') }),
      async run({ actor, query, request }) {
        const guest = actor ?? deps.newGuest(request.acceptLanguage);
        const boot = await bootOf(guest, request);
        // A visitor who has just come has no documents; robots cost no look into the store.
        const documents = actor ? (await deps.list(actor, query.q)).documents : [];
        return reply(homePage(boot, documents, query.q), guest);
      },
    }),
    route({
      method: 'POST',
      path: '/new',
      needs: 'guest',
      isPage: true,
      rate: 'heavy',
      summary: 'The button of the home page, before its script runs.',
      async run({ actor }) {
        const { url } = await deps.create(actor);
        return { status: 303, headers: { Location: url } };
      },
    }),
    route({
      method: 'GET',
      path: '/d/:collection/:id',
      needs: 'public',
      isPage: true,
      summary: 'A document. With ?share=…, a share link: it is opened, and the address loses it.',
      query: z.object({ share: z.string().max(200).optional().catch('') }),
      async run({ actor, params, query, request }) {
        const ref = parseDocumentRef(params.collection, params.id);
        if (!ref) throw new AppError('not-found', 'There is nothing here.');
        const guest = actor ?? deps.newGuest(request.acceptLanguage);
        if (query.share !== undefined) {
          return openShared(door, guest, ref, { token: query.share, password: null }, request);
        }
        return reply(await documentFor(guest, ref, request, actor !== null), guest);
      },
    }),
    route({
      method: 'POST',
      path: '/d/:collection/:id/restore',
      needs: 'trash',
      isPage: true,
      summary: 'The button of the page about a trashed document; works without a script.',
      async run({ grant }) {
        await deps.restore(grant);
        return { status: 303, headers: { Location: documentPath(grant.document) } };
      },
    }),
    route({
      method: 'POST',
      path: '/d/:collection/:id/destroy',
      needs: 'destroy',
      isPage: true,
      rate: 'heavy',
      summary: 'The second button of that page, after it has asked whether it is meant.',
      async run({ grant }) {
        await deps.destroy(grant);
        return { status: 303, headers: { Location: '/' } };
      },
    }),
  ];

  return {
    routes,
    refusedInFrame: (error, request) => ({
      html: renderPage(
        manifest,
        embedPage(deps.embed.ancestors, request, 'refused', error.message),
      ),
      status: error.status,
    }),
    async errorPage(error, actor, request) {
      const reader = await readerOf(actor, request);
      const [, d, collection, id, ...rest] = request.url.split('?')[0]!.split('/');
      const ref = d === 'd' && rest.length === 0 ? parseDocumentRef(collection, id) : null;
      let page = errorPage(reader, error, request.id);
      if (error.code === 'not-signed-in') page = signInFirstPage(reader, request.url);
      else if (error.code === 'no-access' && ref) {
        const hasAsked = actor !== null && (await deps.hasAsked(actor, ref));
        page = noAccessPage(reader, ref, { hasAsked, isSignedIn: actor?.kind === 'account' });
      }
      return { html: renderPage(manifest, page) };
    },
  };
}
