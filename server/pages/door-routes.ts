// The forms at the door: asking for access, and opening a share link. Forms, because they must work before
// anything else does; a form's body is read here, as browsers send it.

import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentPath, parseDocumentRef } from '../../core/ids.ts';
import type { Person } from '../access/actor.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import { passwordPage } from './door-pages.ts';
import type { Page, Reader } from './shell.ts';

export interface DoorDeps {
  newGuest(acceptLanguage: string | undefined): Person;
  cookieOf(person: Person): string | null;
  readerOf(person: Person, request: RequestFacts): Promise<Reader>;
  reply(page: Page, person: Person): Reply;
  /** What came of a share link. Throws `too-many-requests`. */
  openLink(
    person: Person,
    ref: DocumentRef,
    token: string,
    password: string | null,
    address: string,
  ): Promise<'opened' | 'dead' | 'password'>;
  ask(person: Person, ref: DocumentRef, note: string): Promise<void>;
  /** Whether the address alone opens it. */
  opens(person: Person, ref: DocumentRef): Promise<boolean>;
}

const MAX_FORM_BYTES = 8 * 1024;

/** Fields of a form as browsers send it, each once. */
const form = z
  .instanceof(Uint8Array)
  .transform((bytes) => Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString())));

const nowhere = () => new AppError('not-found', 'There is nothing here.');

function refOf(params: Readonly<Record<string, string>>): DocumentRef {
  const ref = parseDocumentRef(params.collection, params.id);
  if (!ref) throw nowhere();
  return ref;
}

/** To the address without its secret: it stays in no history, and no later page can tell of it. */
function enter(deps: DoorDeps, person: Person, ref: DocumentRef): Reply {
  const cookie = deps.cookieOf(person);
  return {
    status: 303,
    headers: {
      Location: documentPath(ref),
      'Referrer-Policy': 'no-referrer',
      ...(cookie ? { 'Set-Cookie': cookie } : {}),
    },
  };
}

/** A share link was opened, by its address (`password` null) or by its form. */
export async function openShared(
  deps: DoorDeps,
  person: Person,
  ref: DocumentRef,
  { token, password }: { token: string; password: string | null },
  request: RequestFacts,
): Promise<Reply> {
  const outcome = await deps.openLink(person, ref, token, password, request.address);
  if (outcome === 'opened') return enter(deps, person, ref);
  if (outcome === 'password') {
    const reader = await deps.readerOf(person, request);
    // Its address holds the secret, which `same-origin` keeps here; `no-referrer` would make the form's own
    // origin `null`, and the form refused.
    const page = deps.reply(passwordPage(reader, ref, token, password !== null), person);
    return { ...page, status: password === null ? 200 : 403 };
  }
  // A dead link says no more than a wrong one; who may come in without it does.
  if (await deps.opens(person, ref)) return enter(deps, person, ref);
  throw new AppError('link-used', 'This link does not work any more.');
}

export function doorRoutes(deps: DoorDeps): Route[] {
  return [
    route({
      method: 'POST',
      path: '/d/:collection/:id/open',
      needs: 'public',
      isPage: true,
      rate: 'sign',
      summary: 'The form of a share link that asks for a password.',
      raw: { maxBytes: MAX_FORM_BYTES },
      body: form,
      async run({ actor, params, body, request }) {
        const person = actor ?? deps.newGuest(request.acceptLanguage);
        const { share = '', password = '' } = body;
        return openShared(deps, person, refOf(params), { token: share, password }, request);
      },
    }),
    route({
      method: 'POST',
      path: '/d/:collection/:id/ask',
      needs: 'public',
      isPage: true,
      rate: 'heavy',
      summary: 'The form that asks for access.',
      raw: { maxBytes: MAX_FORM_BYTES },
      body: form,
      async run({ actor, params, body, request }) {
        const person = actor ?? deps.newGuest(request.acceptLanguage);
        const ref = refOf(params);
        await deps.ask(person, ref, body.note ?? '');
        return enter(deps, person, ref);
      },
    }),
  ];
}
