// The pages' own parts, complete without a script: the list of documents, the beginning of a document,
// and what to say when there is neither. The client's script replaces what it takes over.

import type { Boot, DocumentBoot, DocumentListItem } from '../../core/api.ts';
import { deltaToHtml } from '../../core/convert/html.ts';
import type { AppError } from '../../core/errors.ts';
import { createTranslate, type MessageKey, type Translate } from '../../core/i18n/i18n.ts';
import { limits } from '../../core/limits.ts';
import { type Html, html, trusted } from './html.ts';
import { mark, type Page, type Reader, siteHeader } from './shell.ts';

const icon = (path: string, kind = 'i') =>
  html`<svg class="${kind}" viewBox="0 0 20 20" aria-hidden="true"><path d="${path}"/></svg>`;

export function homePage(boot: Boot, documents: readonly DocumentListItem[], query: string): Page {
  const t = createTranslate(boot.locale);
  const rows = documents.map(
    ({ url, title, preview }) => html`<li><a class="doc-row" href="${url}"><span class="doc-text">
<span class="doc-title">${title || t('title.untitled')}</span>
<span class="doc-words">${preview}</span></span></a></li>`,
  );
  const content = html`${siteHeader(t)}<main class="list">
<div class="list-head"><h1>${t('home.title')}</h1>
<form method="post" action="/new"><button class="btn btn-primary btn-lg">${icon('M10 4.5v11M4.5 10h11', 'i i-16')}${t('home.new')}</button></form></div>
<form role="search" action="/"><label class="field search">${icon('M14 9a5 5 0 1 1-10 0 5 5 0 0 1 10 0M12.75 12.75l3.75 3.75')}<input type="search" name="q" value="${query}" aria-label="${t('home.search')}" placeholder="${t('home.search')}" maxlength="${limits.maxQueryChars}"></label></form>
<ul class="docs">${rows}</ul></main>`;
  return { reader: boot, title: t('home.title'), entry: 'home', data: { boot }, content };
}

export function documentPage(boot: Boot, document: DocumentBoot): Page {
  const t = createTranslate(boot.locale);
  const title = document.title || t('title.untitled');
  // As in the editor, so that its lines do not move when it takes over: spaces and tabs stay.
  const beginning = deltaToHtml(document.delta, {
    limitLines: limits.previewLines,
    limitChars: limits.previewChars,
  });
  const content = html`<header class="frame"><div class="header">
${boot.embed ? null : html`<a class="header-home" href="/" aria-label="${t('page.home')}">${mark}</a>`}
<div class="header-names"><span class="title-box" data-value="${title}"><input class="title" value="${document.title}" placeholder="${t('title.untitled')}" aria-label="${t('title.label')}" readonly></span></div></div>
<div class="toolbar"></div></header>
<main class="page"><div class="col"><noscript><p>${t('page.body')}</p></noscript>
<div id="preview" class="doc" style="white-space:pre-wrap;tab-size:4">${trusted(beginning)}</div></div></main>`;
  return { reader: boot, title, entry: 'document', data: { boot, document }, content };
}

function message(t: Translate, title: string, body: string, action: Html): Html {
  return html`${siteHeader(t)}<main class="empty"><h1>${title}</h1><p>${body}</p>${action}</main>`;
}

const homeButton = (t: Translate) =>
  html`<a class="btn btn-primary btn-lg" href="/">${t('page.home')}</a>`;
/** The same address again. */
const reloadButton = (t: Translate) =>
  html`<a class="btn btn-primary btn-lg" href="">${t('page.reload')}</a>`;

/** Title, sentence, and whether trying again makes sense. */
const words: Partial<Record<AppError['code'], [MessageKey, MessageKey, 'reload'?]>> = {
  'not-found': ['page.missing', 'page.missingBody'],
  'no-access': ['page.noAccess', 'page.noAccessBody'],
  'document-trashed': ['page.trashed', 'page.trashedBody'],
  'link-used': ['page.linkUsed', 'page.linkUsedBody'],
  'too-many-requests': ['page.tooMany', 'page.tooManyBody', 'reload'],
  'not-now': ['page.notNow', 'page.notNowBody', 'reload'],
  internal: ['page.internal', 'page.internalBody', 'reload'],
};

/** What happened, what to do, one button. Says of a forbidden document that it is forbidden, no more. */
export function errorPage(reader: Reader, error: AppError, requestId: string): Page {
  const t = createTranslate(reader.locale);
  const restore = error.code === 'document-trashed' ? error.details?.restore : undefined;
  const [titleKey, bodyKey, again] = words[error.code] ?? ['page.refused', null];
  const title = t(titleKey);
  const body = bodyKey ? t(bodyKey, { request: requestId }) : error.message;
  const content =
    typeof restore === 'string'
      ? message(
          t,
          title,
          t('page.trashedMine'),
          html`<form method="post" action="${restore}"><button class="btn btn-primary btn-lg">${t('page.restore')}</button></form>
<details class="destroy"><summary>${t('page.destroy')}</summary><p>${t('page.destroyBody')}</p>
<form method="post" action="${restore.replace(/restore$/, 'destroy')}"><button class="btn btn-bad">${t('page.destroySure')}</button></form></details>`,
        )
      : message(t, title, body, again ? reloadButton(t) : homeButton(t));
  return { reader, title, entry: 'home', content };
}
