// Deleting a document for good, out of the trash: text, history, images nobody else holds, search, visits,
// rights. The record goes last: until then the document is in the trash, where nobody can open it, and
// what a stop interrupts can be asked for again.

import { AppError } from '../../core/errors.ts';
import { type DocumentKey, documentKey } from '../../core/ids.ts';
import type { Grant } from '../access/access.ts';
import type { Audit } from '../access/audit.ts';
import type { OtBackend } from '../ot/backend.ts';
import { accessRequests, shareGrants, visits } from '../store/schema.ts';
import type { RecordKind, Store } from '../store/store.ts';
import type { ImageUses } from './image-uses.ts';
import type { DocumentRecords } from './records.ts';

export interface DestroyDeps {
  store: Pick<Store, 'records' | 'ops' | 'search'>;
  records: DocumentRecords;
  backend: Pick<OtBackend, 'forget'>;
  images: ImageUses;
  audit: Audit;
}

const PAGE = 200;

export function createDestroy({ store, records, backend, images, audit }: DestroyDeps) {
  const clear = async <T>(kind: RecordKind<T>, index: string, key: DocumentKey) => {
    for (;;) {
      const page = await store.records.list(kind, index, key, { limit: PAGE });
      for (const { id } of page) await store.records.delete(kind, id);
      if (page.length < PAGE) break;
    }
  };

  /** AppError `bad-request`: it is not in the trash. */
  return async function destroy({ actor, document }: Grant<'destroy'>): Promise<void> {
    const record = await records.get(document);
    if (!record) throw new AppError('not-found', 'There is no such document.');
    if (record.trashedAt === null) {
      throw new AppError(
        'bad-request',
        'Move it to the trash first: only there it can be deleted.',
      );
    }
    const key = documentKey(document);
    await images.forget(document);
    await backend.forget(document);
    await store.ops.remove(document);
    // Whoever asked for it while it was taken away has put none of it back.
    await backend.forget(document);
    await store.search.remove(key);
    await clear(visits, 'byDocument', key);
    await clear(shareGrants, 'byDocument', key);
    await clear(accessRequests, 'all', key);
    await records.remove(document);
    audit({ event: 'document.destroyed', actor, document });
  };
}
