// The REST calls about who may do what with a document. Paths live here and in api.ts.

import type { AccessReply, ShareLinkCreate, ShareLinkCreated } from '../../core/api.ts';
import type { DocumentRef } from '../../core/ids.ts';
import type { GeneralAccess, GivenRole, Role } from '../../core/roles.ts';
import { request } from './http.ts';

const at = ({ collection, id }: DocumentRef): string =>
  `/api/v1/documents/${collection}/${id}/access`;

export const accessApi = {
  fetch: (ref: DocumentRef) => request<AccessReply>('GET', at(ref)),
  setGeneral: (ref: DocumentRef, body: GeneralAccess) => request<void>('PUT', at(ref), { body }),
  name: (ref: DocumentRef, who: string, role: Role) =>
    request<AccessReply>('PUT', `${at(ref)}/people`, { body: { who, role } }),
  unname: (ref: DocumentRef, id: string) =>
    request<AccessReply>('DELETE', `${at(ref)}/people/${id}`),
  makeLink: (ref: DocumentRef, body: ShareLinkCreate) =>
    request<ShareLinkCreated>('POST', `${at(ref)}/links`, { body }),
  revokeLink: (ref: DocumentRef, id: string) =>
    request<AccessReply>('DELETE', `${at(ref)}/links/${id}`),
  ask: (ref: DocumentRef, role: GivenRole) =>
    request<void>('POST', `${at(ref)}/requests`, { body: { role } }),
  give: (ref: DocumentRef, id: string, role: GivenRole) =>
    request<AccessReply>('PUT', `${at(ref)}/requests/${id}`, { body: { role } }),
  decline: (ref: DocumentRef, id: string) =>
    request<AccessReply>('DELETE', `${at(ref)}/requests/${id}`),
};
