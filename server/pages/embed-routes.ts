// Pages that other sites may show in a frame: /embed, which fetches a token, and a document without
// anything that leads out of it. What goes wrong is told inside the frame, too.

import { z } from 'zod';
import type { Boot, EmbedBoot } from '../../core/api.ts';
import { embedPath } from '../../core/embed.ts';
import { AppError } from '../../core/errors.ts';
import { createTranslate, negotiateLocale } from '../../core/i18n/i18n.ts';
import { type DocumentRef, parseDocumentRef } from '../../core/ids.ts';
import type { Person } from '../access/actor.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import { html } from './html.ts';
import type { Page } from './shell.ts';

export interface EmbedPagesDeps {
  /** Whose pages may show ours; none: nobody embeds. */
  ancestors: readonly string[];
  /** When the session of the frame ends. */
  until(request: RequestFacts): Promise<number | null>;
}

export interface EmbedRoutesDeps extends EmbedPagesDeps {
  render(page: Page): Reply;
  /** Throws `no-access`, `document-trashed`. */
  show(
    person: Person,
    ref: DocumentRef,
    request: RequestFacts,
    embed: Boot['embed'],
  ): Promise<Page>;
}

/** The page in a frame while there is no document to show: why, and it goes on when a token comes. */
export function embedPage(
  ancestors: readonly string[],
  request: RequestFacts,
  state: EmbedBoot['state'],
  detail = '',
): Page {
  const locale = negotiateLocale(request.acceptLanguage);
  const t = createTranslate(locale);
  const part = (name: EmbedBoot['state'], title: string, body: string) =>
    html`<section id="embed-${name}"${name !== state && html` hidden`}><h1>${title}</h1><p>${body}</p></section>`;
  const content = html`<main class="empty" aria-live="polite">
<section id="embed-loading"${state !== 'loading' && html` hidden`}><p>${t('loading.label')}</p></section>
${part('waiting', t('embed.waiting'), t('embed.waitingBody'))}
${part('refused', t('embed.refused'), t('embed.refusedBody'))}
${part('blocked', t('embed.blocked'), t('embed.blockedBody'))}
${part('alone', t('embed.alone'), t('embed.aloneBody'))}
${part('unreachable', t('page.notNow'), t('page.notNowBody'))}
<p id="embed-detail" class="embed-detail" lang="en">${detail}</p>
<noscript><p>${t('page.body')}</p></noscript></main>`;
  return {
    reader: { locale, theme: null },
    title: t('app.name'),
    entry: 'embed',
    data: { embed: { state, ancestors } },
    content,
  };
}

export function embedRoutes(deps: EmbedRoutesDeps): Route[] {
  const { ancestors, render } = deps;
  if (ancestors.length === 0) return [];
  const say = (request: RequestFacts, state: EmbedBoot['state'], detail?: string) =>
    render(embedPage(ancestors, request, state, detail));
  return [
    route({
      method: 'GET',
      path: embedPath,
      needs: 'public',
      alwaysOpen: true,
      asksNobody: true,
      isPage: true,
      summary: 'The page a host application puts into a frame, with its token behind #token=.',
      run: ({ request }) => say(request, 'loading'),
    }),
    route({
      method: 'GET',
      path: `${embedPath}/d/:collection/:id`,
      needs: 'public',
      alwaysOpen: true,
      isEmbedded: true,
      isPage: true,
      summary: 'A document in a frame.',
      query: z.object({ entered: z.string().optional() }),
      async run({ actor, params, query, request }) {
        const ref = parseDocumentRef(params.collection, params.id);
        if (!ref) throw new AppError('not-found', 'There is nothing here.');
        const until = actor && (await deps.until(request));
        if (!actor || until === null) {
          // Just entered and nobody after all: the browser did not keep the cookie.
          return {
            ...say(request, query.entered === undefined ? 'loading' : 'blocked'),
            status: 401,
          };
        }
        try {
          return render(await deps.show(actor, ref, request, { ancestors, until }));
        } catch (error) {
          if (!(error instanceof AppError) || error.status >= 500) throw error;
          return { ...say(request, 'refused', error.message), status: error.status };
        }
      },
    }),
  ];
}
