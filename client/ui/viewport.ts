// How much of the window a person can really see: the on-screen keyboard covers part of it, and only
// visualViewport knows. `--keyboard` on the root element lifts the phone's toolbar.

import { type ReadonlySignal, signal } from '@preact/signals';
import type { Box } from './place.ts';

export const phoneQuery = '(max-width: 719px)';

/** The visible part of the window with a margin, for `placeBeside`. */
export function visibleBox(margin = 8): Box {
  const view = window.visualViewport;
  const left = view?.offsetLeft ?? 0;
  const top = view?.offsetTop ?? 0;
  return {
    left: left + margin,
    top: top + margin,
    right: left + (view?.width ?? window.innerWidth) - margin,
    bottom: top + (view?.height ?? window.innerHeight) - margin,
  };
}

/** Keeps `--keyboard` equal to the height that an on-screen keyboard covers. Returns its end. */
export function followKeyboard(): () => void {
  const view = window.visualViewport;
  if (!view) return () => {};
  const update = () => {
    // Pinch zoom shrinks the visual viewport too; then the bar must stay where it is.
    const covered = view.scale > 1.01 ? 0 : window.innerHeight - view.height - view.offsetTop;
    const height = Math.max(0, Math.round(covered));
    document.documentElement.style.setProperty('--keyboard', `${height < 60 ? 0 : height}px`);
  };
  view.addEventListener('resize', update);
  view.addEventListener('scroll', update);
  update();
  return () => {
    view.removeEventListener('resize', update);
    view.removeEventListener('scroll', update);
  };
}

/** A media query as a signal, for what CSS alone cannot decide. */
export function mediaSignal(query: string): ReadonlySignal<boolean> {
  const list = window.matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => {
    matches.value = list.matches;
  });
  return matches;
}
