// /api/v1/documents/:collection/:id/versions: old versions of a document, for whoever may read it.

import { z } from 'zod';
import type { DocumentVersion, VersionInfo, VersionList } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { type Route, route } from '../http/route.ts';
import { op, person } from './schemas.ts';
import type { Versions } from './versions.ts';

const all = '/api/v1/documents/:collection/:id/versions';

const info = z.object({
  version: z.int(),
  at: z.number().meta({ description: 'When it was written, in epoch milliseconds.' }),
  author: person.nullable().meta({ description: 'Null: not known, or the server itself.' }),
  via: z
    .enum(['page', 'api', 'sharedb', 'system'])
    .nullable()
    .meta({ description: 'How the change came; null when another server wrote it.' }),
  kept: z
    .boolean()
    .meta({ description: 'Its text is kept as a whole: it is the fastest to read.' }),
}) satisfies z.ZodType<VersionInfo>;

const versionList = z.object({
  versions: z.array(info),
  next: z.int().optional(),
}) satisfies z.ZodType<Omit<VersionList, 'next'> & { next?: number | undefined }>;

const documentVersion = info.extend({
  collection: z.string(),
  id: z.string(),
  delta: z.array(op),
}) satisfies z.ZodType<DocumentVersion>;

const listQuery = z.object({
  before: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Only versions below this one: `next` of the page before.' }),
  kept: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: only versions whose text is kept as a whole.' }),
});

function numberOf(text: string | undefined, field: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text ?? '') && Number.isSafeInteger(value)) return value;
  throw new AppError('bad-request', `The ${field} must be a whole number.`, { details: { field } });
}

export function versionRoutes(versions: Versions): Route[] {
  return [
    route({
      method: 'GET',
      path: all,
      needs: 'read',
      summary: 'The versions of a document, newest first: who wrote each, when and how.',
      query: listQuery,
      reply: versionList,
      run: async ({ grant, query: { before, kept } }) => ({
        json: await versions.list(grant, { before: before ?? null, kept: kept === 'true' }),
      }),
    }),
    route({
      method: 'GET',
      path: `${all}/:version`,
      needs: 'read',
      summary: 'Read a document as it was at a version.',
      reply: documentVersion,
      rate: 'write',
      run: async ({ grant, params }) => ({
        json: await versions.read(grant, numberOf(params.version, 'version')),
      }),
    }),
    route({
      method: 'GET',
      path: `${all}/at/:time`,
      needs: 'read',
      summary: 'Read a document as it was at a time, in epoch milliseconds.',
      reply: documentVersion,
      rate: 'write',
      run: async ({ grant, params }) => ({
        json: await versions.readAt(grant, numberOf(params.time, 'time')),
      }),
    }),
  ];
}
