// New ids and secrets, from the system's random source; replaceable in tests.

import { randomBytes } from 'node:crypto';
import type { DocumentId, UserId } from '../core/ids.ts';

export interface Ids {
  /** 128 random bits: unguessable. */
  document(): DocumentId;
  user(): UserId;
  /** `bytes` random bytes as base64url. */
  secret(bytes?: number): string;
}

const random = (bytes: number) => randomBytes(bytes).toString('base64url');

export const systemIds: Ids = {
  document: () => random(16) as DocumentId,
  user: () => `g_${random(12)}` as UserId,
  secret: (bytes = 32) => random(bytes),
};
