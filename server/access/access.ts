// The only place that decides who may do what. HTTP and the op socket both ask it; what it returns is
// a proof that services demand, so that an unauthorised call does not compile.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { type Capability, can, type Role, roles } from '../../core/roles.ts';
import type { DocumentRecord } from '../store/schema.ts';
import type { Actor, HostGrant, Person } from './actor.ts';

const noAccess = () => new AppError('no-access', 'You do not have access to this.');

declare const proof: unique symbol;

/** Proof that `actor` may do `C` to the document. Made by `decide` alone. */
export interface Grant<out C extends Capability> {
  readonly actor: Actor;
  readonly document: DocumentRef;
  readonly role: Role;
  readonly [proof]: C;
}

/** The person's own, whatever they came with. A document that is not stored yet is its visitor's to make. */
function ownRole(person: Person, record: DocumentRecord | null): Role | null {
  if (!record) return 'editor';
  if (record.ownerId === person.id) return 'owner';
  return record.link === 'none' ? null : record.link;
}

/** The most that a host application gives on the document. */
function givenRole(gives: readonly HostGrant[], ref: DocumentRef): Role | null {
  const given = gives
    .filter(({ collection, id }) => collection === ref.collection && (id === null || id === ref.id))
    .map(({ role }) => roles.indexOf(role));
  return given.length === 0 ? null : roles[Math.max(...given)]!;
}

/** The actor's role on a document, or null: none. */
export function roleOf(actor: Actor, ref: DocumentRef, record: DocumentRecord | null): Role | null {
  if (actor.kind === 'system') return 'owner';
  if (actor.limit?.gives) return givenRole(actor.limit.gives, ref);
  const role = ownRole(actor, record);
  const { limit } = actor;
  if (!limit || !role) return role;
  if (limit.collection !== null && limit.collection !== ref.collection) return null;
  return roles.indexOf(role) > roles.indexOf(limit.atMost) ? limit.atMost : role;
}

/** Throws `no-access`: who came with a token may make documents only within its scope. */
export function allowCreate(actor: Actor, ref: DocumentRef): void {
  const role = roleOf(actor, ref, null);
  if (!role || !can(role, 'edit')) throw noAccess();
}

/** Throws `no-access`, or `document-trashed` for everything but an owner's `trash` (restore). */
export function decide<C extends Capability>(
  actor: Actor,
  capability: C,
  document: DocumentRef,
  record: DocumentRecord | null,
): Grant<C> {
  const role = roleOf(actor, document, record);
  if (!role || !can(role, capability)) {
    throw noAccess();
  }
  if (record?.trashedAt && capability !== 'trash') {
    throw new AppError('document-trashed', 'This document is in the trash.');
  }
  return { actor, document, role } as Grant<C>;
}
