// What an open document does to its surroundings: the tab's title, the question before leaving, carets
// of the others, my selection for them, and the keys that work outside the text too.

import { effect } from '@preact/signals-core';
import type { App } from '../ui/app.ts';
import { announceChanges } from './announce.ts';
import { type Desk, isCutOff, mayEdit } from './desk.ts';
import { openFind } from './find.tsx';
import { openLinkEdit } from './link-bar.tsx';
import { saveText } from './save-state.tsx';
import { createShareState, followAccess } from './share-state.ts';

/** How long leaving waits for the server before it gives up. */
const SETTLE_MS = 8_000;

/** Returns the end of all of it. */
export function startPageEffects(app: App, desk: Desk): () => void {
  const { session, editor } = desk;
  desk.share = createShareState(app, desk);
  const ends = [
    effect(() => showTabTitle(app, desk)),
    effect(() => showCarets(desk)),
    askBeforeLeaving(desk),
    announceChanges(app, desk),
    bindPageKeys(app, desk),
    followAccess(desk),
  ];
  editor.onSelection((range) => session.setSelection(range));
  app.settle.current = () =>
    Promise.race([
      session.settled().then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SETTLE_MS)),
    ]);
  return () => {
    for (const end of ends) end();
  };
}

function showTabTitle({ t }: App, { session }: Desk): void {
  const title = session.title.value || t('title.untitled');
  document.title = `${session.hasUnsent.value ? '● ' : ''}${title} – ${t('app.name')}`;
}

/** Cut off, the others' carets are where nobody is any more. */
function showCarets(desk: Desk): void {
  const people = isCutOff(desk) ? [] : desk.session.people.value;
  desk.editor.setCarets(
    people.flatMap(({ userId, name, color, me, caret }) =>
      me || !caret ? [] : [{ id: userId, name, color, range: caret }],
    ),
  );
}

/** Only while something would be lost: a page with such a listener cannot be kept for the back button. */
function askBeforeLeaving({ session }: Desk): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  const stop = effect(() => {
    const isKeptHere = session.hasUnsent.value || session.refused.value.length > 0;
    if (isKeptHere) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  });
  return () => {
    stop();
    window.removeEventListener('beforeunload', ask);
  };
}

/** Runs what is the page's to do, by the name of its shortcut; false when it is not. */
export function runCommand(app: App, desk: Desk, command: string | null): boolean {
  switch (command) {
    case 'link':
      if (!mayEdit(desk)) return false;
      openLinkEdit(desk);
      return true;
    case 'find':
      openFind(desk, 'find');
      return true;
    case 'replace':
      openFind(desk, mayEdit(desk) ? 'replace' : 'find');
      return true;
    case 'shortcuts':
    case 'word-count':
      desk.dialog.value = command;
      return true;
    case 'toolbar':
      desk.focusToolbar();
      return true;
    case 'save':
      // Everything is saved by itself; who asks is told how it stands, and a waiting line tries again.
      desk.session.tryNow();
      app.announcer.say(saveText(app, desk.session.saveState.peek()));
      return true;
    default:
      return false;
  }
}

/** The editor binds them inside the text; this is for the rest of the page. */
function bindPageKeys(app: App, desk: Desk): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || desk.dialog.peek() !== null) return;
    const command = desk.shortcutOf(event);
    // A link needs the selection it is for, and that is in the text.
    if (command !== 'link' && runCommand(app, desk, command)) event.preventDefault();
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}
