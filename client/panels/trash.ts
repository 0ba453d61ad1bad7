// Moving a document to the trash and back. The undo is offered on the page itself and, when the person
// goes home right away, there too.

import { type DocumentRef, documentPath, parseDocumentRef } from '../../core/ids.ts';
import type { App } from '../ui/app.ts';
import { explain } from './explain.ts';

const KEY = 'deltapad.trashed';
/** Later than this the person knows what they did. */
const OFFER_MS = 30_000;

/** `onRestored` is called when the undo has worked. */
export async function moveToTrash(
  app: App,
  ref: DocumentRef,
  onRestored: () => void,
): Promise<boolean> {
  try {
    await app.api.trashDocument(ref);
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
    return false;
  }
  sessionStorage.setItem(KEY, JSON.stringify({ ...ref, at: Date.now() }));
  offer(app, ref, onRestored);
  return true;
}

export async function restoreFromTrash(app: App, ref: DocumentRef): Promise<boolean> {
  sessionStorage.removeItem(KEY);
  try {
    await app.api.restoreDocument(ref);
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
    return false;
  }
  app.toasts.show({
    text: app.t('trash.restored'),
    ...(location.pathname === documentPath(ref)
      ? {}
      : { action: { label: app.t('trash.open'), run: () => location.assign(documentPath(ref)) } }),
  });
  return true;
}

/** On the home page: offers the undo of what was trashed a moment ago. */
export function offerUndoOfTrash(app: App, onRestored: () => void): void {
  const stored = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (!stored) return;
  const { collection, id, at } = JSON.parse(stored) as Record<string, unknown>;
  const ref = parseDocumentRef(collection, id);
  if (ref && Date.now() - Number(at) < OFFER_MS) offer(app, ref, onRestored);
}

function offer(app: App, ref: DocumentRef, onRestored: () => void): void {
  app.toasts.show({
    text: app.t('trash.moved'),
    action: {
      label: app.t('trash.undo'),
      run: () => {
        void restoreFromTrash(app, ref).then((done) => {
          if (done) onRestored();
        });
      },
    },
  });
}
