// Asks a new guest for a name: once, gently, when there is somebody to see it or something to sign. It
// takes no focus, covers no text on a wide screen, and goes for good at "Later".

import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type App, useApp } from '../ui/app.ts';
import { NameForm } from './account.tsx';
import { type Desk, useDesk } from './desk.ts';

const KEY = 'deltapad.nameAsked';
/** Right of the column there is room for the card; narrower, a toast asks. */
const ROOM = '(min-width: 1280px)';

const wasAsked = (): boolean => localStorage.getItem(KEY) !== null;

export function NameAsk() {
  const app = useApp();
  const desk = useDesk();
  const open = useSignal(false);

  useEffect(() => {
    if (app.me.peek().named || wasAsked()) return;
    let stop = () => {};
    const asked = effect(() => {
      if (!hasReason(desk)) return;
      localStorage.setItem(KEY, '1');
      if (window.matchMedia(ROOM).matches) open.value = true;
      else askByToast(app);
      // Inside the effect its own end is not known yet.
      queueMicrotask(() => stop());
    });
    stop = asked;
    return stop;
  }, [app, desk, open]);

  // Named elsewhere meanwhile, or about to be (the account menu has the same form).
  if (!open.value || app.me.value.named || app.nameAnchor.value) return null;
  if (desk.session.refused.value.length > 0) return null;
  const close = () => {
    open.value = false;
  };
  return (
    <section
      class="card name-ask"
      aria-label={app.t('account.nameLabel')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        desk.editor.focus();
      }}
    >
      <NameForm onDone={close} later={app.t('account.later')} onLater={close} />
    </section>
  );
}

/** Somebody else is here, or I have written something. */
const hasReason = ({ session }: Desk): boolean =>
  session.hasUnsent.value || session.people.value.some((person) => !person.me);

function askByToast(app: App): void {
  app.toasts.show({
    text: app.t('account.seenAs', { name: app.me.peek().name }),
    action: {
      label: app.t('account.changeName'),
      run: () => {
        app.nameAnchor.value = document.querySelector('[data-me]');
      },
    },
  });
}
