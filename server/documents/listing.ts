// The documents of a person: what they made, opened or were given and may still read, most recently
// edited first, or best match first. Bounded by `limits.maxListed`.

import type { DocumentListItem, DocumentListReply, PersonSummary } from '../../core/api.ts';
import { type DocumentKey, documentPath, parseDocumentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { roleOf } from '../access/access.ts';
import type { Person } from '../access/actor.ts';
import type { Standings } from '../access/standing.ts';
import type { OtBackend } from '../ot/backend.ts';
import { type DocumentRecord, documents as documentKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { DocumentRecords } from './records.ts';
import type { Visits } from './visits.ts';

export interface Listing {
  /** `after`: the `next` of the page before; anything else begins at the start. */
  list(actor: Person, options: { query?: string; after?: string }): Promise<DocumentListReply>;
}

export interface ListingDeps {
  records: DocumentRecords;
  visits: Visits;
  store: Pick<Store, 'records' | 'search'>;
  backend: Pick<OtBackend, 'peopleIn'>;
  standings: Standings;
  people(ids: readonly string[]): Promise<Map<string, PersonSummary>>;
}

type Entry = readonly [key: DocumentKey, record: DocumentRecord];

/** Latest first; the key settles a tie, so that no page skips or repeats one. */
const byRecency = ([keyA, a]: Entry, [keyB, b]: Entry): number =>
  b.updatedAt - a.updatedAt || (keyA < keyB ? -1 : 1);

const cursorOf = ([key, record]: Entry): string => `${record.updatedAt} ${key}`;

function isBehind(entry: Entry, cursor: string): boolean {
  const space = cursor.indexOf(' ');
  const at = Number(cursor.slice(0, space));
  if (space < 1 || !Number.isFinite(at)) return true;
  const [key, { updatedAt }] = entry;
  return updatedAt < at || (updatedAt === at && key > cursor.slice(space + 1));
}

export function createListing(deps: ListingDeps): Listing {
  const { records, visits, store, backend, people, standings } = deps;

  const visible = async (actor: Person): Promise<Entry[]> => {
    const own = await store.records.list(documentKind, 'byOwner', actor.id, {
      limit: limits.maxListed,
      descending: true,
    });
    const found = new Map(own.map(({ id, value }) => [id as DocumentKey, value]));
    const others = (await visits.of(actor.id)).filter((key) => !found.has(key));
    for (const [key, record] of await records.getMany(others)) found.set(key, record);
    const standingOf = await standings.ofMany(actor, [...found]);
    return [...found].filter(([key, record]) => {
      const ref = parseDocumentKey(key);
      return ref && !record.trashedAt && roleOf(actor, ref, record, standingOf(key)) !== null;
    });
  };

  const toItems = async (actor: Person, entries: readonly Entry[]): Promise<DocumentListItem[]> => {
    const editors = entries.flatMap(([, { updatedBy }]) => (updatedBy ? [updatedBy] : []));
    const known = editors.length > 0 ? await people(editors) : new Map<string, PersonSummary>();
    // No link makes an owner.
    const nothingHeld = { held: [], now: 0 };
    return entries.flatMap(([key, record]) => {
      const ref = parseDocumentKey(key);
      if (!ref) return [];
      return {
        collection: ref.collection,
        id: ref.id,
        url: documentPath(ref),
        title: record.title,
        preview: record.preview,
        updatedAt: record.updatedAt,
        updatedBy: (record.updatedBy && known.get(record.updatedBy)) || null,
        mine: roleOf(actor, ref, record, nothingHeld) === 'owner',
        here: backend.peopleIn(ref),
      };
    });
  };

  return {
    async list(actor, { query = '', after }) {
      const entries = await visible(actor);
      const words = query.trim();
      if (words !== '') {
        const byKey = new Map(entries);
        const hits = await store.search.find(words, [...byKey.keys()], limits.pageSize);
        const found = hits.flatMap(({ key }) => {
          const record = byKey.get(key);
          return record ? [[key, record] as const] : [];
        });
        return { documents: await toItems(actor, found) };
      }
      const sorted = entries.sort(byRecency);
      const rest = after === undefined ? sorted : sorted.filter((entry) => isBehind(entry, after));
      const page = rest.slice(0, limits.pageSize);
      const documents = await toItems(actor, page);
      const last = page.at(-1);
      return last && rest.length > page.length
        ? { documents, next: cursorOf(last) }
        : { documents };
    },
  };
}
