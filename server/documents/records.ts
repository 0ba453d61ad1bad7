// Records of documents: read through a short memory (the op socket asks for every message), changed
// only by read–change–write, so that a title and an index that are written at once both stay.

import {
  type CollectionName,
  type DocumentKey,
  type DocumentRef,
  documentKey,
} from '../../core/ids.ts';
import type { GeneralAccess } from '../../core/roles.ts';
import type { Clock } from '../clock.ts';
import { type DocumentRecord, documents as documentKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { recordFromLog } from './log-alone.ts';

export interface DocumentRecords {
  /** At most two seconds old; changes made by this process show at once. */
  get(ref: DocumentRef): Promise<DocumentRecord | null>;
  getMany(keys: readonly DocumentKey[]): Promise<Map<DocumentKey, DocumentRecord>>;
  /** False when there is one already. */
  create(ref: DocumentRef, record: DocumentRecord): Promise<boolean>;
  /** `change` may be called again, and returns what it was given to write nothing. Null: no record. */
  update(
    ref: DocumentRef,
    change: (record: DocumentRecord) => DocumentRecord,
  ): Promise<{ before: DocumentRecord; after: DocumentRecord } | null>;
  remove(ref: DocumentRef): Promise<void>;
  /** Another process changed it. */
  forget(ref: DocumentRef): void;
  /** Reads these anew, all in one question. */
  refresh(keys: readonly DocumentKey[]): Promise<void>;
}

/** Another process may change a record too: then this is how long it takes to be noticed. */
const MAX_AGE_MS = 2_000;
const MAX_CACHED = 5_000;
const MAX_AT_ONCE = 500;

export function createDocumentRecords(
  store: Pick<Store, 'records' | 'ops'>,
  clock: Clock,
  defaultsOf: (collection: CollectionName) => Partial<GeneralAccess> = () => ({}),
): DocumentRecords {
  const { records } = store;
  const cache = new Map<DocumentKey, { until: number; record: Promise<DocumentRecord | null> }>();

  const stored = async (key: DocumentKey) => (await records.get(documentKind, key))?.value ?? null;

  /** A text that another server wrote has none yet: it gets one when somebody first asks. */
  const read = async (ref: DocumentRef): Promise<DocumentRecord | null> => {
    const key = documentKey(ref);
    const found = await stored(key);
    if (found) return found;
    const made = await recordFromLog(store.ops, ref);
    if (!made) return null;
    const record = { ...made, ...defaultsOf(ref.collection) };
    await records.put(documentKind, key, record, { ifVersion: 0 });
    return stored(key);
  };

  return {
    get(ref) {
      const key = documentKey(ref);
      const cached = cache.get(key);
      if (cached && cached.until > clock.now()) return cached.record;
      if (cache.size >= MAX_CACHED) cache.clear();
      const record = read(ref);
      const entry = { until: clock.now() + MAX_AGE_MS, record };
      cache.set(key, entry);
      record.catch(() => {
        if (cache.get(key) === entry) cache.delete(key);
      });
      return record;
    },

    async getMany(keys) {
      const found = await records.getMany(documentKind, keys);
      return new Map(found.map(({ id, value }) => [id as DocumentKey, value]));
    },

    async create(ref, record) {
      const key = documentKey(ref);
      const isFirst = await records.put(documentKind, key, record, { ifVersion: 0 });
      cache.delete(key);
      return isFirst;
    },

    async update(ref, change) {
      const key = documentKey(ref);
      for (;;) {
        const found = await records.get(documentKind, key);
        if (!found) return null;
        const before = found.value;
        const after = change(before);
        if (after === before) return { before, after };
        const done = await records.put(documentKind, key, after, { ifVersion: found.version });
        cache.delete(key);
        if (done) return { before, after };
      }
    },

    async remove(ref) {
      const key = documentKey(ref);
      await records.delete(documentKind, key);
      cache.delete(key);
    },

    forget(ref) {
      cache.delete(documentKey(ref));
    },

    async refresh(keys) {
      for (let i = 0; i < keys.length; i += MAX_AT_ONCE) {
        const some = keys.slice(i, i + MAX_AT_ONCE);
        const before = some.map((key) => cache.get(key));
        const found = new Map(
          (await records.getMany(documentKind, some)).map((r) => [r.id, r.value]),
        );
        const until = clock.now() + MAX_AGE_MS;
        for (const [at, key] of some.entries()) {
          // Changed here meanwhile: what was read may be older.
          if (cache.get(key) !== before[at]) continue;
          cache.set(key, { until, record: Promise.resolve(found.get(key) ?? null) });
        }
      }
    },
  };
}
