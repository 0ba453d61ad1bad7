// The only place that decides who may do what. HTTP and the op socket both ask it; what it returns is
// a proof that services demand, so that an unauthorised call does not compile.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { type Capability, can, type Role } from '../../core/roles.ts';
import type { DocumentRecord } from '../store/schema.ts';
import type { Actor } from './actor.ts';

declare const proof: unique symbol;

/** Proof that `actor` may do `C` to the document. Made by `decide` alone. */
export interface Grant<out C extends Capability> {
  readonly actor: Actor;
  readonly document: DocumentRef;
  readonly role: Role;
  readonly [proof]: C;
}

/** The actor's role on a document, or null: none. A document that is not stored yet is its visitor's to make. */
export function roleOf(actor: Actor, record: DocumentRecord | null): Role | null {
  if (actor.kind === 'system') return 'owner';
  if (!record) return 'editor';
  if (record.ownerId === actor.id) return 'owner';
  return record.link === 'none' ? null : record.link;
}

/** Throws `no-access`, or `document-trashed` for everything but an owner's `trash` (restore). */
export function decide<C extends Capability>(
  actor: Actor,
  capability: C,
  document: DocumentRef,
  record: DocumentRecord | null,
): Grant<C> {
  const role = roleOf(actor, record);
  if (!role || !can(role, capability)) {
    throw new AppError('no-access', 'You do not have access to this.');
  }
  if (record?.trashedAt && capability !== 'trash') {
    throw new AppError('document-trashed', 'This document is in the trash.');
  }
  return { actor, document, role } as Grant<C>;
}
