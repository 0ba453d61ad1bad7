// What every page has: head, styles, script, language, theme. A page's own part comes as Html.

import type { Boot } from '../../core/api.ts';
import { createTranslate, type Locale, type Translate } from '../../core/i18n/i18n.ts';
import type { ClientManifest } from './client-manifest.ts';
import { dataScript, type Html, html } from './html.ts';

/** Who looks at the page, as far as its looks go. */
export interface Reader {
  readonly locale: Locale;
  readonly theme: Boot['theme'];
}

export interface Page {
  reader: Reader;
  /** Without the name of the application. */
  title: string;
  /** Whose styles it wears. */
  entry: 'home' | 'document' | 'account' | 'embed';
  /** With data, the entry's script runs; without, the page is complete as it is. */
  data?: { boot?: Boot; document?: unknown; account?: unknown; embed?: unknown };
  /** A script that needs no data, for a page that is complete without it. */
  script?: 'wait';
  content: Html;
}

export const mark = html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path class="a" d="M9.6 7.4 3.7 19.3h11.7"/><path class="b" d="M12.2 4.2 20 19.3"/></svg>`;

export const siteHeader = (t: Translate): Html =>
  html`<header class="header"><a class="wordmark" href="/">${mark}${t('app.name')}</a></header>`;

export function renderPage(manifest: ClientManifest | null, page: Page): string {
  const { reader, data } = page;
  const t = createTranslate(reader.locale);
  const files = manifest?.entries[page.entry];
  const runs = files && data;
  const extra = page.script && manifest?.entries[page.script];
  return `<!doctype html>\n${
    html`<html lang="${reader.locale}"${reader.theme && html` data-theme="${reader.theme}"`}>
<head>
<meta charset="utf-8">
<title>${page.title} – ${t('app.name')}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="/apple-touch-icon.png">
<link rel="manifest" href="/site.webmanifest">
${files?.css.map((path) => html`<link rel="stylesheet" href="${path}">\n`)}${
  runs && [
    files.preload.map((path) => html`<link rel="modulepreload" href="${path}">\n`),
    html`<script type="module" src="${files.script}"></script>\n`,
  ]
}${extra && html`<script type="module" src="${extra.script}"></script>\n`}</head>
<body>
<div id="app">${!manifest && html`<p role="alert">${t('page.unbuilt')}</p>`}${page.content}</div>
${data?.boot && dataScript('boot', data.boot)}${data?.embed !== undefined && dataScript('embed', data.embed)}
${data?.document !== undefined && dataScript('document', data.document)}${data?.account !== undefined && dataScript('account', data.account)}
</body>
</html>
`.text
  }`;
}
