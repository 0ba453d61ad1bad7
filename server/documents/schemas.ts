// Bodies, queries and answers of the documents' routes, as schemas: for checking and for describing.

import { z } from 'zod';
import type {
  DocumentChanged,
  DocumentCreated,
  DocumentListReply,
  DocumentReply,
} from '../../core/api.ts';
import type { DeltaOp } from '../../core/delta.ts';
import {
  type CollectionName,
  type DocumentId,
  isCollectionName,
  isDocumentId,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { linkRoles, roles } from '../../core/roles.ts';

export const collectionName: z.ZodType<CollectionName> = z
  .string()
  .refine(isCollectionName, 'must be 1 to 64 of a-z, 0-9 and hyphen, not beginning with a hyphen')
  .transform((value) => value as CollectionName)
  .meta({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' });
export const documentId: z.ZodType<DocumentId> = z
  .string()
  .refine(isDocumentId, 'must be 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen')
  .transform((value) => value as DocumentId)
  .meta({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

/** Looked at component by component by core/check-op.ts, whose sentences are better. */
const delta = z.unknown().meta({
  type: 'array',
  items: { type: 'object' },
  description: 'A list of inserts that ends with a newline.',
});

export interface CreateBody {
  collection?: CollectionName | undefined;
  id?: DocumentId | undefined;
  title?: string | undefined;
  text?: string | undefined;
  delta?: unknown;
}
export const createBody: z.ZodType<CreateBody> = z
  .strictObject({
    collection: collectionName.optional(),
    id: documentId.optional().meta({ description: 'Random and unguessable when absent.' }),
    title: z
      .string()
      .optional()
      .meta({ description: `At most ${limits.maxTitleChars} characters.` }),
    text: z.string().optional(),
    delta: delta.optional(),
  })
  .refine((body) => body.text === undefined || body.delta === undefined, {
    message: 'a document begins with text or with delta, not with both',
    path: ['delta'],
  });

export const renameBody = z.strictObject({
  title: z.string().meta({
    description: `At most ${limits.maxTitleChars} characters. Empty: the title follows the first heading again.`,
  }),
});

export const listQuery = z.object({
  query: z.string().max(limits.maxQueryChars).optional(),
  after: z.string().max(200).optional().meta({ description: '`next` of the page before.' }),
});
export const readQuery = z.object({
  format: z.enum(['json', 'text']).optional(),
  download: z.string().optional().meta({ description: 'With format=text: saves a file.' }),
});

export const op = z.looseObject({
  insert: z.union([z.string(), z.record(z.string(), z.unknown())]),
}) as z.ZodType<DeltaOp>;
export const person = z.object({ id: z.string(), name: z.string(), color: z.int().min(1).max(12) });

export const createdReply = z.object({
  collection: z.string(),
  id: z.string(),
  version: z.int(),
  url: z.string(),
}) satisfies z.ZodType<DocumentCreated>;

export const documentReply = z.object({
  collection: z.string(),
  id: z.string(),
  title: z.string(),
  version: z.int(),
  delta: z.array(op),
  role: z.enum(roles),
  link: z.enum(linkRoles),
  trashed: z.boolean(),
}) satisfies z.ZodType<DocumentReply>;

export const changedReply = z.object({
  collection: z.string(),
  id: z.string(),
  title: z.string(),
  link: z.enum(linkRoles),
}) satisfies z.ZodType<DocumentChanged>;

const item = z.object({
  collection: z.string(),
  id: z.string(),
  url: z.string(),
  title: z.string(),
  preview: z.string(),
  updatedAt: z.number(),
  updatedBy: person.nullable(),
  mine: z.boolean(),
  here: z.array(person),
});
export const listReply = z.object({
  documents: z.array(item),
  next: z.string().optional(),
}) satisfies z.ZodType<Omit<DocumentListReply, 'next'> & { next?: string | undefined }>;
