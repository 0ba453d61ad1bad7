// Secrets that somebody carries (sessions, tokens, links): random, known by their beginning, and kept
// only as a hash, so that who reads the store cannot use them.

import { createHash } from 'node:crypto';
import type { Ids } from '../ids.ts';

export const prefixes = { session: 's_', token: 'dp_', link: 'me_', reset: 'pw_' } as const;
export type SecretKind = keyof typeof prefixes;

const RANDOM = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits. */
export const newSecret = (kind: SecretKind, ids: Ids): string => prefixes[kind] + ids.secret(32);

/** Whether it can be one at all: the store is not asked for anything else. */
export const isSecret = (kind: SecretKind, text: string): boolean =>
  text.startsWith(prefixes[kind]) && RANDOM.test(text.slice(prefixes[kind].length));

/** The id of its record. A plain hash does: there is nothing to guess in 256 bits. */
export const secretId = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');
