// Record kinds: their types and their indexes. A new record starts here.

import type { Theme } from '../../core/api.ts';
import type { Locale } from '../../core/i18n/i18n.ts';
import type { DocumentKey } from '../../core/ids.ts';
import type { LinkRole } from '../../core/roles.ts';
import type { RecordKind } from './store.ts';

/** Id: user id. A person as others see them, whether or not they have an account. */
export interface GuestRecord {
  name: string;
  named: boolean;
  /** 1 … 12 */
  color: number;
  locale: Locale | null;
  theme: Theme | null;
  createdAt: number;
  /** The person ended this identity: its cookie is worth nothing any more. */
  endedAt: number | null;
  /** They signed up: the guest's cookie does not speak for them any more. */
  account?: true;
}
export const guests: RecordKind<GuestRecord> = { name: 'guest', indexes: {} };

/** Id: document key. What is known of a document beside its text. */
export interface DocumentRecord {
  title: string;
  /** A person chose the title. Until then it follows the first heading. */
  titled: boolean;
  ownerId: string;
  link: LinkRole;
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
  /** First words of the text, one line, at most 160 characters. */
  preview: string;
  /** The version of the text that title, preview and search were made from; 0: none yet. */
  indexedVersion: number;
  trashedAt: number | null;
}
export const documents: RecordKind<DocumentRecord> = {
  name: 'document',
  indexes: { byOwner: (record) => [record.ownerId, record.updatedAt] },
};

/** Id: `userId document-key`. That a person made, opened or was given a document. */
export interface VisitRecord {
  userId: string;
  document: DocumentKey;
  at: number;
}
export const visits: RecordKind<VisitRecord> = {
  name: 'visit',
  indexes: { byUser: (record) => [record.userId, record.at] },
};
