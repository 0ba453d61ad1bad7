// Bodies and answers of the routes about access, as schemas: for checking and for describing.

import { z } from 'zod';
import type {
  AccessAsk,
  AccessReply,
  PersonNaming,
  ShareLinkCreate,
  ShareLinkCreated,
} from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { givenRoles, linkRoles, roles } from '../../core/roles.ts';

/** As a parser hands it over: what is absent may be written as undefined. */
type Parsed<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };

const role = z.enum(roles);
const given = z.enum(givenRoles);

export const generalBody = z
  .strictObject({
    link: z.enum(linkRoles).optional().meta({ description: 'What the address alone gives.' }),
    signedIn: z.enum(linkRoles).optional().meta({ description: 'What being signed in gives.' }),
  })
  .refine((body) => body.link !== undefined || body.signedIn !== undefined, {
    message: 'must say what the link gives, or what being signed in gives',
    path: ['link'],
  });

export const namingBody = z.strictObject({
  who: z.string().max(limits.maxLoginChars).meta({
    description: 'A user id; or the name or e-mail address of an account, when you are signed in.',
  }),
  role,
}) satisfies z.ZodType<PersonNaming>;
export const roleBody = z.strictObject({ role });
export const givenBody = z.strictObject({ role: given });

export const linkBody = z.strictObject({
  role: given,
  label: z.string().optional(),
  expiresAt: z
    .number()
    .nullable()
    .optional()
    .meta({ description: 'Epoch milliseconds; null: never.' }),
  password: z.string().optional(),
}) satisfies z.ZodType<Parsed<ShareLinkCreate>>;

export const askBody = z.strictObject({
  role: given.default('viewer'),
  note: z
    .string()
    .default('')
    .meta({ description: `At most ${limits.maxRequestNoteChars} characters.` }),
}) satisfies z.ZodType<AccessAsk>;

const person = z.object({ id: z.string(), name: z.string(), color: z.int().min(1).max(12) });

export const accessReply = z.object({
  link: z.enum(linkRoles),
  signedIn: z.enum(linkRoles),
  role,
  people: z.array(person.extend({ role })),
  links: z.array(
    z.object({
      id: z.string(),
      role: given,
      label: z.string(),
      by: person.nullable(),
      at: z.number(),
      expiresAt: z.number().nullable(),
      isExpired: z.boolean(),
      hasPassword: z.boolean(),
    }),
  ),
  requests: z.array(z.object({ person, role: given, note: z.string(), at: z.number() })),
}) satisfies z.ZodType<AccessReply>;

/** As every change of a document is answered, and what accounts get. */
export const changedReply = z.object({
  collection: z.string(),
  id: z.string(),
  title: z.string(),
  link: z.enum(linkRoles),
  signedIn: z.enum(linkRoles),
});

export const linkReply = z.object({
  url: z.string().meta({ description: 'The secret address. It is told this once.' }),
  access: accessReply,
}) satisfies z.ZodType<ShareLinkCreated>;
