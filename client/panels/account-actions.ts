// What the account menu does: going to sign in, signing out, and opening the dialogues about oneself,
// which are loaded when they are asked for.

import type { ComponentType } from 'preact';
import { accountApi } from '../api/account-api.ts';
import type { App } from '../ui/app.ts';
import { explain } from './explain.ts';

/** The page is left only when nothing can be lost by it. */
async function mayLeave(app: App): Promise<boolean> {
  if (await app.settle.current()) return true;
  app.toasts.show({ text: app.t('account.leaveLater') });
  return false;
}

export const signInPath = (view: 'sign-in' | 'sign-up', to: string): string =>
  `/sign-in?${view === 'sign-up' ? 'new&' : ''}to=${encodeURIComponent(to)}`;

/** And back here afterwards. */
export async function goToSignIn(app: App, view: 'sign-in' | 'sign-up'): Promise<void> {
  if (await mayLeave(app)) location.assign(signInPath(view, location.pathname));
}

export async function signOut(app: App): Promise<void> {
  if (!(await mayLeave(app))) return;
  try {
    await accountApi.signOut();
    location.assign('/');
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
  }
}

type Dialogue = ComponentType<{ onClose: () => void }>;

async function open(app: App, load: () => Promise<Dialogue>): Promise<void> {
  try {
    app.modal.value = { View: await load() };
  } catch {
    // Its file did not come: the same as a server that cannot be reached.
    app.toasts.show({ text: app.t('error.unreachable') });
  }
}

export const openSettings = (app: App): Promise<void> =>
  open(app, async () => (await import('./account-settings.tsx')).AccountSettings);

export const openPersonalLink = (app: App): Promise<void> =>
  open(app, async () => (await import('./personal-link.tsx')).PersonalLinkDialog);

/** Told on the page after signing in: it is another one. */
const ADOPTED = 'deltapad.adopted';

export function rememberAdopted(count: number): void {
  if (count === 0) return;
  try {
    sessionStorage.setItem(ADOPTED, String(count));
  } catch {
    // A browser that keeps nothing: then it is not told.
  }
}

export function tellAdopted(app: App): void {
  try {
    if (sessionStorage.getItem(ADOPTED) === null) return;
    sessionStorage.removeItem(ADOPTED);
  } catch {
    return;
  }
  app.toasts.show({ text: app.t('account.adopted') });
}
