// Record kinds: their types and their indexes. A new record starts here.

import type { Theme } from '../../core/api.ts';
import type { Locale } from '../../core/i18n/i18n.ts';
import type { DocumentKey } from '../../core/ids.ts';
import type { GivenRole, LinkRole, Role } from '../../core/roles.ts';
import type { IndexKey, RecordKind } from './store.ts';

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
  /** They signed in elsewhere, and what they made was given to that account. */
  mergedInto?: string;
}
export const guests: RecordKind<GuestRecord> = { name: 'guest', indexes: {} };

/** Somebody whom an owner named. */
export interface NamedPerson {
  role: Role;
  by: string;
  at: number;
}

/** A secret address that gives a role to whoever opens it. It never changes; it is made and revoked. */
export interface ShareLink {
  /** Names it in the API; no secret. */
  id: string;
  /** SHA-256 of the token in its address. */
  hash: string;
  role: GivenRole;
  /** What its maker calls it. */
  label: string;
  by: string;
  at: number;
  /** Null: never. */
  expiresAt: number | null;
  /** As `passwords.ts` writes it; null: it asks for none. */
  password: string | null;
}

/**
 * Id: document key. What is known of a document beside its text. What may be absent was added later:
 * absent means none.
 */
export interface DocumentRecord {
  title: string;
  /** A person chose the title. Until then it follows the first heading. */
  titled: boolean;
  /** One of its owners, the first; the others are among `people`. */
  ownerId: string;
  /** What its address alone gives. */
  link: LinkRole;
  /** What being signed in gives. */
  signedIn?: LinkRole;
  /** By user id. */
  people?: Readonly<Record<string, NamedPerson>>;
  /** Oldest first. */
  shareLinks?: readonly ShareLink[];
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

/** Id: `server`. What signs cookies and client ids, where several processes must know the same. */
export interface SecretRecord {
  secret: string;
}
export const secrets: RecordKind<SecretRecord> = { name: 'secret', indexes: {} };

/** Id: `userId document-key`. That a person made, opened or was given a document. */
export interface VisitRecord {
  userId: string;
  document: DocumentKey;
  at: number;
}
export const visits: RecordKind<VisitRecord> = {
  name: 'visit',
  indexes: {
    byUser: (record) => [record.userId, record.at],
    /** Visits from before this index come into it when they are repeated. */
    byDocument: (record) => [record.document, record.at],
  },
};

/** Which share links of a document somebody has opened. */
export interface ShareGrantRecord {
  userId: string;
  document: DocumentKey;
  /** Ids of the links, oldest first. */
  links: readonly string[];
  at: number;
}
export const shareGrants: RecordKind<ShareGrantRecord> = {
  name: 'share-grant',
  indexes: {
    byUser: (record) => [record.userId, record.at],
    byDocument: (record) => [record.document, record.at],
  },
};
export const shareGrantId = (userId: string, key: DocumentKey): string => `${userId} ${key}`;

/** Id: `userId document-key`. Somebody asks to be let in, or was told no. */
export interface AccessRequestRecord {
  userId: string;
  document: DocumentKey;
  role: GivenRole;
  note: string;
  at: number;
  declinedAt: number | null;
}
export const accessRequests: RecordKind<AccessRequestRecord> = {
  name: 'access-request',
  indexes: {
    byDocument: (record) => (record.declinedAt === null ? [record.document, record.at] : null),
    /** Those that were declined too: what is to be cleared away with the document. */
    all: (record) => [record.document, record.at],
  },
};
export const accessRequestId = (userId: string, key: DocumentKey): string => `${userId} ${key}`;

/** Id: the name of a blob. Where it was uploaded to; images from before there were such records have none. */
export interface ImageRecord {
  document: DocumentKey;
  at: number;
}
export const images: RecordKind<ImageRecord> = { name: 'image', indexes: {} };

/** Id: `blob-name document-key`. A document that has held the image at some time. */
export interface ImageUseRecord {
  name: string;
  document: DocumentKey;
}
export const imageUses: RecordKind<ImageUseRecord> = {
  name: 'image-use',
  indexes: {
    byName: (record) => [record.name, record.document],
    byDocument: (record) => [record.document, record.name],
  },
};
export const imageUseId = (name: string, key: DocumentKey): string => `${name} ${key}`;

/** Id: user id. How a person proves who they are; how they look to others is in their GuestRecord. */
export interface AccountRecord {
  /** As they typed it; its claim is a LoginRecord. */
  name: string | null;
  email: string | null;
  /** A link that was sent there was used. */
  emailVerifiedAt: number | null;
  /** As `passwords.ts` writes it; null: none was chosen yet, or another way in is used. */
  password: string | null;
  isAdmin: boolean;
  createdAt: number;
  disabledAt: number | null;
  /** Guests whose documents were given to this account, oldest first. */
  was: readonly string[];
}
export const accounts: RecordKind<AccountRecord> = {
  name: 'account',
  indexes: {
    all: (record) => ['all', record.createdAt],
    admins: (record) => (record.isAdmin ? ['admin', record.createdAt] : null),
  },
};

/** Id: `name ada` or `email ada@example.org`, so that of two who want it one gets it. */
export interface LoginRecord {
  userId: string;
  at: number;
}
export const logins: RecordKind<LoginRecord> = { name: 'login', indexes: {} };

/** Where it lies in the order of what must go; `expiresAt` null: never. */
const byExpiry = ({ expiresAt }: { expiresAt: number | null }): IndexKey | null =>
  expiresAt === null ? null : ['all', expiresAt];

/** Id: SHA-256 of the secret in somebody's cookie. */
export interface SessionRecord {
  userId: string;
  /** How it began. */
  kind: 'password' | 'reset' | 'link' | 'passkey' | 'oidc';
  /** “Firefox · Linux” */
  agent: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
}
export const sessions: RecordKind<SessionRecord> = {
  name: 'session',
  indexes: { byUser: (record) => [record.userId, record.lastSeenAt], byExpiry },
};

/** Id: SHA-256 of an API token. */
export interface TokenRecord {
  userId: string;
  name: string;
  scope: 'read' | 'write';
  /** Null: every collection. */
  collection: string | null;
  createdAt: number;
  lastUsedAt: number | null;
  expiresAt: number | null;
}
export const tokens: RecordKind<TokenRecord> = {
  name: 'token',
  indexes: { byUser: (record) => [record.userId, record.createdAt], byExpiry },
};

/** Id: SHA-256 of the secret in a guest's personal link. */
export interface PersonalLinkRecord {
  userId: string;
  createdAt: number;
  lastUsedAt: number | null;
}
export const personalLinks: RecordKind<PersonalLinkRecord> = {
  name: 'personal-link',
  indexes: { byUser: (record) => [record.userId, record.createdAt] },
};

/** Id: SHA-256 of the secret in a link that sets a new password, once. */
export interface ResetRecord {
  userId: string;
  /** Who sent it. */
  by: 'operator' | 'mail';
  createdAt: number;
  expiresAt: number;
}
export const resets: RecordKind<ResetRecord> = {
  name: 'reset',
  indexes: { byUser: (record) => [record.userId, record.createdAt], byExpiry },
};

/** Id: SHA-256 of the secret in the cookie of a frame. What a host application's tokens gave somebody. */
export interface EmbedSessionRecord {
  userId: string;
  gives: readonly EmbedGrantRecord[];
  createdAt: number;
  /** The latest end among `gives`. */
  expiresAt: number;
}
export interface EmbedGrantRecord {
  collection: string;
  /** Null: the whole collection. */
  id: string | null;
  role: 'viewer' | 'commenter' | 'editor';
  expiresAt: number;
}
export const embedSessions: RecordKind<EmbedSessionRecord> = {
  name: 'embed-session',
  indexes: { byExpiry },
};

/** Id: SHA-256 of the secret in a cookie. A sign-in that has begun and waits for its second half. */
export interface StepRecord {
  data: Readonly<Record<string, string>>;
  /** Whose it is, when somebody signed in began it. */
  userId: string | null;
  expiresAt: number;
}
export const steps: RecordKind<StepRecord> = { name: 'sign-in-step', indexes: { byExpiry } };

/** Id: SHA-256 of the credential's id, which may be long. */
export interface PasskeyRecord {
  userId: string;
  /** base64url, as are the bytes of the key. */
  credentialId: string;
  publicKey: string;
  /** The host it was made for; it works nowhere else. */
  rpId: string;
  counter: number;
  transports: readonly string[];
  name: string;
  /** It may be on several devices of its owner. */
  isSynced: boolean;
  createdAt: number;
  lastUsedAt: number | null;
}
export const passkeys: RecordKind<PasskeyRecord> = {
  name: 'passkey',
  indexes: { byUser: (record) => [record.userId, record.createdAt] },
};

/** Id: SHA-256 of issuer and subject. Which account somebody has who comes from an OIDC provider. */
export interface ProviderLinkRecord {
  userId: string;
  issuer: string;
  subject: string;
  /** As the provider shows them; nobody is found by it. */
  label: string;
  createdAt: number;
}
export const providerLinks: RecordKind<ProviderLinkRecord> = {
  name: 'provider-link',
  indexes: { byUser: (record) => [record.userId, record.createdAt] },
};
