// My selection: where it is, also while the focus is elsewhere, and telling others only when I moved it.

import Quill from 'quill/core/quill.js';
import { Range } from 'quill/core/selection.js';
import type { EditorRange, Place } from './editor-api.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import type { DocumentScroll } from './scroll.ts';

/** The selection, or where it was when the focus left the text; null before there ever was one. */
export function currentRange(quill: DeltapadQuill): EditorRange | null {
  const { selection } = quill;
  const range = selection.lastRange ?? (touched.has(quill) ? selection.savedRange : null);
  return range ? { index: range.index, length: range.length } : null;
}

/** Editors that have had the focus: Quill's remembered range means nothing before. */
const touched = new WeakSet<DeltapadQuill>();

export interface SelectionFace {
  selection(): EditorRange | null;
  select(range: EditorRange): void;
  onSelection(listener: (range: EditorRange | null) => void): void;
  /** Where the caret will be when the text gets the focus again. */
  remember(range: EditorRange): void;
  place(range: EditorRange): Place | null;
  scrollTo(index: number, place?: 'middle' | 'top'): void;
}

export function createSelection(quill: DeltapadQuill, port: Port): SelectionFace {
  const listeners: ((range: EditorRange | null) => void)[] = [];
  /** What was told last, carried through others' changes: those move my caret, but I did not. */
  let told: EditorRange | null = null;
  let waiting = false;

  function tell(): void {
    waiting = false;
    const range = withDirection(currentRange(quill));
    if (same(range, told)) return;
    told = range;
    for (const listener of listeners) listener(range);
  }
  quill.scrollRectIntoView = scrollIntoWindow;
  quill.on(Quill.events.EDITOR_CHANGE, (type: string) => {
    if (quill.hasFocus()) touched.add(quill);
    const { lastRange } = quill.selection;
    if (lastRange) (quill.scroll as DocumentScroll).keepLive(lastRange.index + lastRange.length);
    if (waiting || (type === Quill.events.SELECTION_CHANGE && !touched.has(quill))) return;
    waiting = true;
    queueMicrotask(tell);
  });
  port.onAnyChange((change, source) => {
    if (source === 'user' || !told) return;
    const start = change.transformPosition(told.index, true);
    const end = change.transformPosition(told.index + told.length, true);
    told = { ...told, index: start, length: end - start };
  });
  port.onReset(() => {
    told = null;
  });

  return {
    selection: () => withDirection(rangeNow()),
    select({ index, length }) {
      const last = Math.max(0, quill.getLength() - 1);
      const start = Math.min(index, last);
      touched.add(quill);
      quill.setSelection(start, Math.min(length, last - start), 'user');
    },
    onSelection: (listener) => listeners.push(listener),
    remember({ index, length }) {
      touched.add(quill);
      quill.selection.savedRange = new Range(index, length);
    },
    place({ index, length }) {
      const bounds = quill.selection.getBounds(index, length);
      if (!bounds) return null;
      return { left: bounds.left, top: bounds.top, bottom: bounds.bottom, width: bounds.width };
    },
    scrollTo(index, place = 'middle') {
      const show = () => {
        const [line] = quill.getLine(Math.min(index, quill.getLength() - 1));
        (line?.domNode as HTMLElement | undefined)?.scrollIntoView({
          block: place === 'top' ? 'start' : 'center',
        });
      };
      show();
      // Sections on the way were only estimated; once they are laid out, the place is exact.
      requestAnimationFrame(show);
    },
  };

  /** The browser tells of a selection a moment later; a key that follows at once must not act on the old one. */
  function rangeNow(): EditorRange | null {
    const isLive = quill.hasFocus() && !port.isComposing();
    const range = isLive ? quill.getSelection() : null;
    return range ? { index: range.index, length: range.length } : currentRange(quill);
  }

  function withDirection(range: EditorRange | null): EditorRange | null {
    if (!range || range.length === 0 || !quill.hasFocus()) return range;
    const native = document.getSelection();
    if (!native?.anchorNode || !native.focusNode) return range;
    const order = native.anchorNode.compareDocumentPosition(native.focusNode);
    const backward =
      order === 0
        ? native.focusOffset < native.anchorOffset
        : (order & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
    return backward ? { ...range, backward } : range;
  }
}

const same = (a: EditorRange | null, b: EditorRange | null): boolean =>
  a?.index === b?.index && a?.length === b?.length && a?.backward === b?.backward;

/**
 * Brings a line into the part of the window that is free of header, toolbar and on-screen keyboard. Quill
 * looks for `scroll-padding` on the body; ours, like the window's scrolling, belongs to the root element.
 */
function scrollIntoWindow({ top, bottom }: { top: number; bottom: number }): void {
  const style = getComputedStyle(document.documentElement);
  const free = (value: string) => Number.parseFloat(value) || 0;
  const first = free(style.scrollPaddingTop);
  const height = window.visualViewport?.height ?? window.innerHeight;
  const last = height - Math.max(free(style.scrollPaddingBottom), 24);
  if (top < first) window.scrollBy(0, top - first);
  else if (bottom > last) window.scrollBy(0, bottom - last);
}
