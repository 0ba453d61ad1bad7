// Who a document's owners name, and what its address and being signed in give. One record holds all of it,
// so that whatever two owners do at once, one state of it is what decides.

import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { can, type GeneralAccess, type Role } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import { actorIdOf } from '../access/actor.ts';
import type { Audit } from '../access/audit.ts';
import type { Clock } from '../clock.ts';
import type { OtBackend } from '../ot/backend.ts';
import type { DocumentRecord, NamedPerson } from '../store/schema.ts';

/** Records of documents as this feature needs them. */
export interface SharedRecords {
  get(ref: DocumentRef): Promise<DocumentRecord | null>;
  update(
    ref: DocumentRef,
    change: (record: DocumentRecord) => DocumentRecord,
  ): Promise<{ before: DocumentRecord; after: DocumentRecord } | null>;
}

export interface PeopleDeps {
  records: SharedRecords;
  backend: Pick<OtBackend, 'documentChanged'>;
  clock: Clock;
  audit: Audit;
  /** The document is on the person's list from now on. */
  noteGiven(userId: string, ref: DocumentRef): Promise<void>;
}

export interface People {
  setGeneral(grant: Grant<'share'>, change: Partial<GeneralAccess>): Promise<DocumentRecord>;
  /** AppError `bad-request` when too many are named, or the last owner would go. */
  set(grant: Grant<'share'>, userId: string, role: Role): Promise<void>;
  remove(grant: Grant<'share'>, userId: string): Promise<void>;
}

export const missing = () => new AppError('not-found', 'There is no such document.');

/** Everybody named, the first owner too. */
export function namedIn(record: DocumentRecord): Map<string, Role> {
  const named = new Map<string, Role>(record.ownerId ? [[record.ownerId, 'owner']] : []);
  for (const [id, { role }] of Object.entries(record.people ?? {})) {
    if (id !== record.ownerId) named.set(id, role);
  }
  return named;
}

export const isOwner = (record: DocumentRecord, userId: string): boolean =>
  namedIn(record).get(userId) === 'owner';

const lastOwner = () =>
  new AppError('bad-request', 'A document has at least one owner. Make somebody else one first.', {
    details: { field: 'role', reason: 'last-owner' },
  });

/** With `entry` in the place of whatever the person had; null: nothing. */
function withPerson(
  record: DocumentRecord,
  userId: string,
  entry: NamedPerson | null,
): DocumentRecord {
  const { [userId]: _before, ...others } = record.people ?? {};
  const people = entry ? { ...others, [userId]: entry } : others;
  if (record.ownerId !== userId) return { ...record, people };
  if (entry?.role === 'owner') return record;
  // The first owner is one no more: another of them takes the place.
  const heir = Object.keys(others).find((id) => others[id]!.role === 'owner');
  if (heir === undefined) throw lastOwner();
  const { [heir]: _heir, ...rest } = people;
  return { ...record, ownerId: heir, people: rest };
}

export function createPeople(deps: PeopleDeps): People {
  const { records, backend, clock, audit, noteGiven } = deps;

  const change = async (
    ref: DocumentRef,
    next: (record: DocumentRecord) => DocumentRecord,
  ): Promise<DocumentRecord> => {
    const written = await records.update(ref, next);
    if (!written) throw missing();
    if (written.after !== written.before) await backend.documentChanged(ref, {});
    return written.after;
  };

  return {
    async setGeneral({ actor, document }, wanted) {
      const record = await change(document, (before) => {
        const link = wanted.link ?? before.link;
        const signedIn = wanted.signedIn ?? before.signedIn ?? 'none';
        return { ...before, link, signedIn };
      });
      audit({
        event: 'access.general',
        actor,
        document,
        more: { link: record.link, signedIn: record.signedIn ?? 'none' },
      });
      return record;
    },

    async set({ actor, document }, userId, role) {
      const by = actorIdOf(actor);
      const record = await change(document, (before) => {
        if (namedIn(before).get(userId) === role) return before;
        const named = withPerson(before, userId, { role, by, at: clock.now() });
        if (Object.keys(named.people ?? {}).length <= limits.maxNamedPeople) return named;
        throw new AppError(
          'bad-request',
          `At most ${limits.maxNamedPeople} people are named on one document. Use a link for more.`,
          { details: { field: 'who', reason: 'too-many' } },
        );
      });
      if (record.trashedAt === null && can(role, 'read')) await noteGiven(userId, document);
      audit({ event: 'access.person', actor, document, more: { person: userId, role } });
    },

    async remove({ actor, document }, userId) {
      await change(document, (before) =>
        namedIn(before).has(userId) ? withPerson(before, userId, null) : before,
      );
      audit({ event: 'access.person', actor, document, more: { person: userId, role: null } });
    },
  };
}
