// Following a person: the view goes where their caret goes, until Escape, a scroll, a click or a key.
// Jumping to a person's caret once lives here too.

import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PersonHere } from '../sync/session-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { type Desk, useDesk } from './desk.ts';

export const personById = (desk: Desk, userId: string): PersonHere | undefined =>
  desk.session.people.value.find((person) => person.userId === userId);

/** Scrolls to the person's caret; says so when they have none. */
export function goTo(app: App, desk: Desk, person: PersonHere): void {
  if (person.caret) desk.editor.scrollTo(person.caret.index);
  else app.toasts.show({ text: app.t('people.noCaret', { name: person.name }) });
}

export function startFollowing(app: App, desk: Desk, person: PersonHere): void {
  desk.following.value = person.userId;
  app.announcer.say(app.t('follow.bar', { name: person.name }));
}

/** What a person does that means "I look for myself". A programmatic scroll fires none of these. */
const ENDS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

export function FollowBar() {
  const { t } = useApp();
  const desk = useDesk();
  const { following, editor } = desk;
  const userId = following.value;
  const person = userId === null ? undefined : personById(desk, userId);

  useSignalEffect(() => {
    const id = following.value;
    if (id === null) return;
    const followed = personById(desk, id);
    if (!followed) following.value = null;
    else if (followed.caret) editor.scrollTo(followed.caret.index);
  });

  useEffect(() => {
    if (userId === null) return;
    const stop = () => {
      following.value = null;
    };
    // A turn later: the press or key that started it must not end it.
    const timer = setTimeout(() => {
      for (const name of ENDS) {
        window.addEventListener(name, stop, { capture: true, passive: true });
      }
    });
    return () => {
      clearTimeout(timer);
      for (const name of ENDS) window.removeEventListener(name, stop, { capture: true });
    };
  }, [userId, following]);

  if (!person) return null;
  return (
    <div class={`follow c${person.color}`}>
      <span>{t('follow.bar', { name: person.name })}</span>
      <button
        type="button"
        onClick={() => {
          following.value = null;
        }}
      >
        {t('follow.stop')}
      </button>
    </div>
  );
}
