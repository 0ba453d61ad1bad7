// An editor without a screen: a Delta, a caret, a composition that may be open, and faults on order.
// Remembers when the binding did what would break a real one.

import type { EditorPort } from '../../client/sync/editor-port.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';

export type Fault = 'throws' | 'length' | 'formats';

export class FakeEditor implements EditorPort {
  contentsNow = new Delta();
  isEditable = false;
  selection: { index: number; length: number } | null = null;
  /** What must never happen; thrown too, but the binding survives what an editor throws. */
  readonly violations: string[] = [];
  resets = 0;
  applied = 0;
  /** How the next `apply` goes wrong. */
  fault: Fault | null = null;
  onSelect: (range: { index: number; length: number } | null) => void = () => undefined;
  #change: (change: Delta) => void = () => undefined;
  #compositionEnd: () => void = () => undefined;
  #composing = false;

  onChange(listener: (change: Delta) => void): void {
    this.#change = listener;
  }

  onCompositionEnd(listener: () => void): void {
    this.#compositionEnd = listener;
  }

  apply(op: Delta): Delta {
    this.#checkFree();
    this.applied++;
    const fault = this.fault;
    this.fault = null;
    let done = op;
    if (fault === 'length') done = op.compose(new Delta().insert('?'));
    if (fault === 'formats') done = op.compose(new Delta().retain(1, { italic: true }));
    this.#put(done, true);
    if (fault === 'throws') throw new Error('The editor broke off half-way');
    return new Delta(done.ops);
  }

  contents(): Delta {
    return new Delta(this.contentsNow.ops);
  }

  reset(contents: Delta): void {
    this.#checkFree();
    this.resets++;
    this.contentsNow = new Delta(contents.ops);
    this.#checkDocument();
    if (this.selection) this.select({ index: 0, length: 0 });
  }

  length(): number {
    return this.contentsNow.length();
  }

  isComposing(): boolean {
    return this.#composing;
  }

  setEditable(editable: boolean): void {
    this.isEditable = editable;
  }

  /** The person changes something. */
  edit(change: Delta): void {
    this.#put(change, false);
    this.#change(new Delta(change.ops));
  }

  select(range: { index: number; length: number } | null): void {
    this.selection = range;
    this.onSelect(range);
  }

  compose(): void {
    this.#composing = true;
  }

  endComposition(): void {
    if (!this.#composing) return;
    this.#composing = false;
    this.#compositionEnd();
  }

  #put(op: Delta, isOthers: boolean): void {
    this.contentsNow = this.contentsNow.compose(op);
    this.#checkDocument();
    if (!this.selection) return;
    const { index, length } = this.selection;
    const start = op.transformPosition(index, isOthers);
    const end = op.transformPosition(index + length, isOthers);
    this.select({ index: start, length: Math.max(0, end - start) });
  }

  #violated(what: string): never {
    this.violations.push(what);
    throw new Error(what);
  }

  #checkFree(): void {
    if (this.#composing) this.#violated('the screen was touched during a composition');
  }

  #checkDocument(): void {
    for (const part of this.contentsNow.ops as DeltaOp[]) {
      if (part.insert === undefined) this.#violated(`not a document: ${JSON.stringify(part)}`);
    }
    const last = this.contentsNow.ops.at(-1)?.insert;
    const endsWell = typeof last === 'string' && last.endsWith('\n');
    if (!endsWell) this.#violated('the last newline is gone');
  }
}
