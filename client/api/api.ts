// The REST calls the pages make, typed by core/api.ts. Paths live here and nowhere else in the client.

import type {
  DocumentCreate,
  DocumentCreated,
  DocumentListReply,
  DocumentReply,
  SessionChange,
  SessionReply,
  UploadReply,
} from '../../core/api.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { request } from './http.ts';
import { upload } from './upload.ts';

export interface Api {
  fetchSession(): Promise<SessionReply>;
  changeSession(change: SessionChange): Promise<SessionReply>;
  listDocuments(
    query: string,
    after: string | undefined,
    signal?: AbortSignal,
  ): Promise<DocumentListReply>;
  createDocument(document: DocumentCreate): Promise<DocumentCreated>;
  fetchDocument(ref: DocumentRef): Promise<DocumentReply>;
  setTitle(ref: DocumentRef, title: string): Promise<unknown>;
  copyDocument(ref: DocumentRef): Promise<DocumentCreated>;
  trashDocument(ref: DocumentRef): Promise<void>;
  restoreDocument(ref: DocumentRef): Promise<void>;
  uploadImage(
    ref: DocumentRef,
    file: Blob,
    onProgress: (share: number) => void,
  ): Promise<UploadReply>;
}

const documentApi = ({ collection, id }: DocumentRef): string =>
  `/api/v1/documents/${collection}/${id}`;

export function createApi(): Api {
  return {
    fetchSession: () => request('GET', '/api/v1/session'),
    changeSession: (change) => request('PATCH', '/api/v1/session', { body: change }),
    listDocuments(query, after, signal) {
      const search = new URLSearchParams();
      if (query) search.set('query', query);
      if (after) search.set('after', after);
      const suffix = search.size > 0 ? `?${search}` : '';
      return request('GET', `/api/v1/documents${suffix}`, signal ? { signal } : {});
    },
    createDocument: (body) => request('POST', '/api/v1/documents', { body }),
    fetchDocument: (ref) => request('GET', documentApi(ref)),
    setTitle: (ref, title) => request('PATCH', documentApi(ref), { body: { title } }),
    copyDocument: (ref) => request('POST', `${documentApi(ref)}/copy`, { body: {} }),
    trashDocument: (ref) => request('DELETE', documentApi(ref)),
    restoreDocument: (ref) => request('POST', `${documentApi(ref)}/restore`, { body: {} }),
    uploadImage(ref, file, onProgress) {
      const search = new URLSearchParams({ collection: ref.collection, id: ref.id });
      return upload(`/api/v1/uploads?${search}`, file, onProgress);
    },
  };
}
