// What the binding needs of an editor. Quill implements it in client/editor; the simulation has a
// pure one, so that the binding is proven without a browser.

import type { Delta } from '../../core/delta.ts';

export interface EditorPort {
  /** A change the person made, already on the screen. Never called for what the binding applied. */
  onChange(listener: (change: Delta) => void): void;
  /**
   * Shows others' changes: one call per frame. Returns what really changed on the screen, so that the
   * binding can see a drift (internals.md §5.5). May throw; the binding heals.
   */
  apply(op: Delta): Delta;
  /** The whole content, canonical. May be O(document): for healing and saving copies only. */
  contents(): Delta;
  /** Puts the whole content, forgets undo. For the first load and the last resort of healing. */
  reset(contents: Delta): void;
  /** Length in UTF-16 units, cheap. */
  length(): number;
  /** An IME composition is open: the binding must not touch the editor (internals.md §5.3). */
  isComposing(): boolean;
  /** Called once after each composition, when the editor may be touched again. */
  onCompositionEnd(listener: () => void): void;
  /** Whether the person may type. */
  setEditable(editable: boolean): void;
}
