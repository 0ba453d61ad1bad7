// /api/v1/documents: list, create, read, rename, share, trash, restore, copy.

import type { DocumentReply } from '../../core/api.ts';
import { deltaToText, textToDelta } from '../../core/convert/text.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { createTranslate, type Locale } from '../../core/i18n/i18n.ts';
import type { Person } from '../access/actor.ts';
import { type Reply, type Route, route } from '../http/route.ts';
import { type Documents, defaultCollection, type ReadDocument } from './documents.ts';
import type { Listing } from './listing.ts';
import {
  changedReply,
  createBody,
  createdReply,
  documentReply,
  listQuery,
  listReply,
  readQuery,
  renameBody,
} from './schemas.ts';

export interface DocumentRoutesDeps {
  documents: Documents;
  listing: Listing;
  /** The language a person reads: for titles the server gives. */
  localeOf(actor: Person, acceptLanguage: string | undefined): Promise<Locale>;
}

const list = '/api/v1/documents';
const one = '/api/v1/documents/:collection/:id';

/** A list, or `{ops: […]}` as quill-delta writes itself; what is inside is looked at later. */
function contentOf(text: string | undefined, delta: unknown): readonly DeltaOp[] {
  if (delta === undefined) return textToDelta(text ?? '');
  const ops = (delta as { ops?: unknown } | null)?.ops ?? delta;
  if (Array.isArray(ops)) return ops as DeltaOp[];
  throw new AppError('bad-op', 'A document is a list of inserts.', { details: { field: 'delta' } });
}

function textReply({ record, snapshot }: ReadDocument, download: boolean, untitled: string): Reply {
  // Names that Windows and shells can live with.
  const name = (record.title || untitled).replace(/[\\/:*?"<>|\p{C}]+/gu, ' ').trim();
  return {
    body: deltaToText(snapshot.ops),
    type: 'text/plain; charset=utf-8',
    ...(download ? { download: `${name.slice(0, 100) || untitled}.txt` } : {}),
  };
}

export function documentRoutes({ documents, listing, localeOf }: DocumentRoutesDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: list,
      needs: 'guest',
      summary:
        'Documents I made, opened or was given, last edited first; with a query, best first.',
      query: listQuery,
      reply: listReply,
      async run({ actor, query: { query, after } }) {
        const options = { ...(query ? { query } : {}), ...(after ? { after } : {}) };
        return { json: await listing.list(actor, options) };
      },
    }),
    route({
      method: 'POST',
      path: list,
      needs: 'guest',
      summary: 'Create a document. Who creates it owns it; who has its link may edit.',
      body: createBody,
      reply: createdReply,
      status: 201,
      rate: 'heavy',
      async run({ actor, body }) {
        const created = await documents.create(actor, {
          collection: body.collection ?? defaultCollection,
          id: body.id,
          title: body.title,
          content: contentOf(body.text, body.delta),
        });
        return { json: created, headers: { Location: created.url } };
      },
    }),
    route({
      method: 'GET',
      path: one,
      needs: 'read',
      summary: 'Read a document: as a delta with its version, or as text.',
      query: readQuery,
      reply: documentReply,
      async run({ actor, grant, query, request }) {
        const found = await documents.read(grant);
        if (query.format === 'text') {
          const t = createTranslate(await localeOf(actor, request.acceptLanguage));
          return textReply(found, query.download !== undefined, t('title.untitled'));
        }
        const { record, snapshot } = found;
        const reply: DocumentReply = {
          collection: grant.document.collection,
          id: grant.document.id,
          title: record.title,
          version: snapshot.version,
          delta: snapshot.ops,
          role: grant.role,
          link: record.link,
          trashed: record.trashedAt !== null,
        };
        return { json: reply };
      },
    }),
    route({
      method: 'PATCH',
      path: one,
      needs: 'edit',
      summary: 'Change the title.',
      body: renameBody,
      reply: changedReply,
      run: async ({ grant, body }) => ({ json: await documents.rename(grant, body.title) }),
    }),
    route({
      method: 'DELETE',
      path: one,
      needs: 'trash',
      summary: 'Move to the trash.',
      status: 204,
      async run({ grant }) {
        await documents.trash(grant);
        return {};
      },
    }),
    route({
      method: 'POST',
      path: `${one}/restore`,
      needs: 'trash',
      summary: 'Take out of the trash.',
      reply: changedReply,
      run: async ({ grant }) => ({ json: await documents.restore(grant) }),
    }),
    route({
      method: 'DELETE',
      path: `${one}/trash`,
      needs: 'destroy',
      summary: 'Delete for good, out of the trash: text, history, images that nothing else holds.',
      status: 204,
      rate: 'heavy',
      async run({ grant }) {
        await documents.destroy(grant);
        return {};
      },
    }),
    route({
      method: 'POST',
      path: `${one}/copy`,
      needs: 'read',
      summary: 'Make a copy that I own.',
      reply: createdReply,
      status: 201,
      rate: 'heavy',
      async run({ actor, grant, request }) {
        const t = createTranslate(await localeOf(actor, request.acceptLanguage));
        const created = await documents.copy(grant, actor, (title) =>
          t('copy.title', { title: title || t('title.untitled') }),
        );
        return { json: created, headers: { Location: created.url } };
      },
    }),
  ];
}
