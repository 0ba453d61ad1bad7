// Giving one person's documents and visits to another: a guest who signs in to their account. Begins
// where it was stopped when it is called again, because what is given is no longer found.

import { parseDocumentKey, type UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { OtBackend } from '../ot/backend.ts';
import { documents as documentKind, visits as visitKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { DocumentRecords } from './records.ts';

export interface AdoptDeps {
  store: Pick<Store, 'records'>;
  records: DocumentRecords;
  /** Sockets that have the document open are told who they are to it now. */
  backend: Pick<OtBackend, 'documentChanged'>;
}

const PAGE = 100;

/** How many documents changed hands. */
export async function adoptDocuments(
  { store, records, backend }: AdoptDeps,
  from: UserId,
  to: UserId,
): Promise<number> {
  let adopted = 0;
  for (let seen = 0; seen < limits.maxAdopted; seen += PAGE) {
    const page = await store.records.list(documentKind, 'byOwner', from, { limit: PAGE });
    for (const { id } of page) {
      const ref = parseDocumentKey(id);
      if (!ref) continue;
      await records.update(ref, (record) =>
        record.ownerId === from ? { ...record, ownerId: to } : record,
      );
      await backend.documentChanged(ref, {});
      adopted++;
    }
    if (page.length < PAGE) break;
  }
  for (let moved = 0; moved < limits.maxAdopted; moved += PAGE) {
    const page = await store.records.list(visitKind, 'byUser', from, { limit: PAGE });
    for (const { id, value } of page) {
      const theirs = `${to} ${value.document}`;
      const known = await store.records.get(visitKind, theirs);
      if (!known || known.value.at < value.at) {
        await store.records.put(visitKind, theirs, { ...value, userId: to });
      }
      await store.records.delete(visitKind, id);
    }
    if (page.length < PAGE) break;
  }
  return adopted;
}
