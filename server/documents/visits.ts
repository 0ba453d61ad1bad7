// Who has opened what: the documents of a person's home page. A page opened by somebody whose cookie we
// have not seen before is noted in memory only, and kept when that cookie comes back: robots open
// pages by the thousand and never come back.

import { type DocumentKey, type DocumentRef, documentKey, type UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import { visits as visitKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface Visits {
  /** `isKnown`: the person came with a cookie of ours, or did something worth keeping. */
  note(userId: UserId, ref: DocumentRef, isKnown: boolean): Promise<void>;
  /** The person is here again: what was only noted is kept. */
  confirm(userId: UserId): Promise<void>;
  /** Most recently opened first. */
  of(userId: UserId): Promise<DocumentKey[]>;
}

/** A visit within this of the last one is the same visit. */
const SAME_VISIT_MS = 3_600_000;
const MAX_NOTED = 5_000;
const MAX_RECENT = 20_000;

export function createVisits({ records }: Pick<Store, 'records'>, clock: Clock): Visits {
  const noted = new Map<UserId, DocumentRef>();
  const recent = new Map<string, number>();

  const keep = async (userId: UserId, ref: DocumentRef): Promise<void> => {
    const document = documentKey(ref);
    const id = `${userId} ${document}`;
    const now = clock.now();
    if (now - (recent.get(id) ?? 0) < SAME_VISIT_MS) return;
    if (recent.size >= MAX_RECENT) recent.clear();
    recent.set(id, now);
    try {
      await records.put(visitKind, id, { userId, document, at: now });
    } catch (error) {
      recent.delete(id);
      throw error;
    }
  };

  return {
    async note(userId, ref, isKnown) {
      if (isKnown) return keep(userId, ref);
      if (noted.size >= MAX_NOTED) {
        for (const oldest of noted.keys()) {
          noted.delete(oldest);
          break;
        }
      }
      noted.set(userId, ref);
    },

    async confirm(userId) {
      const ref = noted.get(userId);
      if (!ref) return;
      noted.delete(userId);
      await keep(userId, ref);
    },

    async of(userId) {
      const found = await records.list(visitKind, 'byUser', userId, {
        limit: limits.maxListed,
        descending: true,
      });
      return found.map(({ value }) => value.document);
    },
  };
}
