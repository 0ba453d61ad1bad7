// What the one polite live region says: who came, who left, offline and back. At most one sentence in
// three seconds; what piles up meanwhile is joined, and somebody who came and left is not mentioned.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Locale, Translate } from '../../core/i18n/i18n.ts';

export interface Announcer {
  readonly text: ReadonlySignal<string>;
  say(sentence: string): void;
  joined(name: string): void;
  left(name: string): void;
  close(): void;
}

export interface AnnouncerDeps {
  readonly t: Translate;
  readonly locale: Locale;
  readonly now?: () => number;
  /** Calls back after a time in ms; returns its cancellation. */
  readonly after?: (callback: () => void, delayMs: number) => () => void;
}

const GAP_MS = 3_000;
/** More names than this are only counted. */
const MAX_NAMES = 3;

const afterTimeout = (callback: () => void, delayMs: number) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

export function createAnnouncer({
  t,
  locale,
  now = () => Date.now(),
  after = afterTimeout,
}: AnnouncerDeps): Announcer {
  const text = signal('');
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const came = new Set<string>();
  const gone = new Set<string>();
  let sentences: string[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  const people = (key: 'live.joined' | 'live.left', names: ReadonlySet<string>) => {
    if (names.size === 0) return [];
    const who =
      names.size > MAX_NAMES ? t('live.people', { count: names.size }) : list.format([...names]);
    return [t(key, { names: who })];
  };
  const flush = () => {
    cancel = null;
    const parts = [...people('live.joined', came), ...people('live.left', gone), ...sentences];
    came.clear();
    gone.clear();
    sentences = [];
    if (parts.length === 0) return;
    lastAt = now();
    const joined = parts.join(' ');
    // The same sentence twice is silent in a live region; a no-break space makes it another one.
    text.value = joined === text.value ? `${joined}\u00a0` : joined;
  };
  const schedule = () => {
    if (cancel) return;
    const wait = lastAt + GAP_MS - now();
    if (wait <= 0) flush();
    else cancel = after(flush, wait);
  };

  return {
    text,
    say(sentence) {
      if (!sentences.includes(sentence)) sentences.push(sentence);
      schedule();
    },
    joined(name) {
      if (!gone.delete(name)) came.add(name);
      schedule();
    },
    left(name) {
      if (!came.delete(name)) gone.add(name);
      schedule();
    },
    close() {
      cancel?.();
      cancel = null;
    },
  };
}
