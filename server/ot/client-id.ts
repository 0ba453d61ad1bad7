// The ids under which clients submit. They carry a proof of whose they are: whoever could choose one
// freely could pre-claim another person's ops, which would then be acknowledged and dropped
// (internals.md §7.3). They hold for the person, so a reconnected client keeps its own.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Ids } from '../ids.ts';

const RANDOM_BYTES = 12;
const PROOF_CHARS = 22;
const PATTERN = /^[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22}$/;

export interface ClientIds {
  issue(userId: string): string;
  /** Whether it was issued to this person, by this server or one with the same secret. */
  isOwn(id: string, userId: string): boolean;
}

export function createClientIds(secret: string, ids: Ids): ClientIds {
  const prove = (userId: string, random: string) =>
    createHmac('sha256', secret)
      .update(`client ${userId} ${random}`)
      .digest('base64url')
      .slice(0, PROOF_CHARS);
  return {
    issue(userId) {
      const random = ids.secret(RANDOM_BYTES);
      return `${random}.${prove(userId, random)}`;
    },
    isOwn(id, userId) {
      if (!PATTERN.test(id)) return false;
      const [random, proof] = id.split('.') as [string, string];
      return timingSafeEqual(Buffer.from(proof), Buffer.from(prove(userId, random)));
    },
  };
}
