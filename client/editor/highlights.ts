// Paints matches that are on the screen: with the CSS Custom Highlight API, or with boxes over the text
// where a browser has none. Thousands of live ranges would slow every key, so none is kept for what
// nobody sees.

import type { EditorRange } from './editor-api.ts';
import type { DeltapadQuill } from './quill.ts';
import { Section } from './sections.ts';

const ALL = 'dp-find';
const CURRENT = 'dp-find-now';
/** More on one screen could not be told apart anyway. */
const MOST = 500;

export interface Highlights {
  /** `matches` in the order of the text. */
  show(matches: readonly EditorRange[], current: number): void;
  close(): void;
}

export function createHighlights(quill: DeltapadQuill): Highlights {
  const native = typeof Highlight === 'function' && CSS.highlights !== undefined;
  const boxes = native ? null : quill.addContainer('dp-boxes');
  let matches: readonly EditorRange[] = [];
  let current = -1;
  let frame = 0;

  const paint = () => {
    frame = 0;
    const shown = onScreen(quill, matches);
    const now = matches[current];
    const ranges = shown.map((match) => ({ range: toRange(quill, match), isNow: match === now }));
    const of = (isNow: boolean) =>
      ranges.flatMap((each) => (each.range && each.isNow === isNow ? [each.range] : []));
    if (!boxes) {
      CSS.highlights.set(ALL, new Highlight(...of(false)));
      const top = new Highlight(...of(true));
      top.priority = 1;
      CSS.highlights.set(CURRENT, top);
      return;
    }
    boxes.replaceChildren(
      ...of(false).flatMap((range) => boxesOf(quill, range, ALL)),
      ...of(true).flatMap((range) => boxesOf(quill, range, CURRENT)),
    );
  };
  const schedule = () => {
    if (matches.length > 0) frame ||= requestAnimationFrame(paint);
  };
  document.addEventListener('scroll', schedule, { passive: true, capture: true });
  window.addEventListener('resize', schedule, { passive: true });

  const clear = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (!boxes) {
      CSS.highlights.delete(ALL);
      CSS.highlights.delete(CURRENT);
    } else boxes.replaceChildren();
  };
  return {
    show(all, at) {
      matches = all;
      current = at;
      if (all.length === 0) clear();
      else schedule();
    },
    close() {
      matches = [];
      clear();
      document.removeEventListener('scroll', schedule, { capture: true });
      window.removeEventListener('resize', schedule);
      boxes?.remove();
    },
  };
}

/** Matches in sections that meet the window. */
function onScreen(quill: DeltapadQuill, matches: readonly EditorRange[]): readonly EditorRange[] {
  let start = 0;
  let from = -1;
  let to = -1;
  quill.scroll.children.forEach((section) => {
    const length = section.length();
    if (section instanceof Section) {
      const { top, bottom } = section.domNode.getBoundingClientRect();
      if (bottom >= 0 && top <= window.innerHeight) {
        if (from < 0) from = start;
        to = start + length;
      }
    }
    start += length;
  });
  return matches.filter(({ index }) => index >= from && index < to).slice(0, MOST);
}

/** A range that does not follow the text: it is made anew after every change. */
export function toRange(quill: DeltapadQuill, { index, length }: EditorRange): StaticRange | null {
  const [start, startOffset] = quill.getLeaf(index);
  const [end, endOffset] = quill.getLeaf(index + length);
  if (!start || !end) return null;
  // At the border of two runs Quill names the end of the first.
  const first =
    startOffset === start.length() && start.length() > 0 ? quill.getLeaf(index + 1) : null;
  const [startContainer, from] =
    first?.[0] && first[0] !== start
      ? first[0].position(0, false)
      : start.position(startOffset, false);
  const [endContainer, to] = end.position(endOffset, true);
  return new StaticRange({
    startContainer,
    startOffset: from,
    endContainer,
    endOffset: to,
  });
}

function boxesOf(quill: DeltapadQuill, fixed: StaticRange, className: string): HTMLElement[] {
  const range = document.createRange();
  range.setStart(fixed.startContainer, fixed.startOffset);
  range.setEnd(fixed.endContainer, fixed.endOffset);
  const origin = quill.container.getBoundingClientRect();
  return [...range.getClientRects()].map((rect) => {
    const box = document.createElement('div');
    box.className = className;
    box.style.left = `${rect.left - origin.left}px`;
    box.style.top = `${rect.top - origin.top}px`;
    box.style.width = `${rect.width}px`;
    box.style.height = `${rect.height}px`;
    return box;
  });
}
