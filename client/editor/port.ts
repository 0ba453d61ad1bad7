// What the binding is given: changes I made, and a way to show others' (EditorPort). Holds the two rules
// that keep text whole: nothing touches the page while a composition is open, and showing others'
// changes never takes the focus from wherever it is.

import Quill from 'quill/core/quill.js';
import { Range } from 'quill/core/selection.js';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import type { EditorPort } from '../sync/editor-port.ts';
import { keepLastNewline } from './last-newline.ts';
import type { DeltapadQuill } from './quill.ts';

const { events } = Quill;

export type ChangeListener = (change: Delta, source: 'user' | 'api') => void;

export interface Port extends EditorPort {
  /** Every change of the text, mine and others', after it is on the page. */
  onAnyChange(listener: ChangeListener): void;
  /** The whole content was replaced. */
  onReset(listener: () => void): void;
}

export function createPort(quill: DeltapadQuill): Port {
  const mine: ((change: Delta) => void)[] = [];
  const any: ChangeListener[] = [];
  const resets: (() => void)[] = [];
  const composition = watchComposition(quill);

  quill.on(events.TEXT_CHANGE, (change, before, source) => {
    if (source === 'user') {
      const told = keepLastNewline(change, before);
      for (const listener of mine) listener(told);
    }
    for (const listener of any) listener(change, source === 'user' ? 'user' : 'api');
  });

  return {
    ...composition,
    onChange: (listener) => mine.push(listener),
    onAnyChange: (listener) => any.push(listener),
    onReset: (listener) => resets.push(listener),
    apply(op) {
      if (composition.isComposing()) throw new Error('A composition is open');
      try {
        return quill.hasFocus() ? quill.updateContents(op, 'api') : applyUnfocused(quill, op);
      } catch (error) {
        // Half an op may be on the page, and the scroll still waits for the rest of it.
        quill.scroll.batchEnd();
        quill.scroll.optimize();
        quill.editor.update(null);
        throw error;
      }
    },
    contents: () => new Delta(quill.editor.delta.ops.slice()),
    length: () => quill.scroll.length(),
    reset(contents) {
      const range = quill.hasFocus() ? quill.selection.savedRange : null;
      quill.editor.load(contents.ops as DeltaOp[]);
      quill.history.clear();
      quill.root.classList.toggle('ql-blank', quill.editor.isBlank());
      if (range) {
        const index = Math.min(range.index, quill.getLength() - 1);
        quill.setSelection(index, 0, 'silent');
      } else {
        quill.selection.savedRange = new Range(0, 0);
        quill.selection.lastRange = null;
      }
      for (const listener of resets) listener();
    },
    setEditable(editable) {
      if (quill.isEnabled() !== editable) quill.enable(editable);
      quill.root.setAttribute('aria-readonly', String(!editable));
      // Without contenteditable it would leave the Tab order, and the keyboard could not scroll it.
      quill.root.tabIndex = 0;
    },
  };
}

/**
 * Quill puts the selection back after each change, and focuses the text to do so: somebody who is in
 * the toolbar or types a title would lose their place. Without the focus only the remembered selection
 * is carried along.
 */
function applyUnfocused(quill: DeltapadQuill, op: Delta): Delta {
  quill.update();
  const { selection, editor, emitter } = quill;
  const before = editor.delta;
  const change = editor.applyDelta(op);
  if (change.length() === 0) return change;
  const { index, length } = selection.savedRange;
  const start = change.transformPosition(index, true);
  selection.savedRange = new Range(start, change.transformPosition(index + length, true) - start);
  emitter.emit(events.EDITOR_CHANGE, events.TEXT_CHANGE, change, before, 'api');
  emitter.emit(events.TEXT_CHANGE, change, before, 'api');
  return change;
}

type Composition = Pick<EditorPort, 'isComposing' | 'onCompositionEnd'>;

function watchComposition(quill: DeltapadQuill): Composition {
  const listeners: (() => void)[] = [];
  let open = false;
  quill.on(events.COMPOSITION_BEFORE_START, () => {
    open = true;
  });
  quill.on(events.COMPOSITION_END, () => {
    // Quill puts the caret back one millisecond later; until then the page is not to be touched, and
    // the next syllable may have begun.
    setTimeout(() => {
      if (quill.composition.isComposing || !open) return;
      open = false;
      for (const listener of listeners) listener();
    }, 2);
  });
  return {
    isComposing: () => open || quill.composition.isComposing,
    onCompositionEnd: (listener) => listeners.push(listener),
  };
}
