// Asking for access: somebody without a right, or with too small a one, says so once; an owner answers. Who
// asks learns nothing of the document: not whether anybody saw it, nor that they were declined.

import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type GivenRole, type Role, roles } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Person } from '../access/actor.ts';
import type { Audit } from '../access/audit.ts';
import type { Clock } from '../clock.ts';
import type { OtBackend } from '../ot/backend.ts';
import {
  type AccessRequestRecord,
  accessRequestId,
  accessRequests as kind,
} from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { missing, type People, type SharedRecords } from './people.ts';

export interface AccessRequests {
  /** Does nothing when they asked already, may do it already, or were told no lately. */
  ask(person: Person, ref: DocumentRef, role: GivenRole, note: string): Promise<void>;
  /** They have asked, and not been let in; who was told no lately is not told so. */
  hasAsked(person: Person, ref: DocumentRef): Promise<boolean>;
  /** Waiting, oldest first. */
  of(grant: Grant<'share'>): Promise<AccessRequestRecord[]>;
  /** AppError `not-found` when nobody of that id asks. */
  give(grant: Grant<'share'>, userId: string, role: GivenRole): Promise<void>;
  decline(grant: Grant<'share'>, userId: string): Promise<void>;
}

export interface AccessRequestsDeps {
  store: Pick<Store, 'records'>;
  records: SharedRecords;
  people: People;
  backend: Pick<OtBackend, 'documentChanged'>;
  roleOf(person: Person, ref: DocumentRef): Promise<Role | null>;
  clock: Clock;
  audit: Audit;
  remember(person: Person): Promise<void>;
}

export function createAccessRequests(deps: AccessRequestsDeps): AccessRequests {
  const { store, records, people, backend, clock, audit, remember } = deps;

  const waiting = async (ref: DocumentRef) =>
    store.records.list(kind, 'byDocument', documentKey(ref), { limit: limits.maxAccessRequests });

  const isOpen = ({ declinedAt }: AccessRequestRecord) =>
    declinedAt === null || clock.now() - declinedAt < limits.declinedMs;

  const find = async (ref: DocumentRef, userId: string) => {
    const id = accessRequestId(userId, documentKey(ref));
    const found = await store.records.get(kind, id);
    if (found && found.value.declinedAt === null) return { ...found, id };
    throw new AppError('not-found', 'Nobody of this id asks for access.');
  };

  return {
    async ask(person, ref, role, typed) {
      const note = typed.trim();
      if (note.length > limits.maxRequestNoteChars || !note.isWellFormed()) {
        throw new AppError(
          'bad-request',
          `A note has at most ${limits.maxRequestNoteChars} characters.`,
          { details: { field: 'note' } },
        );
      }
      const record = await records.get(ref);
      if (!record) throw missing();
      const has = await deps.roleOf(person, ref);
      if (has && roles.indexOf(has) >= roles.indexOf(role)) return;
      const document = documentKey(ref);
      const id = accessRequestId(person.id, document);
      const found = await store.records.get(kind, id);
      if (found && isOpen(found.value)) return;
      // Where owners do not answer, more of the same would not be read either.
      if ((await waiting(ref)).length >= limits.maxAccessRequests) return;
      await remember(person);
      const value = { userId: person.id, document, role, note, at: clock.now(), declinedAt: null };
      const ifVersion = found?.version ?? 0;
      if (!(await store.records.put(kind, id, value, { ifVersion }))) return;
      await backend.documentChanged(ref, {});
      audit({ event: 'access.asked', actor: person, document: ref, more: { role } });
    },

    async hasAsked(person, ref) {
      const found = await store.records.get(kind, accessRequestId(person.id, documentKey(ref)));
      return found !== null && isOpen(found.value);
    },

    of: async ({ document }) => (await waiting(document)).map(({ value }) => value),

    async give(grant, userId, role) {
      const { actor, document } = grant;
      const { id } = await find(document, userId);
      await people.set(grant, userId, role);
      await store.records.delete(kind, id);
      await backend.documentChanged(document, {});
      const more = { person: userId, role };
      audit({ event: 'access.answered', actor, document, more });
    },

    async decline({ actor, document }, userId) {
      const { id, value, version } = await find(document, userId);
      const answered = { ...value, note: '', declinedAt: clock.now() };
      await store.records.put(kind, id, answered, { ifVersion: version });
      await backend.documentChanged(document, {});
      const more = { person: userId, role: null };
      audit({ event: 'access.answered', actor, document, more });
    },
  };
}
