// Documents beside their text: making, naming, sharing, trashing, copying. The text itself belongs to
// server/ot; what follows from the text, to indexer.ts. Whoever calls has a grant.

import type { DocumentChanged, DocumentCreated } from '../../core/api.ts';
import { checkDocument } from '../../core/check-op.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import {
  type CollectionName,
  type DocumentId,
  type DocumentRef,
  documentPath,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { can, type GeneralAccess, type Role } from '../../core/roles.ts';
import { allowCreate, decide, type Grant, roleOf } from '../access/access.ts';
import type { Person } from '../access/actor.ts';
import type { Audit } from '../access/audit.ts';
import type { Standings } from '../access/standing.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { LiveSnapshot, OtBackend } from '../ot/backend.ts';
import type { DocumentRecord } from '../store/schema.ts';
import type { ImageUses } from './image-uses.ts';
import type { Indexer } from './indexer.ts';
import type { DocumentRecords } from './records.ts';
import { cutText, oneLine, summarise } from './summary.ts';
import type { Visits } from './visits.ts';

export interface NewDocument {
  collection: CollectionName;
  /** Random when absent. */
  id?: DocumentId | undefined;
  title?: string | undefined;
  content: readonly DeltaOp[];
}

export interface ReadDocument {
  record: DocumentRecord;
  snapshot: LiveSnapshot;
}

export interface OpenedDocument {
  role: Role;
  record: DocumentRecord | null;
  /** Null: nothing is stored yet. */
  snapshot: LiveSnapshot | null;
}

export interface Documents {
  /** Durable when it resolves. AppError `document-exists`, `bad-op`, `too-large`. */
  create(actor: Person, document: NewDocument): Promise<DocumentCreated>;
  /** AppError `not-found`. */
  read(grant: Grant<'read'>): Promise<ReadDocument>;
  /**
   * For a page, which may also stand for a document nobody has stored. AppError `no-access`,
   * `document-trashed`; the latter tells its owner in `details.restore` where to put it back.
   */
  open(actor: Person, ref: DocumentRef): Promise<OpenedDocument>;
  /** `titleOf` makes the copy's title from the original's. */
  copy(
    grant: Grant<'read'>,
    actor: Person,
    titleOf: (title: string) => string,
  ): Promise<DocumentCreated>;
  /** '' gives the title back to the first heading. */
  rename(grant: Grant<'edit'>, title: string): Promise<DocumentChanged>;
  trash(grant: Grant<'trash'>): Promise<void>;
  restore(grant: Grant<'trash'>): Promise<DocumentChanged>;
  /** AppError `bad-request`: it is not in the trash. */
  destroy(grant: Grant<'destroy'>): Promise<void>;
}

export interface DocumentsDeps {
  records: DocumentRecords;
  visits: Visits;
  indexer: Indexer;
  backend: OtBackend;
  clock: Clock;
  ids: Ids;
  standings: Standings;
  destroy: Documents['destroy'];
  images: Pick<ImageUses, 'note'>;
  audit: Audit;
  /** What a new document of a collection gives to those who are not named. */
  defaultsOf(collection: CollectionName): GeneralAccess;
  /** Keeps a person who made something. */
  remember(guest: Person): Promise<void>;
}

/** Where a document goes whose maker names no collection. */
export const defaultCollection = 'docs' as CollectionName;

/** A record without a text for longer than this was left by a stop between the two writes. */
const HALF_MADE_MS = 10_000;

/** One line, trimmed; AppError `bad-request` naming the field. */
export function checkTitle(typed: string): string {
  const title = oneLine(typed);
  if (title.length <= limits.maxTitleChars && title.isWellFormed()) return title;
  const message = title.isWellFormed()
    ? `A title has at most ${limits.maxTitleChars} characters.`
    : 'A title must not hold half a surrogate pair.';
  throw new AppError('bad-request', message, { details: { field: 'title' } });
}

export function createDocuments(deps: DocumentsDeps): Documents {
  const { records, visits, indexer, backend, clock, ids, remember, standings, audit } = deps;
  const taken = () => new AppError('document-exists', 'There is a document with this id already.');
  const missing = () => new AppError('not-found', 'There is no such document.');

  /**
   * The record before the text, so that nobody meets a text without an owner. What a stop left between
   * the two, whoever may edit it completes.
   */
  const claim = async (
    actor: Person,
    ref: DocumentRef,
    record: DocumentRecord,
  ): Promise<boolean> => {
    if (await backend.readForSystem(ref)) throw taken();
    if (await records.create(ref, record)) return true;
    const found = await records.get(ref);
    const role = roleOf(actor, ref, found, await standings.of(actor, ref, found));
    const isLeft = found && clock.now() - found.createdAt > HALF_MADE_MS && !found.trashedAt;
    if (!isLeft || !role || !can(role, 'edit')) throw taken();
    return false;
  };

  const create = async (actor: Person, made: NewDocument): Promise<DocumentCreated> => {
    const ref = { collection: made.collection, id: made.id ?? ids.document() };
    allowCreate(actor, ref);
    const content = checkDocument(made.content).ops as DeltaOp[];
    const title = checkTitle(made.title ?? '');
    const titled = title !== '';
    const { heading, preview } = summarise(content, titled);
    const now = clock.now();
    await remember(actor);
    const isMine = await claim(actor, ref, {
      title: titled ? title : heading,
      titled,
      ownerId: actor.id,
      ...deps.defaultsOf(ref.collection),
      // Made in a host application's page, it is for the people whom that application lets in.
      ...(actor.limit?.gives ? { link: 'none', signedIn: 'none' } : {}),
      createdAt: now,
      updatedAt: now,
      updatedBy: actor.id,
      preview,
      indexedVersion: 0,
      trashedAt: null,
    });
    // Before the original may go, and its images with it.
    await deps.images.note(ref, content);
    let version: number;
    try {
      ({ version } = await backend.create(ref, actor, content));
    } catch (error) {
      const isTaken = error instanceof AppError && error.code === 'document-exists';
      if (isMine && !isTaken) await records.remove(ref);
      throw error;
    }
    await visits.note(actor.id, ref, true);
    // Pages that were open on the empty address learn their role and title.
    await backend.documentChanged(ref, titled || heading ? { title: title || heading } : {});
    return { ...ref, version, url: documentPath(ref) };
  };

  const change = async (
    ref: DocumentRef,
    next: (record: DocumentRecord) => DocumentRecord,
  ): Promise<DocumentRecord> => {
    const written = await records.update(ref, next);
    if (!written) throw missing();
    return written.after;
  };
  const changed = (ref: DocumentRef, { title, link }: DocumentRecord): DocumentChanged => ({
    collection: ref.collection,
    id: ref.id,
    title,
    link,
  });

  const read = async (grant: Grant<'read'>): Promise<ReadDocument> => {
    const record = await records.get(grant.document);
    const snapshot = record && (await backend.read(grant));
    if (!snapshot) throw missing();
    // A stop between an edit and its index leaves the index behind; here it is noticed.
    if (record.indexedVersion < snapshot.version) indexer.touch(grant.document);
    return { record, snapshot };
  };

  return {
    create,
    read,
    destroy: deps.destroy,

    async open(actor, ref) {
      const record = await records.get(ref);
      const standing = await standings.of(actor, ref, record);
      if (record?.trashedAt && roleOf(actor, ref, record, standing) === 'owner') {
        throw new AppError('document-trashed', 'This document is in the trash.', {
          details: { restore: `${documentPath(ref)}/restore` },
        });
      }
      const grant = decide(actor, 'read', ref, record, standing);
      const snapshot = record && (await backend.read(grant));
      if (snapshot && record.indexedVersion < snapshot.version) indexer.touch(ref);
      return { role: grant.role, record, snapshot };
    },

    async copy(grant, actor, titleOf) {
      const { record, snapshot } = await read(grant);
      return create(actor, {
        collection: grant.document.collection,
        title: cutText(titleOf(record.title), limits.maxTitleChars),
        content: snapshot.ops,
      });
    },

    async rename({ actor, document }, typed) {
      const title = checkTitle(typed);
      const snapshot = title === '' ? await backend.readForSystem(document) : null;
      const heading = snapshot ? summarise(snapshot.ops, false).heading : '';
      const record = await change(document, (before) => ({
        ...before,
        title: title || heading,
        titled: title !== '',
        updatedAt: clock.now(),
        updatedBy: actor.kind !== 'system' ? actor.id : before.updatedBy,
      }));
      indexer.touch(document);
      await backend.documentChanged(document, { title: record.title });
      return changed(document, record);
    },

    async trash({ actor, document }) {
      const now = clock.now();
      await change(document, (before) =>
        before.trashedAt ? before : { ...before, trashedAt: now },
      );
      await backend.documentChanged(document, { trashed: true });
      audit({ event: 'document.trashed', actor, document });
    },

    async restore({ actor, document }) {
      const record = await change(document, (before) => ({ ...before, trashedAt: null }));
      await backend.documentChanged(document, { trashed: false });
      audit({ event: 'document.restored', actor, document });
      return changed(document, record);
    },
  };
}
