// Pages about who somebody is: /sign-in, /reset/:token, and /me/:token, a guest's personal link. A link
// that is only opened changes nothing: previews open links too, and so does who was tricked.

import { z } from 'zod';
import { type AccountBoot, type Boot, providerProblems } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { createTranslate } from '../../core/i18n/i18n.ts';
import type { UserId } from '../../core/ids.ts';
import { localPath } from '../../core/url.ts';
import type { Person } from '../access/actor.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import { html } from './html.ts';
import { type Page, siteHeader } from './shell.ts';

export interface AccountPagesDeps {
  newGuest(acceptLanguage: string | undefined): Person;
  bootOf(person: Person, request: RequestFacts): Promise<Boot>;
  reply(page: Page, person: Person): Reply;
  canSignUp: boolean;
  canMail: boolean;
  provider: string | null;
  hasDocuments(person: Person): Promise<boolean>;
  /** Whether a link to a new password still works. */
  isReset(token: string): Promise<boolean>;
  /** Whose personal link it is, or null. */
  personOf(token: string): Promise<{ id: UserId; name: string } | null>;
  /** Goes on as that person: the Set-Cookie value. */
  useLink(person: Person | null, request: RequestFacts, token: string): Promise<string>;
}

const gone = () => new AppError('link-used', 'This link does not work any more.');

function accountPage(boot: Boot, account: AccountBoot): Page {
  const t = createTranslate(boot.locale);
  const title = t(`sign.title.${account.view}`);
  const content = html`${siteHeader(t)}<main class="sign"><h1>${title}</h1><noscript><p>${t('sign.script')}</p></noscript></main>`;
  return { reader: boot, title, entry: 'account', data: { boot, account }, content };
}

function linkPage(boot: Boot, name: string, path: string): Page {
  const t = createTranslate(boot.locale);
  const content = html`${siteHeader(t)}<main class="empty"><h1>${t('personal.goOnAs', { name })}</h1><p>${t('personal.goOnText')}</p>
<form method="post" action="${path}"><button class="btn btn-primary btn-lg">${t('personal.goOn')}</button></form></main>`;
  return { reader: boot, title: t('personal.goOnAs', { name }), entry: 'account', content };
}

export function accountPages(deps: AccountPagesDeps): Route[] {
  const { bootOf, reply } = deps;
  const bootFor = (
    view: AccountBoot['view'],
    next: string | null,
    hasDocuments: boolean,
  ): AccountBoot => ({
    view,
    canSignUp: deps.canSignUp,
    canMail: deps.canMail,
    hasDocuments,
    next: next ?? '/',
    provider: deps.provider,
    problem: null,
  });
  return [
    route({
      method: 'GET',
      path: '/sign-in',
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      summary: 'Sign in, or make an account (?new).',
      query: z.object({
        to: z.string().optional(),
        new: z.string().optional(),
        problem: z.enum(providerProblems).optional().catch(undefined),
      }),
      async run({ actor, query, request }) {
        const next = localPath(query.to);
        if (actor?.kind === 'account') return { status: 303, headers: { Location: next ?? '/' } };
        const person = actor ?? deps.newGuest(request.acceptLanguage);
        const view = query.new !== undefined && deps.canSignUp ? 'sign-up' : 'sign-in';
        const hasDocuments = actor !== null && (await deps.hasDocuments(actor));
        const boot = await bootOf(person, request);
        const account = bootFor(view, next, hasDocuments);
        const page = { ...account, problem: query.problem ?? null };
        return reply(accountPage(boot, page), person);
      },
    }),
    route({
      method: 'GET',
      path: '/reset/:token',
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      summary: 'A link at which a new password is set.',
      async run({ actor, params, request }) {
        const { token = '' } = params;
        if (!(await deps.isReset(token))) throw gone();
        const person = actor ?? deps.newGuest(request.acceptLanguage);
        const boot = await bootOf(person, request);
        return reply(accountPage(boot, { ...bootFor('reset', null, false), token }), person);
      },
    }),
    route({
      method: 'GET',
      path: '/me/:token',
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      summary: 'A guest’s personal link: asks before it changes who this browser is.',
      async run({ actor, params, request }) {
        const { token = '' } = params;
        const found = await deps.personOf(token);
        if (!found) throw gone();
        if (actor?.id === found.id) return { status: 303, headers: { Location: '/' } };
        const person = actor ?? deps.newGuest(request.acceptLanguage);
        const boot = await bootOf(person, request);
        return reply(linkPage(boot, found.name, `/me/${token}`), person);
      },
    }),
    route({
      method: 'POST',
      path: '/me/:token',
      needs: 'public',
      alwaysOpen: true,
      isPage: true,
      rate: 'sign',
      summary: 'Go on as the guest whose personal link it is.',
      async run({ actor, params, request }) {
        const cookie = await deps.useLink(actor, request, params.token ?? '');
        return { status: 303, headers: { Location: '/', 'Set-Cookie': cookie } };
      },
    }),
  ];
}
