// What the page knows of who may do what, and the changes to it. Every change is answered with the whole, so
// what is shown is what the server has; what others change is asked for when the server says so.

import { type ReadonlySignal, signal } from '@preact/signals';
import { effect, untracked } from '@preact/signals-core';
import type { AccessReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { GeneralAccess } from '../../core/roles.ts';
import { accessApi } from '../api/access-api.ts';
import type { App } from '../ui/app.ts';
import { type Desk, mayShare } from './desk.ts';
import { explain } from './explain.ts';

/** Why naming somebody or making a link did not work, in words. */
export function explainShare(app: App, error: unknown): string {
  const { t } = app;
  const { reason, field } = error instanceof AppError ? (error.details ?? {}) : {};
  if (reason === 'unknown') return t('share.unknown');
  if (reason === 'sign-in') return t('share.signInToName');
  if (reason === 'last-owner') return t('share.lastOwner');
  if (reason === 'too-many') return t('share.tooMany');
  if (field === 'password') {
    return t('share.passwordShort', { count: limits.minLinkPasswordChars });
  }
  return explain(app, error);
}

export interface ShareState {
  /** Null until it was asked for; for owners, also what only owners see. */
  readonly access: ReadonlySignal<AccessReply | null>;
  load(): Promise<void>;
  /** Runs a change and shows what it was answered with; false when it failed, which is told. */
  change(run: () => Promise<AccessReply>, done?: string): Promise<boolean>;
  shows(access: AccessReply): void;
  /** Shown at once; taken back when the server refuses. */
  setGeneral(general: GeneralAccess, said: string): Promise<void>;
}

export function createShareState(app: App, desk: Desk): ShareState {
  const access = signal<AccessReply | null>(null);
  /** Counts what was asked: an answer that was overtaken is old. */
  let asked = 0;

  const shows = (next: AccessReply) => {
    asked++;
    access.value = next;
    desk.link.value = next.link;
    desk.signedIn.value = next.signedIn;
    desk.requests.value = next.requests.length;
  };

  return {
    access,
    shows,
    async load() {
      const mine = ++asked;
      try {
        const next = await accessApi.fetch(desk.ref);
        if (mine === asked) shows(next);
      } catch (error) {
        // What cannot be asked now is asked when the server says something again.
        if (access.peek() === null && desk.dialog.peek() === 'share') {
          app.toasts.show({ text: explain(app, error) });
        }
      }
    },
    async change(run, done) {
      try {
        shows(await run());
        if (done) app.announcer.say(done);
        return true;
      } catch (error) {
        app.toasts.show({ text: explainShare(app, error) });
        return false;
      }
    },
    async setGeneral(general, said) {
      const before = { link: desk.link.peek(), signedIn: desk.signedIn.peek() };
      desk.link.value = general.link;
      desk.signedIn.value = general.signedIn;
      try {
        await accessApi.setGeneral(desk.ref, general);
        app.announcer.say(said);
      } catch (error) {
        desk.link.value = before.link;
        desk.signedIn.value = before.signedIn;
        app.toasts.show({ text: explain(app, error) });
      }
    },
  };
}

/** Notices tell that something about rights changed, not what: owners ask, others only with the dialogue open. */
export function followAccess(desk: Desk): () => void {
  let seen = desk.session.accessChanges.peek();
  return effect(() => {
    const now = desk.session.accessChanges.value;
    const isWanted = mayShare(desk) || desk.dialog.value === 'share';
    if (now === seen || !isWanted) return;
    seen = now;
    untracked(() => void desk.share.load());
  });
}
