// A document made again from its log alone, without ShareDB: for the doctor and for a restore.

import type { Delta, DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { createRichTextType, type LazyDelta, richTextUri } from '../../core/rich-text.ts';
import type { LogEntry, LogReader } from './store.ts';

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

/** The newest text, from the newest snapshot on; null when there is none. */
export async function replayNewest(ops: LogReader, ref: DocumentRef): Promise<DeltaOp[] | null> {
  const stored = await ops.snapshot(ref, null);
  let state: Replayed = nothingReplayed;
  if (stored) {
    const data = stored.type === richTextUri ? type.create(stored.data) : null;
    state = { v: stored.v, type: stored.type, data };
  }
  for (;;) {
    const entries = await ops.read(ref, state.v, state.v + replayPage);
    for (const entry of entries) state = replayEntry(state, entry);
    if (entries.length < replayPage) return state.data && (state.data.ops as DeltaOp[]);
  }
}
