// Makes the sections that wait: those that come near the window at once, the others while nothing else
// is to do, all before printing. Never while a composition is open.

import Quill from 'quill/core/quill.js';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import type { DocumentScroll } from './scroll.ts';

/** How much of an idle moment one section takes. */
const SECTION_MS = 8;
/** What is selected is laid out even off the screen, so filling it would lay out all of it, each time. */
const SELECTED_UNITS = 20_000;

/** Returns the end of it. */
export function fillSections(quill: DeltapadQuill, port: Port): () => void {
  const scroll = quill.scroll as DocumentScroll;
  let handle = 0;
  let closed = false;
  /** Each is asked for once: this is looked through after every key. */
  const watched = new WeakSet<Element>();

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting || port.isComposing()) continue;
        near.unobserve(target);
        fill(target);
      }
    },
    { rootMargin: '100% 0px' },
  );
  const fill = (element: Element) => {
    const section = scroll.find(element);
    if (section && 'fill' in section) (section as unknown as { fill(): void }).fill();
  };

  const work = (deadline: IdleDeadline) => {
    handle = 0;
    if (closed || port.isComposing()) return;
    // The next change of the selection asks again.
    if ((quill.selection.lastRange?.length ?? 0) > SELECTED_UNITS) return;
    for (const section of scroll.waitingSections()) {
      if (!deadline.didTimeout && deadline.timeRemaining() < SECTION_MS) break;
      near.unobserve(section.domNode);
      section.fill();
      if (deadline.didTimeout) break;
    }
    schedule();
  };
  const schedule = () => {
    if (handle === 0 && !closed && scroll.waitingSections().length > 0) handle = whenIdle(work);
  };
  const fillAll = () => {
    for (const section of scroll.waitingSections()) section.fill();
  };

  const watch = () => {
    for (const { domNode } of scroll.waitingSections()) {
      if (!watched.has(domNode)) near.observe(domNode);
      watched.add(domNode);
    }
    schedule();
  };
  port.onReset(() => {
    near.disconnect();
    watch();
  });
  port.onAnyChange(watch);
  port.onCompositionEnd(schedule);
  quill.on(Quill.events.SELECTION_CHANGE, schedule);
  window.addEventListener('beforeprint', fillAll);
  return () => {
    closed = true;
    near.disconnect();
    window.removeEventListener('beforeprint', fillAll);
  };
}

/** Safari has no idle callback; a short wait leaves keys their turn as well. */
function whenIdle(work: (deadline: IdleDeadline) => void): number {
  if (typeof requestIdleCallback === 'function') return requestIdleCallback(work, { timeout: 500 });
  const start = () => work({ didTimeout: true, timeRemaining: () => 0 });
  return setTimeout(start, 30) as unknown as number;
}
