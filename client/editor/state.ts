// What the toolbar shows, as signals: formats at the caret, undo and redo, focus; the link and the image
// at the caret. Looked up once after each burst of changes, and told only when it differs.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import type Block from 'quill/blots/block.js';
import Quill from 'quill/core/quill.js';
import type { DeltaOp } from '../../core/delta.ts';
import { opLength } from '../../core/delta.ts';
import type { EditorRange, EditorState, LinkAtCaret, SelectedImage } from './editor-api.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import { currentRange } from './selection.ts';

/** Formats of a longer selection are those of its beginning: looking through a megabyte would be felt. */
const FORMAT_REACH = 20_000;

export interface StateSignals {
  readonly state: ReadonlySignal<EditorState>;
  readonly linkAtCaret: ReadonlySignal<LinkAtCaret | null>;
  readonly selectedImage: ReadonlySignal<SelectedImage | null>;
  close(): void;
}

export function createState(quill: DeltapadQuill, port: Port): StateSignals {
  const state = signal<EditorState>({
    formats: {},
    canUndo: false,
    canRedo: false,
    focused: false,
    editable: false,
    empty: true,
  });
  const linkAtCaret = signal<LinkAtCaret | null>(null);
  const selectedImage = signal<SelectedImage | null>(null);
  const markSelected = createMarker(quill);
  let waiting = false;
  let closed = false;

  function update(): void {
    waiting = false;
    if (closed || port.isComposing()) return;
    const range = currentRange(quill);
    const next: EditorState = {
      formats: range ? quill.getFormat(range.index, Math.min(range.length, FORMAT_REACH)) : {},
      canUndo: quill.history.canUndo,
      canRedo: quill.history.canRedo,
      focused: quill.hasFocus(),
      editable: quill.isEnabled(),
      empty: quill.editor.isBlank(),
    };
    tell(state, next);
    tell(linkAtCaret, range ? linkAt(quill, range) : null);
    const image = range ? imageAt(quill, range) : null;
    tell(selectedImage, image);
    markSelected(range);
  }
  const schedule = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(update);
  };

  quill.on(Quill.events.EDITOR_CHANGE, schedule);
  quill.history.onChange(schedule);
  quill.root.addEventListener('focus', schedule);
  quill.root.addEventListener('blur', schedule);
  port.onReset(schedule);
  port.onCompositionEnd(schedule);
  const watch = new MutationObserver(schedule);
  watch.observe(quill.root, { attributes: true, attributeFilter: ['contenteditable'] });
  schedule();
  return {
    state,
    linkAtCaret,
    selectedImage,
    close() {
      closed = true;
      watch.disconnect();
    },
  };
}

/** Values here are small and plain: equal when their JSON is. */
function tell<T>(target: { value: T; peek(): T }, next: T): void {
  if (JSON.stringify(target.peek()) !== JSON.stringify(next)) target.value = next;
}

/** The link that holds the caret or the whole selection, across the runs it may be parted into. */
export function linkAt(quill: DeltapadQuill, { index, length }: EditorRange): LinkAtCaret | null {
  const [found] = quill.getLine(index);
  if (!found) return null;
  const line = found as Block;
  const start = quill.getIndex(line);
  let at = start;
  let open: { address: string; from: number } | null = null;
  for (const op of [...(line.delta().ops as DeltaOp[]), {} as DeltaOp]) {
    const address = op.attributes?.link;
    if (open && open.address !== address) {
      if (open.from <= index && index + length <= at) {
        return { address: open.address, range: { index: open.from, length: at - open.from } };
      }
      open = null;
    }
    if (typeof address === 'string' && !open) open = { address, from: at };
    at += opLength(op);
  }
  return null;
}

function imageAt(quill: DeltapadQuill, { index, length }: EditorRange): SelectedImage | null {
  if (length !== 1) return null;
  const [op] = quill.editor.delta.slice(index, index + 1).ops as DeltaOp[];
  if (typeof op?.insert !== 'object' || !('image' in op.insert)) return null;
  const text = (name: string) => String(op.attributes?.[name] ?? '');
  return { index, alt: text('alt'), caption: text('caption') };
}

/** Frames the one embed that is selected. Remembers it: looking for it would search the whole page. */
function createMarker(quill: DeltapadQuill): (range: EditorRange | null) => void {
  let marked: HTMLElement | null = null;
  return (range) => {
    let element: HTMLElement | null = null;
    if (range?.length === 1) {
      const [leaf] = quill.getLeaf(range.index + 1);
      const name = leaf?.statics.blotName;
      if (name === 'image' || name === 'divider') element = leaf!.domNode as HTMLElement;
    }
    if (marked === element) return;
    marked?.classList.remove('is-selected');
    element?.classList.add('is-selected');
    marked = element;
  };
}
