// Puts the items of a backup into an empty store, makes its search index, and compares everything
// afterwards with the file.

import { isDeepStrictEqual } from 'node:util';
import type { DeltaOp } from '../../core/delta.ts';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentKey,
} from '../../core/ids.ts';
import { replayNewest } from '../store/replay.ts';
import { documents } from '../store/schema.ts';
import type { LogEntry, Store, StoredSnapshot } from '../store/store.ts';
import type { Item } from './format.ts';
import { everyDocument, everyRecord } from './read-store.ts';

type FilledStore = Omit<Store, 'ping'>;

/** Entries on their way to the log at a time. */
const GROUP = 200;
const GROUP_CHARS = 4 * 1024 * 1024;

export async function checkEmpty(store: FilledStore): Promise<void> {
  const found = [
    ...(await store.ops.list(null, 1)),
    ...(await store.records.all(null, 1)),
    ...(await store.blobs.list(null, 1)),
  ];
  if (found.length > 0) {
    throw new Error(
      `The store is not empty (${store.describe()}), and a restore never writes over what is there. Name another one: DATA_DIR or MONGO_URL.`,
    );
  }
}

function refOf(key: DocumentKey): DocumentRef {
  const ref = parseDocumentKey(key);
  if (!ref) throw new Error(`“${key}” is not the address of a document.`);
  return ref;
}

export async function fillStore(
  store: FilledStore,
  items: AsyncIterable<Item>,
  onItem: () => void,
): Promise<{ secret: string | null }> {
  let secret: string | null = null;
  let ref: DocumentRef | null = null;
  let group: LogEntry[] = [];
  let chars = 0;

  async function append(): Promise<void> {
    const into = ref as DocumentRef;
    const entries = group;
    group = [];
    chars = 0;
    const answers = await Promise.all(entries.map((entry) => store.ops.append(into, entry)));
    const bad = answers.findIndex((answer) => answer !== 'committed');
    if (bad >= 0) {
      const at = `${documentKey(into)} at version ${entries[bad]?.v}`;
      throw new Error(`The store refused an entry of ${at}: ${answers[bad]}.`);
    }
  }

  for await (const item of items) {
    if ('entry' in item) {
      group.push(item.entry);
      chars += JSON.stringify(item.entry).length;
      if (group.length >= GROUP || chars > GROUP_CHARS) await append();
    } else {
      if (group.length > 0) await append();
      if ('document' in item) ref = refOf(item.document);
      else if ('snapshot' in item) {
        const { snapshot, milestone } = item;
        await store.ops.writeSnapshot(ref as DocumentRef, snapshot, { milestone });
      } else if ('record' in item) await store.records.restore(item.record);
      else if ('blob' in item) {
        await store.blobs.put(item.blob, Buffer.from(item.bytes, 'base64'), item.type);
      } else if ('secret' in item) secret = item.secret;
    }
    onItem();
  }
  return { secret };
}

/** Search holds nothing that the texts and titles do not: it is made, not kept. */
export async function makeSearch(
  store: FilledStore,
  textOf: (ops: readonly DeltaOp[]) => string,
): Promise<void> {
  for await (const ref of everyDocument(store.ops)) {
    const key = documentKey(ref);
    const record = await store.records.get(documents, key);
    const ops = record && (await replayNewest(store.ops, ref));
    if (ops) await store.search.index(key, { title: record.value.title, text: textOf(ops) });
  }
}

/** As it would come out of a file: what JSON leaves out is not compared. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? null)) as T;

function sameSnapshot(left: StoredSnapshot | null, right: StoredSnapshot): boolean {
  // An engine keeps a note of its own in `m`.
  const bare = ({ v, type, data, m }: StoredSnapshot) => {
    const { deltapad: _note, ...rest } = (m ?? {}) as Record<string, unknown>;
    return plain({ v, type, data, m: rest });
  };
  return left !== null && isDeepStrictEqual(bare(left), bare(right));
}

/** Rejects at the first thing that the store holds otherwise than the file, or beside it. */
export async function compareStore(
  store: FilledStore,
  items: AsyncIterable<Item>,
  onItem: () => void,
): Promise<void> {
  const differs = (what: string): never => {
    throw new Error(
      `The store does not hold what the backup does: ${what}. Clear it and try again.`,
    );
  };
  const records = everyRecord(store.records);
  let ref: DocumentRef | null = null;
  let documentCount = 0;
  let page: LogEntry[] = [];
  for await (const item of items) {
    if ('document' in item) {
      ref = refOf(item.document);
      documentCount++;
      page = [];
      if ((await store.ops.version(ref)) !== item.version)
        differs(`the length of ${item.document}`);
    } else if ('entry' in item) {
      const { v } = item.entry;
      const into = ref as DocumentRef;
      if (page.length === 0) page = await store.ops.read(into, v, v + GROUP / 2);
      if (!isDeepStrictEqual(plain(page.shift()), item.entry)) {
        differs(`${documentKey(into)} at version ${v}`);
      }
    } else if ('snapshot' in item) {
      const stored = await store.ops.snapshot(ref as DocumentRef, item.snapshot.v);
      if (!sameSnapshot(stored, item.snapshot)) {
        differs(`the snapshot of ${documentKey(ref as DocumentRef)} at ${item.snapshot.v}`);
      }
    } else if ('record' in item) {
      const { value } = await records.next();
      if (!isDeepStrictEqual(plain(value), item.record)) {
        differs(`the record ${item.record.kind} ${item.record.id}`);
      }
    } else if ('blob' in item) {
      const stored = await store.blobs.get(item.blob);
      const isSame =
        stored?.type === item.type && Buffer.from(stored.bytes).toString('base64') === item.bytes;
      if (!isSame) differs(`the image ${item.blob}`);
    }
    onItem();
  }
  if (!(await records.next()).done) differs('it has records more');
  for await (const _ of everyDocument(store.ops)) documentCount--;
  if (documentCount !== 0) differs('the number of documents');
}
