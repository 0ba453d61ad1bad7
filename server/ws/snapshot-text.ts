// The answer that holds a document, without writing the document as JSON again for everybody who opens
// it: while nobody edits, the text of its version is at hand. Within a limit in bytes; the longest
// unused goes first.

import type { DeltaOp } from '../../core/delta.ts';
import { limits } from '../../core/limits.ts';
import { LazyDelta } from '../../core/rich-text.ts';

/** Shorter ones are written as fast as they are found. */
const WORTH_BYTES = 32 * 1024;

/** By the components of a version, which are never changed; an entry lives as long as they do. */
const texts = new WeakMap<readonly DeltaOp[], { bytes: Buffer | null }>();
const inUse = new Set<{ bytes: Buffer | null }>();
let total = 0;

function documentBytes(document: LazyDelta): Buffer {
  const ops = document.ops as DeltaOp[];
  const known = texts.get(ops);
  if (known?.bytes) {
    inUse.delete(known);
    inUse.add(known);
    return known.bytes;
  }
  const bytes = Buffer.from(JSON.stringify(document));
  if (bytes.length >= WORTH_BYTES) {
    const entry = { bytes };
    texts.set(ops, entry);
    inUse.add(entry);
    total += bytes.length;
    forgetOld();
  }
  return bytes;
}

function forgetOld(): void {
  for (const entry of inUse) {
    if (total <= limits.maxSnapshotTextBytes) return;
    total -= entry.bytes?.length ?? 0;
    entry.bytes = null;
    inUse.delete(entry);
  }
}

/** The parts of the message's JSON if it holds a document, else null. */
export function snapshotParts(message: Record<string, unknown>): Buffer[] | null {
  const { data: answer, ...rest } = message;
  if (typeof answer !== 'object' || answer === null) return null;
  const { data: document, ...fields } = answer as Record<string, unknown>;
  if (!(document instanceof LazyDelta)) return null;
  const open = (object: object) => JSON.stringify(object).slice(0, -1);
  const before = `${open({ ...rest, a: message.a })},"data":${open({ ...fields, v: fields.v })},"data":`;
  return [Buffer.from(before), documentBytes(document), Buffer.from('}}')];
}
