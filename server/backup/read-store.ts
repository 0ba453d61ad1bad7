// Everything a store holds, as the items of a backup, page by page, while people go on writing: of each
// document the log up to the version that is read first; records and images after the documents, so that
// nothing a text names is missing.

import { AppError } from '../../core/errors.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { nothingReplayed, replayEntry } from '../store/replay.ts';
import { documents, secrets } from '../store/schema.ts';
import type { LogEntry, StoredRecord, StoreReader } from '../store/store.ts';
import { FORMAT, type Item } from './format.ts';

const PAGE = 500;
/** Entries of one log read at once: a large paste comes in many large ones. */
const ENTRIES = 100;
/** Records are small. */
const RECORDS = 200;

export async function* everyDocument(ops: StoreReader['ops']): AsyncGenerator<DocumentRef> {
  for (let after: DocumentKey | null = null; ; ) {
    const page: DocumentRef[] = await ops.list(after, PAGE);
    const last = page.at(-1);
    if (!last) return;
    yield* page;
    after = documentKey(last);
  }
}

export async function* everyRecord(records: StoreReader['records']): AsyncGenerator<StoredRecord> {
  for (let after: StoredRecord | null = null; ; ) {
    const page: StoredRecord[] = await records.all(after, RECORDS);
    after = page.at(-1) ?? null;
    if (!after) return;
    // The secret has a place of its own in a backup: not every engine keeps it as a record.
    yield* page.filter(({ kind }) => kind !== secrets.name);
  }
}

/** A stock server leaves out what it did not know; the port does not. */
const whole = (entry: LogEntry): LogEntry => ({
  ...entry,
  src: entry.src ?? '-',
  seq: entry.seq ?? entry.v,
  m: { ...entry.m, ts: entry.m?.ts ?? 0 },
});

const missing = (v: number) => `its log has no entry at version ${v}`;

/** Why a restored document could not be opened, or null. Its log is read once more: nothing of a damaged one is begun. */
async function damageOf({ ops }: StoreReader, ref: DocumentRef): Promise<string | null> {
  try {
    const version = await ops.version(ref);
    let state = nothingReplayed;
    while (state.v < version) {
      const entries = await ops.read(ref, state.v, Math.min(state.v + ENTRIES, version));
      for (const entry of entries) {
        if (entry.v !== state.v) return missing(state.v);
        state = replayEntry(state, entry);
      }
      if (entries.length === 0) return missing(state.v);
    }
    for (const { v } of await ops.listSnapshots(ref)) await ops.snapshot(ref, v);
    return null;
  } catch (error) {
    // A store that does not answer is no document's fault.
    if (error instanceof AppError && error.code === 'not-now') throw error;
    return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  }
}

async function* documentItems({ ops }: StoreReader, ref: DocumentRef): AsyncGenerator<Item> {
  const version = await ops.version(ref);
  yield { document: documentKey(ref), version };
  let v = 0;
  while (v < version) {
    const entries = await ops.read(ref, v, Math.min(v + ENTRIES, version));
    for (const entry of entries) {
      if (entry.v !== v) break;
      yield { entry: whole(entry) };
      v++;
    }
    if (entries.at(-1)?.v !== v - 1) {
      throw new Error(
        `The log of ${documentKey(ref)} is damaged at version ${v}: run the doctor. With --skip-damaged the backup leaves such documents out.`,
      );
    }
  }
  for (const { v, milestone } of await ops.listSnapshots(ref)) {
    if (v > version) continue;
    const snapshot = await ops.snapshot(ref, v);
    // Meanwhile a newer one may have taken its place.
    if (snapshot?.v === v) yield { snapshot, milestone };
  }
}

export interface BackupOptions {
  store: StoreReader;
  secret: string | null;
  at: number;
  onProgress(done: number, total: number): void;
  /** Told of a damaged document, which is left out with its record; absent: it ends the backup. */
  onDamaged?: (document: DocumentKey, why: string) => void;
}

export async function* storeItems(options: BackupOptions): AsyncGenerator<Item> {
  const { store, secret, at, onDamaged } = options;
  const leftOut = new Set<string>();
  yield { backup: FORMAT, at, store: store.describe() };
  let total = 0;
  for await (const _ of everyDocument(store.ops)) total++;
  let done = 0;
  for await (const ref of everyDocument(store.ops)) {
    const why = onDamaged ? await damageOf(store, ref) : null;
    if (why === null) yield* documentItems(store, ref);
    else {
      leftOut.add(documentKey(ref));
      onDamaged?.(documentKey(ref), why);
    }
    done++;
    options.onProgress(done, Math.max(done, total));
  }
  for await (const record of everyRecord(store.records)) {
    const isLeftOut = record.kind === documents.name && leftOut.has(record.id);
    if (!isLeftOut) yield { record };
  }
  for (let after: string | null = null; ; ) {
    const names: string[] = await store.blobs.list(after, PAGE);
    after = names.at(-1) ?? null;
    if (after === null) break;
    for (const name of names) {
      const blob = await store.blobs.get(name);
      if (!blob) continue;
      const bytes = Buffer.from(blob.bytes.buffer, blob.bytes.byteOffset, blob.bytes.byteLength);
      yield { blob: name, type: blob.type, bytes: bytes.toString('base64') };
    }
  }
  if (secret !== null) yield { secret };
}
