// Feeds the live region from the session: who came and left, offline and back. No words of its own.

import { effect } from '@preact/signals-core';
import type { App } from '../ui/app.ts';
import type { Desk } from './desk.ts';

/** Returns its end. */
export function announceChanges({ announcer, t }: App, { session }: Desk): () => void {
  /** Names by user id; null until the first list, which is nobody's arrival. */
  let known: Map<string, string> | null = null;
  let wasOffline = false;

  const stopPeople = effect(() => {
    const now = new Map(
      session.people.value
        .filter((person) => !person.me)
        .map((person) => [person.userId, person.name]),
    );
    if (known) {
      for (const [id, name] of now) if (!known.has(id)) announcer.joined(name);
      for (const [id, name] of known) if (!now.has(id)) announcer.left(name);
    }
    // Before I am in the list myself, it is not whole.
    if (known || session.people.value.some((person) => person.me)) known = now;
  });

  const stopState = effect(() => {
    const state = session.saveState.value;
    if (state.kind === 'offline') {
      if (!wasOffline) announcer.say(t('live.offline'));
      wasOffline = true;
    } else if (state.kind !== 'reconnecting' && wasOffline) {
      wasOffline = false;
      announcer.say(t('live.online'));
    }
  });

  return () => {
    stopPeople();
    stopState();
  };
}
