// Leaving the page to become somebody, or nobody: only when nothing can be lost by it.

import { accountApi } from '../api/account-api.ts';
import type { App } from '../ui/app.ts';
import { explain } from './explain.ts';

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
