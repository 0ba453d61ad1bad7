// The only place that decides who may do what. HTTP and the op socket both ask it; what it returns is
// a proof that services demand, so that an unauthorised call does not compile.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { type Capability, can, type LinkRole, moreOf, type Role, roles } from '../../core/roles.ts';
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

/** What beside the record speaks for somebody (standing.ts finds it). */
export interface Standing {
  /** Ids of the share links of this document that they have opened. */
  readonly held: readonly string[];
  readonly now: number;
}

const given = (role: LinkRole | undefined): Role | null =>
  role === undefined || role === 'none' ? null : role;

/** The person's own, whatever they came with. A document that is not stored yet is its visitor's to make. */
function ownRole(person: Person, record: DocumentRecord | null, standing: Standing): Role | null {
  if (!record) return 'editor';
  if (record.ownerId === person.id) return 'owner';
  const named = record.people ?? {};
  let role = Object.hasOwn(named, person.id) ? named[person.id]!.role : null;
  role = moreOf(role, given(record.link));
  if (person.kind === 'account') role = moreOf(role, given(record.signedIn));
  for (const { id, role: gives, expiresAt } of record.shareLinks ?? []) {
    const isAlive = expiresAt === null || expiresAt > standing.now;
    if (isAlive && standing.held.includes(id)) role = moreOf(role, gives);
  }
  return role;
}

/** The most that a host application gives on the document. */
function givenRole(gives: readonly HostGrant[], ref: DocumentRef): Role | null {
  const given = gives
    .filter(({ collection, id }) => collection === ref.collection && (id === null || id === ref.id))
    .map(({ role }) => roles.indexOf(role));
  return given.length === 0 ? null : roles[Math.max(...given)]!;
}

/** The actor's role on a document, or null: none. */
export function roleOf(
  actor: Actor,
  ref: DocumentRef,
  record: DocumentRecord | null,
  standing: Standing,
): Role | null {
  if (actor.kind === 'system') return 'owner';
  if (actor.limit?.gives) return givenRole(actor.limit.gives, ref);
  const role = ownRole(actor, record, standing);
  const { limit } = actor;
  if (!limit || !role) return role;
  if (limit.collection !== null && limit.collection !== ref.collection) return null;
  return roles.indexOf(role) > roles.indexOf(limit.atMost) ? limit.atMost : role;
}

/** Throws `no-access`: who came with a token may make documents only within its scope. */
export function allowCreate(actor: Actor, ref: DocumentRef): void {
  const role = roleOf(actor, ref, null, { held: [], now: 0 });
  if (!role || !can(role, 'edit')) throw noAccess();
}

/** What may still be done to a document in the trash. */
const inTrash: readonly Capability[] = ['trash', 'destroy'];

/** Throws `no-access`, or `document-trashed` for everything but what an owner may do to it there. */
export function decide<C extends Capability>(
  actor: Actor,
  capability: C,
  document: DocumentRef,
  record: DocumentRecord | null,
  standing: Standing,
): Grant<C> {
  const role = roleOf(actor, document, record, standing);
  if (!role || !can(role, capability)) {
    throw noAccess();
  }
  if (record?.trashedAt && !inTrash.includes(capability)) {
    throw new AppError('document-trashed', 'This document is in the trash.');
  }
  return { actor, document, role } as Grant<C>;
}
