// Undo and redo of this person's own changes. Quill's module is right about others' changes (it carries
// its stack across them); here it stops copying the whole document for each undo, can take several
// changes as one step, begins a new one when the caret has jumped, and tells when there is something to
// undo.

import type Quill from 'quill/core/quill.js';
import QuillHistory, { type HistoryOptions } from 'quill/modules/history.js';
import { type Delta, type DeltaOp, lengthChange } from '../../core/delta.ts';
import { reach } from './change.ts';

export const historyOptions: HistoryOptions = { userOnly: true, delay: 1000, maxStack: 500 };

export class History extends QuillHistory {
  /** While a step is open every change of mine joins it. */
  private step: 'closed' | 'opening' | 'open' = 'closed';
  /** Where my last change stands now. */
  declare private last: { start: number; end: number } | undefined;
  private listener: () => void = () => {};

  static of(quill: Quill): History {
    return quill.history as History;
  }

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  get canUndo(): boolean {
    return this.stack.undo.length > 0;
  }

  get canRedo(): boolean {
    return this.stack.redo.length > 0;
  }

  /** Number of steps that can be undone: to see whether the last one is still the last. */
  get depth(): number {
    return this.stack.undo.length;
  }

  openStep(): void {
    this.step = 'opening';
  }

  closeStep(): void {
    this.step = 'closed';
    this.cutoff();
  }

  /** What `change` does is one step, apart from what was typed before and after. */
  asStep<T>(change: () => T): T {
    // Within a step there is nothing to part.
    if (this.step !== 'closed') return change();
    this.openStep();
    try {
      return change();
    } finally {
      this.closeStep();
    }
  }

  override record(change: Delta, before: Delta): void {
    if (this.step === 'opening') this.cutoff();
    // A long step must not fall apart because it took longer than typing may.
    if (this.step === 'open') this.lastRecorded = Date.now();
    if (change.ops.length > 0) this.follow(change);
    super.record(change, before);
    if (this.step === 'opening') this.step = 'open';
    this.listener();
  }

  /** What is typed on goes on where it stopped; what does not has jumped there, however soon. */
  private follow(change: Delta): void {
    const [start, to] = reach(change);
    const { last } = this;
    if (this.step === 'closed' && last && (to < last.start || start > last.end)) this.cutoff();
    this.last = { start, end: to + lengthChange(change.ops as DeltaOp[]) };
  }

  override transform(delta: Delta): void {
    super.transform(delta);
    if (this.last) {
      const { start, end } = this.last;
      this.last = { start: delta.transformPosition(start), end: delta.transformPosition(end) };
    }
    this.listener();
  }

  override change(source: 'undo' | 'redo', dest: 'redo' | 'undo'): void {
    const item = this.stack[source].pop();
    if (!item) return;
    const inverse = item.delta.invert(this.quill.editor.delta);
    this.stack[dest].push({ delta: inverse, range: item.range && carried(item.range, inverse) });
    this.lastRecorded = 0;
    this.ignoreChange = true;
    try {
      this.quill.updateContents(item.delta, 'user');
    } finally {
      this.ignoreChange = false;
    }
    this.restoreSelection(item);
    this.listener();
  }

  override clear(): void {
    super.clear();
    this.listener?.();
  }
}

const carried = ({ index, length }: { index: number; length: number }, delta: Delta) => {
  const start = delta.transformPosition(index);
  return { index: start, length: delta.transformPosition(index + length) - start };
};
