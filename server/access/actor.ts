// Who is asking. Settled once per request or connection, carried everywhere.

import type { CollectionName, UserId } from '../../core/ids.ts';
import type { Role } from '../../core/roles.ts';

/** Narrows what somebody may do: an API token's scope. Asked by `roleOf` of access.ts alone. */
export interface Limit {
  /** Never more than this role, anywhere. */
  readonly atMost: Role;
  /** Nothing outside this collection; null: everywhere. */
  readonly collection: CollectionName | null;
}

interface Known {
  /** One for life: a guest who signs up keeps theirs. */
  readonly id: UserId;
  readonly name: string;
  /** 1 … 12 */
  readonly color: number;
  /** Id of the session or token that the request came with: what it opened ends with it. */
  readonly via?: string;
  /** Identities that were given to this one: client ids issued to them are this person's. */
  readonly was?: readonly UserId[];
  readonly limit?: Limit;
}

/** Somebody without an account. */
export interface Guest extends Known {
  readonly kind: 'guest';
}

/** Somebody who signed in. */
export interface Account extends Known {
  readonly kind: 'account';
  readonly isAdmin: boolean;
}

export type Person = Guest | Account;

/** The server itself: imports, repairs. */
export interface System {
  readonly kind: 'system';
}

export type Actor = Person | System;
