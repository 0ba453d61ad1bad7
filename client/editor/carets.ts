// Others' carets and selections, drawn by quill-cursors, and the red dots of refused changes. Both lie
// over the text, never in it. Only what is near the window is placed: asking where a caret stands in a
// section that is not laid out would lay it out.

import { limits } from '../../core/limits.ts';
import type { EditorRange, RemoteCaret } from './editor-api.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import { Section } from './sections.ts';

type Cursors = import('quill-cursors/core').default;

/** How long a name shows after its caret moved. */
const FLAG_MS = 3000;
/** From the end of a line's text to the middle of a dot. */
const DOT_GAP = 8;
/** look.md §2: `--medium`. */
const FLAG_FADE_MS = 220;

interface Drawn {
  readonly name: string;
  readonly color: number;
  range: EditorRange;
  movedAt: number;
  flagTimer?: ReturnType<typeof setTimeout>;
}

export interface Carets {
  setCarets(carets: readonly RemoteCaret[]): void;
  setRefusedMarks(indexes: readonly number[]): void;
  close(): void;
}

export function createCarets(quill: DeltapadQuill, port: Port): Carets {
  const drawn = new Map<string, Drawn>();
  const dots = quill.addContainer('dp-dots');
  dots.setAttribute('aria-hidden', 'true');
  let marks: readonly number[] = [];
  let cursors: Cursors | null = null;
  let loading = false;
  let frame = 0;
  let closed = false;
  const idleTimer = setInterval(schedule, limits.caretIdleMs / 4);

  function schedule(): void {
    if (drawn.size > 0 || marks.length > 0) frame ||= requestAnimationFrame(place);
  }

  function place(): void {
    frame = 0;
    if (closed) return;
    if (cursors) for (const [id, caret] of drawn) placeCaret(cursors, id, caret);
    placeDots();
  }

  function placeCaret(all: Cursors, id: string, caret: Drawn): void {
    const isIdle = Date.now() - caret.movedAt > limits.caretIdleMs;
    const isShown = !isIdle && isNearWindow(quill, caret.range.index + caret.range.length);
    // quill-cursors hides a caret without a range, though its types do not say so.
    const range = isShown ? { ...caret.range } : (null as never);
    all.moveCursor(id, range);
  }

  function placeDots(): void {
    const origin = quill.container.getBoundingClientRect();
    const placed = marks.flatMap((index) => {
      if (!isNearWindow(quill, index)) return [];
      const at = Math.min(index, quill.getLength() - 1);
      const bounds = quill.selection.getBounds(at, 0);
      if (!bounds) return [];
      const dot = document.createElement('span');
      // Behind the text of a line, beside it; within, above it: letters stay readable.
      const isLineEnd = quill.getText(at, 1) === '\n';
      dot.style.left = `${bounds.left - origin.left + (isLineEnd ? DOT_GAP : 0)}px`;
      dot.style.top = `${bounds.top - origin.top + (isLineEnd ? bounds.height / 2 : 0)}px`;
      return [dot];
    });
    dots.replaceChildren(...placed);
  }

  async function load(): Promise<void> {
    if (loading) return;
    loading = true;
    // Nobody else's caret is needed before the text can be written.
    const { default: QuillCursors } = await import('quill-cursors/core');
    if (closed) return;
    // We move the carets ourselves, once a frame, and hide the names ourselves: its own listening is off.
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const options = {
      hideDelayMs: 0,
      hideSpeedMs: isStill ? 0 : FLAG_FADE_MS,
      transformOnTextChange: false,
    };
    cursors = new QuillCursors(quill, { ...options, selectionChangeSource: null as never });
    quill.container.querySelector('.ql-cursors')?.setAttribute('aria-hidden', 'true');
    for (const [id, caret] of drawn) create(cursors, id, caret);
    schedule();
  }

  function create(all: Cursors, id: string, caret: Drawn): void {
    all.createCursor(id, caret.name, `var(--p${caret.color})`);
    flash(id, caret);
  }

  /** Shows the name for a while; quill-cursors shows it again on hover by itself. */
  function flash(id: string, caret: Drawn): void {
    if (!cursors) return;
    clearTimeout(caret.flagTimer);
    cursors.toggleFlag(id, true);
    caret.flagTimer = setTimeout(() => cursors?.toggleFlag(id, false), FLAG_MS);
  }

  function forget(id: string): void {
    clearTimeout(drawn.get(id)?.flagTimer);
    drawn.delete(id);
    cursors?.removeCursor(id);
  }

  port.onAnyChange((change) => {
    for (const caret of drawn.values()) {
      const { index, length } = caret.range;
      const start = change.transformPosition(index, true);
      const end = change.transformPosition(index + length, true);
      caret.range = { index: start, length: end - start };
    }
    marks = marks.map((index) => change.transformPosition(index, true));
    schedule();
  });
  document.addEventListener('scroll', schedule, { passive: true, capture: true });
  window.addEventListener('resize', schedule, { passive: true });

  return {
    setCarets(carets) {
      const wanted = new Map(carets.slice(0, limits.maxCarets).map((caret) => [caret.id, caret]));
      for (const id of [...drawn.keys()]) if (!wanted.has(id)) forget(id);
      if (wanted.size > 0 && !cursors) void load();
      for (const [id, caret] of wanted) {
        const known = drawn.get(id);
        const isSame = known?.name === caret.name && known.color === caret.color;
        if (known && isSame) {
          if (!isAt(known.range, caret.range)) {
            known.range = caret.range;
            known.movedAt = Date.now();
            flash(id, known);
          }
          continue;
        }
        if (known) forget(id);
        const { name, color, range } = caret;
        const fresh = { name, color, range, movedAt: Date.now() };
        drawn.set(id, fresh);
        if (cursors) create(cursors, id, fresh);
      }
      schedule();
    },
    setRefusedMarks(indexes) {
      marks = indexes;
      if (indexes.length === 0) dots.replaceChildren();
      schedule();
    },
    close() {
      closed = true;
      clearInterval(idleTimer);
      cancelAnimationFrame(frame);
      for (const id of [...drawn.keys()]) forget(id);
      cursors?.destroy();
      document.removeEventListener('scroll', schedule, { capture: true });
      window.removeEventListener('resize', schedule);
      dots.remove();
    },
  };
}

const isAt = (a: EditorRange, b: EditorRange): boolean =>
  a.index === b.index && a.length === b.length;

/** Whether an index stands in a section within half a window of what is seen. */
export function isNearWindow(quill: DeltapadQuill, index: number): boolean {
  const [section] = quill.scroll.children.find(Math.min(index, quill.getLength() - 1));
  if (!(section instanceof Section)) return false;
  const { top, bottom } = section.domNode.getBoundingClientRect();
  const margin = window.innerHeight / 2;
  return bottom >= -margin && top <= window.innerHeight + margin;
}
