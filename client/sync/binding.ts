// Between the editor and the ShareDB doc. Invariant: screen ∘ incoming = doc.data ∘ unsent, where
// `incoming` is what others did and is not shown yet, and `unsent` what the person did and the doc was
// not given yet. The doc holds at most one op at a time, so a refused op costs only itself.

import { carry, carryBack } from '../../core/anchors.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import { diffDocuments } from './difference.ts';
import { compareChange, type DriftCounts, heal } from './drift.ts';
import type { EditorPort } from './editor-port.ts';
import type { Environment } from './environment.ts';
import { type Refusal, RefusedChanges } from './refused.ts';
import { UnsentBuffer } from './unsent.ts';

/** `late`: the server has it, but the doc was rolled back meanwhile: its data is to be read anew. */
export type Submitted = 'taken' | 'late' | Refusal;

/** The ShareDB doc as the binding needs it (document.ts). */
export interface DocPort {
  /** What the server knows plus what is on its way; null while there is nothing (not created, rolling back). */
  data(): LazyDelta | null;
  /** Connected, created, and nothing on its way. */
  canSubmit(): boolean;
  /** Calls back once: when the server has it, or with why it was refused. Until then, `data` may be anew. */
  submit(op: Delta, done: (outcome: Submitted) => void): void;
  /** The op on its way as it is now, on top of the acknowledged version. */
  inFlight(): Delta | null;
}

export interface BindingDeps {
  readonly editor: EditorPort;
  readonly environment: Environment;
  readonly doc: DocPort;
  /** What is unsent, shown or refused has changed. Called at once, also within a keystroke. */
  readonly onChanged: () => void;
  /** The person may no longer write; what they had not sent is kept as a refused change. */
  readonly onDenied: (refusal: Refusal) => void;
}

/** The op the doc was given. */
interface Flight {
  readonly op: Delta;
  readonly edits: number;
  /** The document it was made on, and what others did since, on top of it: to take it out again. */
  readonly base: LazyDelta;
  readonly since: Delta[];
}

/** Nothing more of this person will be taken: all of it is refused at once. */
const denials = new Set(['no-access', 'not-signed-in', 'document-trashed', 'not-found']);
/** Not refused, only not possible now. A server of ours closes the line instead (internals.md §4.5). */
const delays = new Set([
  'not-now',
  'too-many-requests',
  'ERR_MAX_SUBMIT_RETRIES_EXCEEDED',
  // This browser is somebody else now: what was on its way goes again, as theirs.
  'other-client',
]);
const silentRefusal: Refusal = { code: 'internal', message: '' };
/** Ops wait in the document until somebody reads it; done in a pause, no key pays for it. */
const FOLD_AFTER_MS = 1_500;
const FOLD_FROM = 16;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export class Binding {
  readonly refused: RefusedChanges;
  readonly drift: DriftCounts = { benign: 0, healed: 0, reset: 0 };
  readonly #deps: BindingDeps;
  readonly #unsent = new UnsentBuffer();
  /** The doc's data as of its last event; survives ShareDB's rollback, which empties the doc. */
  #known: LazyDelta;
  #flight: Flight | null = null;
  #incoming: Delta | null = null;
  #cancelFrame: (() => void) | null = null;
  #delayMs = 0;
  #cancelDelay: (() => void) | null = null;
  #cancelFold: (() => void) | null = null;
  #isClosed = false;

  constructor(deps: BindingDeps, contents: readonly DeltaOp[]) {
    this.#deps = deps;
    this.#known = new LazyDelta(contents as Delta['ops']);
    this.refused = new RefusedChanges({
      now: () => deps.environment.now(),
      toScreen: (index) => (this.#incoming ? carryBack(index, this.#incoming) : index),
    });
    deps.editor.reset(new Delta(this.#known.ops));
    deps.editor.onChange((change) => this.#edited(change));
    deps.editor.onCompositionEnd(() => this.#showSoon());
  }

  get hasUnsent(): boolean {
    return this.#flight !== null || !this.#unsent.isEmpty;
  }

  /** The person's edits that the server has not acknowledged. */
  get unsent(): number {
    if (!this.hasUnsent) return 0;
    return Math.max(1, this.#unsent.edits + (this.#flight?.edits ?? 0));
  }

  /** The document with everything unsent: what the screen shows, or will within a frame. */
  contents(): Delta {
    return new Delta(this.#known.ops).compose(this.#unsent.compose());
  }

  /** An index of the last acknowledged version, as it is on the screen. */
  toScreen(index: number): number {
    const flight = this.#deps.doc.inFlight();
    const mine = this.#unsent.carry(flight ? carry(index, flight, true) : index);
    return this.#incoming ? carryBack(mine, this.#incoming) : mine;
  }

  /** An index on the screen, as it is in the last acknowledged version. */
  toServer(index: number): number {
    const flight = this.#deps.doc.inFlight();
    const below = this.#unsent.carryBack(this.#incoming ? carry(index, this.#incoming) : index);
    return flight ? carryBack(below, flight) : below;
  }

  #edited(change: Delta): void {
    if (this.#isClosed || change.ops.length === 0) return;
    let mine = change;
    if (this.#incoming) {
      // What others did and I do not see yet was first.
      mine = this.#incoming.transform(change, true);
      this.#incoming = change.transform(this.#incoming, false);
    }
    this.#unsent.push(mine);
    this.refused.carry(mine);
    this.refused.show();
    this.#deps.onChanged();
    this.pump();
  }

  /** Gives the doc the next op, when it can take one. */
  pump(): void {
    const { doc } = this.#deps;
    if (this.#isClosed || this.#flight || this.#cancelDelay || !doc.canSubmit()) return;
    const part = this.#unsent.take();
    if (!part) return;
    const base = this.#known;
    const flight: Flight = { ...part, base, since: [] };
    this.#flight = flight;
    // Before the doc says so itself: should it throw the op out at once, this is still what was tried.
    this.#known = base.append(part.op);
    doc.submit(part.op, (outcome) => {
      if (this.#flight !== flight) return;
      if (outcome === 'late') this.#acknowledged();
      else if (outcome !== 'taken') this.#refuse(flight, outcome);
      // ShareDB may call a silent rollback a success (ERR_OP_SUBMIT_REJECTED).
      else if (doc.data() !== this.#known) this.#refuse(flight, silentRefusal);
      else this.#acknowledged();
    });
  }

  #acknowledged(): void {
    this.#flight = null;
    this.#delayMs = 0;
    this.docLoaded();
    this.#deps.onChanged();
    this.pump();
    this.#foldSoon();
  }

  #foldSoon(): void {
    if (this.#isClosed) return;
    this.#cancelFold ??= this.#deps.environment.after(FOLD_AFTER_MS, () => {
      this.#cancelFold = null;
      if (this.hasUnsent) this.#foldSoon();
      // Reading folds, and leaves everything else as it is.
      else if (this.#known.unfolded >= FOLD_FROM) void this.#known.ops;
    });
  }

  /** The doc has taken an op: mine (`source`), or from somebody else. */
  docChanged(op: Delta, isMine: boolean): void {
    const data = this.#deps.doc.data();
    if (!data) return;
    if (isMine) {
      this.#known = data;
      return;
    }
    this.#flight?.since.push(op);
    this.#changeBelow(op, data);
  }

  /** The doc's data was put anew: first load, created by somebody, or after a rollback. */
  docLoaded(): void {
    const data = this.#deps.doc.data();
    // During a rollback the refusal follows at once, and knows what to take out first.
    if (!data || data === this.#known || this.#flight) return;
    const change = diffDocuments(this.#known, data);
    this.#changeBelow(change, data);
    this.pump();
  }

  /** `op` changes what is beneath the person's unsent edits. */
  #changeBelow(op: Delta, after: LazyDelta): void {
    this.#known = after;
    this.#show(this.#unsent.rebase(op));
  }

  /** `change` is to be seen; it is on top of everything unsent. */
  #show(change: Delta): void {
    if (change.ops.length === 0) return;
    this.refused.carry(change);
    this.#incoming = this.#incoming ? this.#incoming.compose(change) : change;
    this.#showSoon();
    this.#deps.onChanged();
  }

  #showSoon(): void {
    if (!this.#incoming || this.#cancelFrame || this.#isClosed) return;
    this.#cancelFrame = this.#deps.environment.frame(() => {
      this.#cancelFrame = null;
      this.showNow();
    });
  }

  /** Shows what others did. While a composition is open it waits: the end of it calls again. */
  showNow(): void {
    const { editor } = this.#deps;
    if (this.#isClosed || editor.isComposing()) return;
    const asked = this.#incoming;
    // First, so that what the editor says from within `apply` is on top of it.
    this.#incoming = null;
    if (asked && asked.ops.length > 0) this.#apply(asked);
    this.refused.show();
    this.#deps.onChanged();
  }

  #apply(asked: Delta): void {
    const { editor } = this.#deps;
    let difference: ReturnType<typeof compareChange>;
    try {
      difference = compareChange(asked, editor.apply(asked));
    } catch {
      difference = 'lengths';
    }
    if (difference === 'formats') this.drift.benign++;
    if (difference === 'lengths') heal(editor, this.contents(), this.drift);
  }

  /** Cheap; asked when nothing happens (internals.md §5.5). */
  checkScreen(): void {
    const { editor } = this.#deps;
    if (this.#isClosed || this.#incoming || editor.isComposing()) return;
    const expected = this.#known.length() + this.#unsent.lengthChange;
    if (editor.length() !== expected) heal(editor, this.contents(), this.drift);
  }

  /**
   * ShareDB has dropped the op, and its data with it. The op is taken out of what is known (`without`)
   * and kept; what the person typed since stays, on top of what the op leaves behind.
   */
  #refuse(flight: Flight, refusal: Refusal): void {
    this.#flight = null;
    let undo = flight.op.invert(flight.base);
    for (const op of flight.since) undo = op.transform(undo, true);
    const withIt = this.#known;
    const without = withIt.append(undo);
    const redo = undo.invert(withIt);
    if (delays.has(refusal.code)) {
      this.#known = without;
      this.#unsent.unshift({ op: redo, edits: flight.edits });
      this.#pause();
    } else if (denials.has(refusal.code)) {
      this.#known = without;
      this.#refuseAll(redo.compose(this.#unsent.clear()), refusal);
    } else {
      this.#changeBelow(undo, without);
      const place = this.#unsent.compose();
      this.refused.add(place.transform(redo, true), refusal);
    }
    this.docLoaded();
    this.#deps.onChanged();
    if (denials.has(refusal.code)) this.#deps.onDenied(refusal);
    this.pump();
  }

  /** `all`: everything unsent, as one op on what is known. It leaves the screen and is kept. */
  #refuseAll(all: Delta, refusal: Refusal): void {
    this.#show(all.invert(this.#known));
    this.refused.add(all, refusal);
  }

  /** The document cannot be created, or never again be written: nothing unsent will ever be taken. */
  refuseUnsent(refusal: Refusal): void {
    if (this.#flight || this.#unsent.isEmpty) return;
    this.#refuseAll(this.#unsent.clear(), refusal);
    this.#deps.onChanged();
  }

  /** As a new edit of mine, at its place as it is now. */
  putBack(id: string): void {
    const op = this.refused.take(id);
    if (!op) return;
    if (op.ops.length > 0) {
      this.#unsent.push(op);
      this.#show(op);
    }
    this.#deps.onChanged();
    this.pump();
  }

  #pause(): void {
    this.#delayMs = Math.min(LONGEST_DELAY_MS, this.#delayMs * 2 || FIRST_DELAY_MS);
    this.#cancelDelay = this.#deps.environment.after(this.#delayMs, () => {
      this.#cancelDelay = null;
      this.pump();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelFrame?.();
    this.#cancelDelay?.();
    this.#cancelFold?.();
  }
}
