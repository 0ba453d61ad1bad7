// A document that is known by its log alone, because another ShareDB server wrote it or because its record
// was lost: the record it gets. Whoever made it owns it, where the log says who; who has its address may
// edit it, as on the server it comes from.

import type { DocumentRef } from '../../core/ids.ts';
import { replayNewest } from '../store/replay.ts';
import type { DocumentRecord } from '../store/schema.ts';
import type { LogReader } from '../store/store.ts';
import { summarise } from './summary.ts';

/** Null when there is no text to have one. Throws when the log cannot be replayed. */
export async function recordFromLog(
  ops: LogReader,
  ref: DocumentRef,
): Promise<DocumentRecord | null> {
  const version = await ops.version(ref);
  const text = version > 0 ? await replayNewest(ops, ref) : null;
  if (!text) return null;
  const [first] = await ops.read(ref, 0, 1);
  const [last] = await ops.read(ref, version - 1, version);
  const { heading, preview } = summarise(text, false);
  const updatedAt = last?.m?.ts ?? 0;
  return {
    title: heading,
    titled: false,
    ownerId: first?.m?.uid ?? '',
    link: 'editor',
    createdAt: first?.m?.ts ?? updatedAt,
    updatedAt,
    updatedBy: last?.m?.uid ?? null,
    preview,
    indexedVersion: 0,
    trashedAt: null,
  };
}
