// Giving one person's documents and visits to another: a guest who signs in to their account. Begins
// where it was stopped when it is called again, because what is given is no longer found.

import { parseDocumentKey, type UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { moreOf } from '../../core/roles.ts';
import type { OtBackend } from '../ot/backend.ts';
import {
  type DocumentRecord,
  documents as documentKind,
  shareGrantId,
  shareGrants,
  visits as visitKind,
} from '../store/schema.ts';
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
      await records.update(ref, (record) => handOver(record, from, to));
      await backend.documentChanged(ref, {});
      adopted++;
    }
    if (page.length < PAGE) break;
  }
  for (let moved = 0; moved < limits.maxAdopted; moved += PAGE) {
    const page = await store.records.list(visitKind, 'byUser', from, { limit: PAGE });
    for (const { id, value } of page) {
      const theirs = `${to} ${value.document}`;
      const ref = parseDocumentKey(value.document);
      // What somebody was named for lies in documents they were noted to know.
      const changed = ref && (await records.update(ref, (record) => handOver(record, from, to)));
      if (ref && changed && changed.after !== changed.before) {
        await backend.documentChanged(ref, {});
      }
      const known = await store.records.get(visitKind, theirs);
      if (!known || known.value.at < value.at) {
        await store.records.put(visitKind, theirs, { ...value, userId: to });
      }
      await store.records.delete(visitKind, id);
    }
    if (page.length < PAGE) break;
  }
  for (let moved = 0; moved < limits.maxAdopted; moved += PAGE) {
    const page = await store.records.list(shareGrants, 'byUser', from, { limit: PAGE });
    for (const { id, value } of page) {
      const theirs = shareGrantId(to, value.document);
      const known = await store.records.get(shareGrants, theirs);
      const links = [...new Set([...(known?.value.links ?? []), ...value.links])];
      await store.records.put(shareGrants, theirs, { ...value, userId: to, links });
      await store.records.delete(shareGrants, id);
    }
    if (page.length < PAGE) break;
  }
  return adopted;
}

/** What one person has of a document, the other has; where both had something, the more of it. */
function handOver(record: DocumentRecord, from: UserId, to: UserId): DocumentRecord {
  const { [from]: given, ...others } = record.people ?? {};
  if (record.ownerId === from) {
    const { [to]: _theirs, ...rest } = others;
    return { ...record, ownerId: to, ...(record.people ? { people: rest } : {}) };
  }
  if (!given) return record;
  const theirs = others[to];
  const role = record.ownerId === to ? null : moreOf(given.role, theirs?.role ?? null);
  return role === null
    ? { ...record, people: others }
    : { ...record, people: { ...others, [to]: { ...given, role } } };
}
