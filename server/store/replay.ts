// A document made again from its log alone, without ShareDB: for old versions, the doctor and a restore.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Delta, type DeltaOp, lengthChange } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { createRichTextType, type LazyDelta, richTextUri } from '../../core/rich-text.ts';
import { isMilestone } from './milestones.ts';
import type { LogEntry, LogReader, StoredSnapshot } from './store.ts';

/** Entries read at once: a large paste comes in many large ones. */
export const replayPage = 100;

const type = createRichTextType();

export interface Replayed {
  v: number;
  /** null: it does not exist. */
  type: string | null;
  /** null: it does not exist, or is not rich text. */
  data: LazyDelta | null;
}

export const nothingReplayed: Replayed = { v: 0, type: null, data: null };

/** Throws when the entry does not fit; its version is not looked at. */
export function replayEntry(state: Replayed, entry: LogEntry): Replayed {
  const v = state.v + 1;
  if (entry.create) {
    const isOurs = entry.create.type === richTextUri || entry.create.type === type.name;
    return isOurs
      ? { v, type: richTextUri, data: type.create(entry.create.data) }
      : { v, type: entry.create.type, data: null };
  }
  if (entry.del) return { v, type: null, data: null };
  if (entry.op === undefined) return { ...state, v };
  if (state.type === null) throw new Error('it edits a document that does not exist');
  return { ...state, v, data: state.data && type.apply(state.data, entry.op as Delta['ops']) };
}

/**
 * Consecutive ops, composed pairwise as they come: runs of equal length are joined, as digits carry. So
 * each op is composed log n times, and at most log n deltas are held.
 */
class Composition {
  readonly #runs: { count: number; op: Delta }[] = [];

  add(op: Delta): void {
    let run = { count: 1, op };
    for (let last = this.#runs.at(-1); last && last.count <= run.count; last = this.#runs.at(-1)) {
      run = { count: last.count + run.count, op: last.op.compose(run.op) };
      this.#runs.pop();
    }
    this.#runs.push(run);
  }

  /** All of them as one op, which is then forgotten here; null when there is none. */
  take(): Delta | null {
    let op: Delta | null = null;
    for (const run of this.#runs.splice(0).reverse()) op = op ? run.op.compose(op) : run.op;
    return op;
  }
}

/** An op is a list, or as a stock client composes it. */
const opsOf = (op: unknown) => ((op as { ops?: unknown }).ops ?? op) as DeltaOp[];

const fromStored = ({ v, type: uri, data }: StoredSnapshot): Replayed => ({
  v,
  type: uri,
  data: uri === richTextUri ? type.create(data) : null,
});

/**
 * The document at `version`, from the newest snapshot at or below it; null when the log ends before.
 * `keep` is given every milestone that is passed on the way, which older logs may lack. Throws when the
 * log has a gap there.
 */
export async function replayTo(
  ops: LogReader,
  ref: DocumentRef,
  version: number,
  keep?: (milestone: Replayed) => Promise<void>,
): Promise<Replayed | null> {
  const stored = await ops.snapshot(ref, version);
  let state = stored ? fromStored(stored) : nothingReplayed;
  const composition = new Composition();
  let { v } = state;
  let length = state.data?.length() ?? 0;
  const settle = () => {
    const op = composition.take();
    const data = op && state.data ? state.data.append(op) : state.data;
    state = { ...state, v, data };
  };
  while (v < version) {
    const entries = await ops.read(ref, v, Math.min(v + replayPage, version));
    if (entries.length === 0) return null;
    for (const entry of entries) {
      if (entry.v !== v) throw new Error(`its log has no entry at version ${v}`);
      if (entry.op !== undefined && state.data) {
        composition.add(new Delta(opsOf(entry.op) as Delta['ops']));
        length += lengthChange(opsOf(entry.op));
      } else {
        settle();
        state = replayEntry(state, entry);
        length = state.data?.length() ?? 0;
      }
      v++;
      if (!keep || v === version || !isMilestone(v, length)) continue;
      settle();
      if (state.data) await keep(state);
    }
    await nextTurn();
  }
  settle();
  return state;
}

/** The newest text, from the newest snapshot on; null when there is none. */
export async function replayNewest(ops: LogReader, ref: DocumentRef): Promise<DeltaOp[] | null> {
  const stored = await ops.snapshot(ref, null);
  let state = stored ? fromStored(stored) : nothingReplayed;
  for (;;) {
    const entries = await ops.read(ref, state.v, state.v + replayPage);
    for (const entry of entries) state = replayEntry(state, entry);
    if (entries.length < replayPage) return state.data && (state.data.ops as DeltaOp[]);
  }
}
