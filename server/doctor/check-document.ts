// Examines one stored document: its log is replayed from the beginning, and everything derived from it
// is compared. Changes nothing.

import { isDeepStrictEqual } from 'node:util';
import { checkDocument } from '../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { nothingReplayed, type Replayed, replayEntry, replayPage } from '../store/replay.ts';
import type { StoredSnapshot, StoreReader } from '../store/store.ts';

export interface Problem {
  /**
   * `log`: an entry is missing, twice there, or cannot be applied. `content`: what the log makes is no
   * valid document. `snapshot`: one is not what the log makes. `orphans`: entries beside the log.
   * `record`: nothing is known of it beside its text. `unread`: it could not be examined.
   */
  kind: 'log' | 'content' | 'snapshot' | 'orphans' | 'record' | 'unread';
  text: string;
  repairable: boolean;
}

export interface Rebuilt {
  snapshot: StoredSnapshot;
  milestone: boolean;
}

export interface DocumentReport {
  document: DocumentKey;
  /** Ops that were replayed. */
  version: number;
  /** There is a text at the end of the log. */
  hasText: boolean;
  problems: Problem[];
  /** Snapshots as they should be, when asked for. */
  rebuilt: Rebuilt[];
}

/** Equal parts joined, whoever wrote them: comparable. */
function canonical(data: unknown): DeltaOp[] | null {
  const ops = Array.isArray(data) ? data : (data as { ops?: unknown } | null)?.ops;
  if (!Array.isArray(ops)) return null;
  const delta = new Delta();
  for (const op of ops) delta.push(op);
  return delta.ops as DeltaOp[];
}

const why = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');

export async function examine(
  store: Pick<StoreReader, 'ops' | 'orphans'>,
  ref: DocumentRef,
  rebuild: boolean,
): Promise<DocumentReport> {
  const { ops } = store;
  const problems: Problem[] = [];
  const rebuilt: Rebuilt[] = [];
  const found = (kind: Problem['kind'], text: string, repairable = false) =>
    problems.push({ kind, text, repairable });

  const end = await ops.version(ref);
  const orphans = (await store.orphans?.find(ref)) ?? [];
  if (orphans.length > 0) {
    found('orphans', `${orphans.length} entries lie beside the log`, true);
  }
  const snapshots = await ops.listSnapshots(ref);
  let state: Replayed = nothingReplayed;

  async function compareSnapshots(): Promise<void> {
    for (; snapshots[0] && snapshots[0].v <= state.v; snapshots.shift()) {
      const { v, milestone } = snapshots[0];
      const stored = await ops.snapshot(ref, v);
      if (stored?.v !== v) continue;
      const isForeign = state.type !== null && state.type !== richTextUri;
      const wanted = state.data ? (state.data.ops as DeltaOp[]) : null;
      const isSame =
        stored.type === state.type &&
        (isForeign || isDeepStrictEqual(wanted && canonical(wanted), canonical(stored.data)));
      if (isSame) continue;
      found('snapshot', `the snapshot at version ${v} is not what the log makes`, true);
      const data = wanted ? { ops: wanted } : undefined;
      if (rebuild)
        rebuilt.push({ snapshot: { v, type: state.type, data, m: stored.m }, milestone });
    }
  }

  await compareSnapshots();
  replay: while (state.v < end) {
    const entries = await ops.read(ref, state.v, Math.min(state.v + replayPage, end));
    if (entries.length === 0) {
      found('log', `the log ends at version ${state.v}, and should at ${end}`);
      break;
    }
    for (const entry of entries) {
      if (entry.v !== state.v) {
        const what = entry.v > state.v ? 'is missing' : 'is there twice';
        found('log', `the entry at version ${Math.min(entry.v, state.v)} ${what}`);
        break replay;
      }
      try {
        state = replayEntry(state, entry);
      } catch (error) {
        found('log', `the entry at version ${entry.v} cannot be applied: ${why(error)}`);
        break replay;
      }
      await compareSnapshots();
    }
  }
  const isWhole = state.v === end;
  if (isWhole && snapshots[0]) {
    found('log', `a snapshot is at version ${snapshots.at(-1)?.v}, and the log ends at ${end}`);
  }
  if (isWhole && state.data) {
    try {
      checkDocument(state.data.ops);
    } catch (error) {
      found('content', `the document is not valid: ${why(error)}`);
    }
  }
  const hasText = isWhole && state.data !== null;
  return { document: documentKey(ref), version: state.v, hasText, problems, rebuilt };
}
