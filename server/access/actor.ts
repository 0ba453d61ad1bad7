// Who is asking. Settled once per request or connection, carried everywhere.

import type { CollectionName, DocumentId, UserId } from '../../core/ids.ts';
import type { Role } from '../../core/roles.ts';

/** A document, or all of a collection, with the role that a host application gives there. */
export interface HostGrant {
  readonly collection: CollectionName;
  /** Null: every document of the collection. */
  readonly id: DocumentId | null;
  readonly role: Exclude<Role, 'owner'>;
}

/** Narrows what somebody may do: an API token's scope. Asked by `roleOf` of access.ts alone. */
export interface Limit {
  /** Never more than this role, anywhere. */
  readonly atMost: Role;
  /** Nothing outside this collection; null: everywhere. */
  readonly collection: CollectionName | null;
  /**
   * Somebody of a host application, in its page (server/embedding): these alone count, whatever the
   * document itself gives to anybody.
   */
  readonly gives?: readonly HostGrant[];
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

/** `system` for the server itself. */
export const actorIdOf = (actor: Actor): string => (actor.kind === 'system' ? 'system' : actor.id);
