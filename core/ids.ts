// Branded ids and the only parsers that make them from text. New ids are made in server/ids.ts.

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type CollectionName = Branded<string, 'CollectionName'>;
export type DocumentId = Branded<string, 'DocumentId'>;
export type UserId = Branded<string, 'UserId'>;
/** `collection/id`: the key under which records name a document. */
export type DocumentKey = Branded<string, 'DocumentKey'>;

/** A document's address. */
export interface DocumentRef {
  readonly collection: CollectionName;
  readonly id: DocumentId;
}

const COLLECTION = /^[a-z0-9][a-z0-9-]{0,63}$/;
const DOCUMENT_ID = /^[A-Za-z0-9_-]{1,64}$/;
const USER_ID = /^[a-z]_[A-Za-z0-9_-]{8,64}$/;

export const isCollectionName = (value: unknown): value is CollectionName =>
  typeof value === 'string' && COLLECTION.test(value) && !(value in {});

/** ShareDB refuses names that every object has (`constructor`, `__proto__` …): such a page could not open. */
export const isDocumentId = (value: unknown): value is DocumentId =>
  typeof value === 'string' && DOCUMENT_ID.test(value) && !(value in {});

export const isUserId = (value: unknown): value is UserId =>
  typeof value === 'string' && USER_ID.test(value);

/** The address, or null when either part breaks its pattern. */
export function parseDocumentRef(collection: unknown, id: unknown): DocumentRef | null {
  return isCollectionName(collection) && isDocumentId(id) ? { collection, id } : null;
}

export const documentKey = (ref: DocumentRef): DocumentKey =>
  `${ref.collection}/${ref.id}` as DocumentKey;

/** The inverse of `documentKey`; null for anything it did not make. */
export function parseDocumentKey(key: string): DocumentRef | null {
  const slash = key.indexOf('/');
  return slash < 0 ? null : parseDocumentRef(key.slice(0, slash), key.slice(slash + 1));
}

export const documentPath = (ref: DocumentRef): string => `/d/${ref.collection}/${ref.id}`;

/** The presence channel of a document. A dot cannot occur in either part, so channels never collide. */
export const presenceChannel = (ref: DocumentRef): string => `${ref.collection}.${ref.id}`;
