// What follows a document's text: preview, who edited last and when, the title that comes from the
// first heading, and search. Runs beside the op path, never in it: edits only mark a document, a timer
// does the work for what is marked, and a stop finishes what is left.

import { AppError } from '../../core/errors.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { EditedEvent, OtBackend } from '../ot/backend.ts';
import type { DocumentRecord } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { ImageUses } from './image-uses.ts';
import type { DocumentRecords } from './records.ts';
import { searchText, summarise } from './summary.ts';

export interface Indexer {
  edited(event: EditedEvent): void;
  /** Looks at a document again, soon. */
  touch(ref: DocumentRef): void;
  /** Resolves when everything marked has been written; nothing runs afterwards. */
  close(): Promise<void>;
}

export interface IndexerDeps {
  records: DocumentRecords;
  store: Pick<Store, 'search'>;
  backend: Pick<OtBackend, 'readForSystem' | 'documentChanged' | 'isOurs'>;
  images: ImageUses;
  clock: Clock;
  log: Log;
}

interface Edit {
  by: string | null;
  at: number;
}
interface Mark {
  ref: DocumentRef;
  dueAt: number;
  edit: Edit | null;
}

export function createIndexer({
  records,
  store,
  images,
  backend,
  clock,
  log,
}: IndexerDeps): Indexer {
  const marks = new Map<DocumentKey, Mark>();
  /** When search of a long document may be written again; absent: at once. */
  const searchAt = new Map<DocumentKey, number>();
  let timer: { dueAt: number; cancel(): void } | null = null;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;

  const writeRecord = async (ref: DocumentRef, edit: Edit | null) => {
    const known = await records.get(ref);
    const snapshot = known && (await backend.readForSystem(ref));
    if (!snapshot) return null;
    const { heading, preview } = summarise(snapshot.ops, known.titled);
    const follow = (record: DocumentRecord): DocumentRecord => {
      // Another process has seen more already.
      if (record.indexedVersion > snapshot.version) return record;
      const title = record.titled ? record.title : heading;
      const isSame =
        title === record.title &&
        preview === record.preview &&
        snapshot.version === record.indexedVersion;
      if (isSame && !edit) return record;
      return {
        ...record,
        title,
        preview,
        indexedVersion: snapshot.version,
        updatedAt: Math.max(edit?.at ?? 0, record.updatedAt),
        updatedBy: edit?.by ?? record.updatedBy,
      };
    };
    const written = await records.update(ref, follow);
    if (!written) return null;
    const { before, after } = written;
    if (after.title !== before.title) await backend.documentChanged(ref, { title: after.title });
    return { title: after.title, ops: snapshot.ops };
  };

  const pauseSearch = (key: DocumentKey, until: number) => {
    for (const [paused, at] of searchAt) if (at <= clock.now()) searchAt.delete(paused);
    searchAt.set(key, until);
  };

  const write = async ({ ref, edit }: Mark): Promise<void> => {
    // Who edited last looks at all of it: of several processes one.
    if (edit && !backend.isOurs(ref)) return;
    const written = await writeRecord(ref, edit);
    if (!written) return;
    await images.note(ref, written.ops);
    const key = documentKey(ref);
    const waitMs = (searchAt.get(key) ?? 0) - clock.now();
    if (waitMs > 0 && !isClosed) {
      mark(ref, null, waitMs);
      return;
    }
    const text = searchText(written.ops);
    await store.search.index(key, { title: written.title, text });
    const pauseMs = (text.length / limits.searchCharsPerSecond) * 1000;
    if (pauseMs > limits.indexDelayMs) pauseSearch(key, clock.now() + pauseMs);
  };

  const writeDue = async (): Promise<void> => {
    timer?.cancel();
    timer = null;
    const due = [...marks].filter(([, { dueAt }]) => isClosed || dueAt <= clock.now());
    for (const [key] of due) marks.delete(key);
    for (const [key, entry] of due) {
      try {
        await write(entry);
      } catch (error) {
        if (!isClosed && error instanceof AppError && error.code === 'not-now') {
          // The store is away, which is told elsewhere: it is written when it is back.
          mark(entry.ref, marks.get(key)?.edit ?? entry.edit, limits.storeProbeMs);
          continue;
        }
        // No text is lost by it: the next edit or visit writes the index again.
        log.error({ err: error }, 'a document could not be indexed');
      }
    }
    schedule();
  };

  function schedule(): void {
    if (marks.size === 0 || isClosed) return;
    const dueAt = Math.min(...[...marks.values()].map((entry) => entry.dueAt));
    if (timer && timer.dueAt <= dueAt) return;
    timer?.cancel();
    const cancel = clock.after(Math.max(0, dueAt - clock.now()), () => {
      timer = null;
      // One at a time, so that two never write one document.
      running = running.then(writeDue);
    });
    timer = { dueAt, cancel };
  }

  function mark(ref: DocumentRef, edit: Edit | null, delayMs: number): void {
    const key = documentKey(ref);
    const before = marks.get(key);
    const dueAt = clock.now() + delayMs;
    marks.set(key, {
      ref,
      edit: edit ?? before?.edit ?? null,
      dueAt: Math.min(dueAt, before?.dueAt ?? dueAt),
    });
    schedule();
  }

  return {
    edited({ ref, actor, at, created }) {
      const by = actor.kind !== 'system' ? actor.id : null;
      mark(ref, { by, at }, created ? 0 : limits.indexDelayMs);
    },
    touch: (ref) => mark(ref, null, 0),
    async close() {
      isClosed = true;
      timer?.cancel();
      running = running.then(writeDue);
      await running;
    },
  };
}
