// Shapes of the REST API, /api/v1. Times are epoch milliseconds. Errors are RFC 9457 problems.

import type { DeltaOp } from './delta.ts';
import type { ErrorCode } from './errors.ts';
import type { Locale } from './i18n/i18n.ts';
import type { LinkRole, Role } from './roles.ts';

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  /** Path of the offending field, where there is one. */
  field?: string;
}

/** A person as others see them. */
export interface PersonSummary {
  id: string;
  name: string;
  /** 1 … 12 */
  color: number;
}

/** GET, POST, PATCH /api/v1/session */
export interface SessionReply {
  user: PersonSummary & {
    kind: 'guest' | 'account';
    /** False until the person has chosen a name: then the page asks, gently. */
    named: boolean;
    locale: Locale | null;
    theme: Theme | null;
  };
}
export type Theme = 'light' | 'dark';
export interface SessionChange {
  name?: string;
  locale?: Locale | null;
  theme?: Theme | null;
}

/** GET /api/v1/documents?query=…&after=… */
export interface DocumentListReply {
  documents: DocumentListItem[];
  /** Pass as `after` for the next page; absent on the last. */
  next?: string;
}
export interface DocumentListItem {
  collection: string;
  id: string;
  url: string;
  title: string;
  /** The first words of the text, one line, at most 160 characters. */
  preview: string;
  updatedAt: number;
  /** Who edited last; null when nobody has yet. */
  updatedBy: PersonSummary | null;
  mine: boolean;
  here: PersonSummary[];
}

/** POST /api/v1/documents and POST …/copy */
export interface DocumentCreate {
  collection?: string;
  id?: string;
  title?: string;
  text?: string;
  delta?: DeltaOp[];
}
export interface DocumentCreated {
  collection: string;
  id: string;
  version: number;
  url: string;
}

/** GET /api/v1/documents/:collection/:id */
export interface DocumentReply {
  collection: string;
  id: string;
  title: string;
  version: number;
  delta: DeltaOp[];
  role: Role;
  link: LinkRole;
  trashed: boolean;
}

/** PATCH (title), PUT …/access (link) and POST …/restore answer with what is so now. */
export interface DocumentChange {
  title: string;
}
export interface AccessChange {
  link: LinkRole;
}
export interface DocumentChanged {
  collection: string;
  id: string;
  title: string;
  link: LinkRole;
}

/** POST /api/v1/uploads?collection=…&id=… (body: the image itself) */
export interface UploadReply {
  url: string;
  width: number;
  height: number;
}

/**
 * What a page's HTML carries for its script, as JSON in `<script type="application/json" id="boot">`.
 * `<`, U+2028 and U+2029 are escaped.
 */
export interface Boot {
  /** Names the client bundle; compared with the `hello` notice after a reconnect. */
  build: string;
  locale: Locale;
  theme: Theme | null;
  user: SessionReply['user'];
}

/** The document page's own part, in `<script type="application/json" id="document">`. */
export interface DocumentBoot {
  collection: string;
  id: string;
  title: string;
  /** 0: nothing is stored yet; it is created by the first key (POST /api/v1/documents). */
  version: number;
  delta: DeltaOp[];
  role: Role;
  link: LinkRole;
  owner: PersonSummary | null;
}
