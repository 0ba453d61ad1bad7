// What beside a document's record speaks for somebody: the share links of it that they have opened. Asked
// only where there are links that still work, so that most documents cost no look into the store.

import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { type DocumentRecord, shareGrantId, shareGrants } from '../store/schema.ts';
import type { Records } from '../store/store.ts';
import type { Standing } from './access.ts';
import type { Actor } from './actor.ts';

export interface StandingDeps {
  store: { readonly records: Pick<Records, 'get' | 'getMany'> };
  clock: { now(): number };
}

export interface Standings {
  of(actor: Actor, ref: DocumentRef, record: DocumentRecord | null): Promise<Standing>;
  /** Of one person to many documents, with one look into the store. */
  ofMany(
    actor: Actor,
    entries: readonly (readonly [DocumentKey, DocumentRecord])[],
  ): Promise<(key: DocumentKey) => Standing>;
}

export function createStandings({ store, clock }: StandingDeps): Standings {
  const hasLinks = ({ shareLinks = [] }: DocumentRecord, now: number) =>
    shareLinks.some(({ expiresAt }) => expiresAt === null || expiresAt > now);

  return {
    async of(actor, ref, record) {
      const now = clock.now();
      if (actor.kind === 'system' || !record || !hasLinks(record, now)) return { held: [], now };
      const id = shareGrantId(actor.id, documentKey(ref));
      const found = await store.records.get(shareGrants, id);
      return { held: found?.value.links ?? [], now };
    },

    async ofMany(actor, entries) {
      const now = clock.now();
      const asked = entries.flatMap(([key, record]) =>
        actor.kind !== 'system' && hasLinks(record, now) ? [shareGrantId(actor.id, key)] : [],
      );
      const found = asked.length > 0 ? await store.records.getMany(shareGrants, asked) : [];
      const held = new Map(found.map(({ value }) => [value.document, value.links]));
      return (key) => ({ held: held.get(key) ?? [], now });
    },
  };
}
