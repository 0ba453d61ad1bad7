// What stands at the door of a document that does not open: ask to be let in, sign in, type a link's
// password. Complete without a script, and without a word about the document.

import { createTranslate, type MessageKey, type Translate } from '../../core/i18n/i18n.ts';
import { type DocumentRef, documentPath } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Html, html } from './html.ts';
import { type Page, type Reader, siteHeader } from './shell.ts';

const signInPath = (to: string) => `/sign-in?to=${encodeURIComponent(to)}`;

function door(t: Translate, title: MessageKey, body: MessageKey, content: Html): Html {
  return html`${siteHeader(t)}<main class="empty door"><h1>${t(title)}</h1><p>${t(body)}</p>${content}</main>`;
}

const signInLink = (t: Translate, to: string) =>
  html`<a class="btn btn-quiet btn-lg" href="${signInPath(to)}">${t('door.signIn')}</a>`;

/** `hasAsked`: there is nothing to do but wait; the page's script looks whether somebody let them in. */
export function noAccessPage(
  reader: Reader,
  ref: DocumentRef,
  { hasAsked, isSignedIn }: { hasAsked: boolean; isSignedIn: boolean },
): Page {
  const t = createTranslate(reader.locale);
  const path = documentPath(ref);
  const signIn = isSignedIn ? null : signInLink(t, path);
  if (hasAsked) {
    const again = html`<a class="btn btn-primary btn-lg" href="${path}">${t('door.look')}</a>`;
    const content = door(t, 'door.asked', 'door.askedBody', html`${again}${signIn}`);
    return { reader, title: t('door.asked'), entry: 'home', script: 'wait', content };
  }
  const form = html`<form method="post" action="${path}/ask">
<label for="note">${t('door.note')}</label>
<div class="field"><input id="note" name="note" maxlength="${limits.maxRequestNoteChars}" autocomplete="off"></div>
<button class="btn btn-primary btn-lg">${t('door.ask')}</button>${signIn}</form>`;
  return {
    reader,
    title: t('page.noAccess'),
    entry: 'home',
    content: door(t, 'page.noAccess', 'door.noAccessBody', form),
  };
}

/** Of a server that is only for those who sign in. */
export function signInFirstPage(reader: Reader, to: string): Page {
  const t = createTranslate(reader.locale);
  const link = html`<a class="btn btn-primary btn-lg" href="${signInPath(to)}">${t('door.signIn')}</a>`;
  return {
    reader,
    title: t('door.signInFirst'),
    entry: 'home',
    content: door(t, 'door.signInFirst', 'door.signInFirstBody', link),
  };
}

export function passwordPage(
  reader: Reader,
  ref: DocumentRef,
  token: string,
  isWrong: boolean,
): Page {
  const t = createTranslate(reader.locale);
  const problem = isWrong
    ? html`<p class="field-error" id="wrong" role="alert">${t('door.wrong')}</p>`
    : null;
  const form = html`<form method="post" action="${documentPath(ref)}/open">
<input type="hidden" name="share" value="${token}">
<label for="password">${t('door.password')}</label>
<div class="field"><input id="password" name="password" type="password" required autofocus autocomplete="off" maxlength="${limits.maxPasswordChars}"${isWrong && html` aria-invalid="true" aria-describedby="wrong"`}></div>${problem}
<button class="btn btn-primary btn-lg">${t('door.open')}</button></form>`;
  return {
    reader,
    title: t('door.passwordTitle'),
    entry: 'home',
    content: door(t, 'door.passwordTitle', 'door.passwordBody', form),
  };
}
