// The dialogues about oneself, which are loaded when they are asked for, and what is told after signing in.

import type { ComponentType } from 'preact';
import type { App } from '../ui/app.ts';

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
