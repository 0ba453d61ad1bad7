// Shapes of the REST API, /api/v1. Times are epoch milliseconds. Errors are RFC 9457 problems.

import type { DeltaOp } from './delta.ts';
import type { ErrorCode } from './errors.ts';
import type { Locale } from './i18n/i18n.ts';
import type { GeneralAccess, GivenRole, LinkRole, Role } from './roles.ts';

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  /** Path of the offending field, where there is one. */
  field?: string;
  /** Which of several things is wrong with it. */
  reason?: string;
  /** Seconds after which it may be tried again. */
  retryAfter?: number;
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
    /** Runs this server. */
    isAdmin: boolean;
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

/** POST /api/v1/account (sign up), …/sign-in, …/reset. The session is in the cookie of the answer. */
export interface SignUp {
  /** A name, or an e-mail address. */
  login: string;
  password: string;
  /** What others see; absent: the name a guest has chosen, else the login. */
  name?: string;
}
export interface SignIn {
  login: string;
  password: string;
}
export interface SignedInReply {
  user: SessionReply['user'];
  /** Documents that were the guest's in this browser and are the account's now. */
  adopted: number;
}
/** PUT /api/v1/account/password */
export interface PasswordChange {
  /** The one until now; only who has none may leave it out. */
  current?: string;
  password: string;
}

/** GET /api/v1/account: how I sign in. */
export interface AccountReply {
  name: string | null;
  email: string | null;
  hasPassword: boolean;
  isAdmin: boolean;
  createdAt: number;
}

/** GET /api/v1/account/sessions; DELETE …/:id ends one, DELETE without an id all others. */
export interface SessionListReply {
  sessions: SessionItem[];
}
export interface SessionItem {
  id: string;
  kind: 'password' | 'reset' | 'link' | 'passkey' | 'oidc';
  /** “Firefox · Linux”, or '' */
  agent: string;
  createdAt: number;
  lastSeenAt: number;
  /** The one that asked. */
  current: boolean;
}

/** GET, POST, DELETE /api/v1/account/provider */
export interface ProviderReply {
  /** Null: the server has none. */
  name: string | null;
  linked: boolean;
}

/** GET, POST /api/v1/account/passkeys; PATCH, DELETE …/:id */
export interface PasskeyListReply {
  passkeys: PasskeyItem[];
}
export interface PasskeyItem {
  id: string;
  name: string;
  /** Its owner may have it on several devices. */
  synced: boolean;
  createdAt: number;
  lastUsedAt: number | null;
}

/** GET, POST /api/v1/account/tokens; DELETE …/:id revokes. */
export interface TokenListReply {
  tokens: TokenItem[];
}
export interface TokenItem {
  id: string;
  name: string;
  scope: 'read' | 'write';
  collection: string | null;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number | null;
}
export interface TokenCreate {
  name: string;
  scope: 'read' | 'write';
  collection?: string | null;
  expiresAt?: number | null;
}
export interface TokenCreated {
  /** Shown this once. */
  secret: string;
  token: TokenItem;
}

/** GET, POST /api/v1/account/links: a guest's personal links; DELETE …/:id revokes. */
export interface PersonalLinkListReply {
  links: PersonalLinkItem[];
}
export interface PersonalLinkItem {
  id: string;
  createdAt: number;
  lastUsedAt: number | null;
}
export interface PersonalLinkCreated {
  /** Shown this once. */
  url: string;
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

/** GET …/versions?before=…&kept=true */
export interface VersionList {
  versions: VersionInfo[];
  /** Pass as `before` for the next page; absent on the last. */
  next?: number;
}
export interface VersionInfo {
  version: number;
  at: number;
  author: PersonSummary | null;
  /** How the change came: our page, the REST API, another ShareDB client, the server itself. */
  via: 'page' | 'api' | 'sharedb' | 'system' | null;
  /** Its text is kept as a whole. */
  kept: boolean;
}
/** GET …/versions/:version and …/versions/at/:time */
export interface DocumentVersion extends VersionInfo {
  collection: string;
  id: string;
  delta: DeltaOp[];
}

/** PATCH (title), PUT …/access (link) and POST …/restore answer with what is so now. */
export interface DocumentChange {
  title: string;
}
/** `link`: what the address alone gives; `signedIn`: what having an account gives. At least one of them. */
export type AccessChange = Partial<GeneralAccess>;

/** GET …/access, and the answer to every change below it */
export interface AccessReply extends GeneralAccess {
  /** Mine. */
  role: Role;
  /** Whoever was named, owners first; to readers and commenters, only the owners. */
  people: PersonWithRole[];
  /** Oldest first; empty for all but owners, as are `requests`. */
  links: ShareLinkInfo[];
  requests: AccessRequestInfo[];
}
export interface PersonWithRole extends PersonSummary {
  role: Role;
}
export interface ShareLinkInfo {
  id: string;
  role: GivenRole;
  label: string;
  by: PersonSummary | null;
  at: number;
  expiresAt: number | null;
  isExpired: boolean;
  hasPassword: boolean;
}
export interface AccessRequestInfo {
  person: PersonSummary;
  role: GivenRole;
  note: string;
  at: number;
}
/** PUT …/access/people: by user id, or by a name or address that somebody signs in with */
export interface PersonNaming {
  who: string;
  role: Role;
}
/** POST …/access/links */
export interface ShareLinkCreate {
  role: GivenRole;
  label?: string;
  expiresAt?: number | null;
  password?: string;
}
export interface ShareLinkCreated {
  /** Told this once. */
  url: string;
  access: AccessReply;
}
/** POST …/access/requests */
export interface AccessAsk {
  role: GivenRole;
  note?: string;
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
  /** People make accounts by themselves. */
  canSignUp: boolean;
  user: SessionReply['user'];
  /** In a frame of another site: whose pages may be around it, and when its session ends. */
  embed?: { ancestors: readonly string[]; until: number };
}

/** What the page of a frame knows while it shows no document, in `<script … id="embed">`. */
export interface EmbedBoot {
  state: 'loading' | 'waiting' | 'refused' | 'blocked' | 'alone' | 'unreachable';
  ancestors: readonly string[];
}

export const providerProblems = [
  'provider',
  'provider-away',
  'provider-late',
  'provider-taken',
  'disabled',
] as const;
export type ProviderProblem = (typeof providerProblems)[number];

/** What the pages about accounts know beside, in `<script type="application/json" id="account">`. */
export interface AccountBoot {
  view: 'sign-in' | 'sign-up' | 'reset';
  canSignUp: boolean;
  /** A forgotten password can be set anew by mail. */
  canMail: boolean;
  /** The guest of this browser has documents, which the account gets. */
  hasDocuments: boolean;
  /** Where to go afterwards: a path of this server. */
  next: string;
  /** Another way in: a provider, by the name people know. */
  provider: string | null;
  /** What came of it, when nothing did. */
  problem: ProviderProblem | null;
  /** The secret of the link that led here (reset). */
  token?: string;
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
  signedIn: LinkRole;
  owner: PersonSummary | null;
  /** People who ask for access; 0 for all but owners. */
  requests: number;
}
