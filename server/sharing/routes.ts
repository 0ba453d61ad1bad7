// /api/v1/documents/:collection/:id/access: who may do what, links, and asking to be let in.

import { AppError } from '../../core/errors.ts';
import { parseDocumentRef } from '../../core/ids.ts';
import { type Route, route } from '../http/route.ts';
import {
  accessReply,
  askBody,
  changedReply,
  generalBody,
  givenBody,
  linkBody,
  linkReply,
  namingBody,
  roleBody,
} from './schemas.ts';
import type { Sharing } from './sharing.ts';

const base = '/api/v1/documents/:collection/:id/access';

export function sharingRoutes(sharing: Sharing): Route[] {
  return [
    route({
      method: 'GET',
      path: base,
      needs: 'read',
      summary: 'Who may do what. Links and requests only for owners.',
      reply: accessReply,
      run: async ({ grant }) => ({ json: await sharing.describe(grant) }),
    }),
    route({
      method: 'PUT',
      path: base,
      needs: 'share',
      summary: 'Set what the link alone gives, and what being signed in gives.',
      body: generalBody,
      reply: changedReply,
      async run({ grant, body: { link, signedIn } }) {
        const record = await sharing.setGeneral(grant, {
          ...(link === undefined ? {} : { link }),
          ...(signedIn === undefined ? {} : { signedIn }),
        });
        const { collection, id } = grant.document;
        const { title, link: gives, signedIn: toAccounts = 'none' } = record;
        return { json: { collection, id, title, link: gives, signedIn: toAccounts } };
      },
    }),
    route({
      method: 'PUT',
      path: `${base}/people`,
      needs: 'share',
      summary: 'Give somebody a role: by user id, or by the name or address of an account.',
      body: namingBody,
      reply: accessReply,
      async run({ grant, body: { who, role } }) {
        await sharing.name(grant, who, role);
        return { json: await sharing.describeAll(grant) };
      },
    }),
    route({
      method: 'PUT',
      path: `${base}/people/:person`,
      needs: 'share',
      summary: 'Change somebody’s role; owner is one too.',
      body: roleBody,
      reply: accessReply,
      async run({ grant, params, body: { role } }) {
        await sharing.name(grant, params.person ?? '', role);
        return { json: await sharing.describeAll(grant) };
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/people/:person`,
      needs: 'share',
      summary: 'Take back what somebody was given. What links and general access give, they keep.',
      reply: accessReply,
      async run({ grant, params }) {
        await sharing.unname(grant, params.person ?? '');
        return { json: await sharing.describeAll(grant) };
      },
    }),
    route({
      method: 'POST',
      path: `${base}/links`,
      needs: 'share',
      summary: 'Make a share link. Its address is told this once.',
      body: linkBody,
      reply: linkReply,
      status: 201,
      rate: 'heavy',
      async run({ grant, body, request }) {
        const { path } = await sharing.links.make(grant, body);
        const access = await sharing.describeAll(grant);
        return { json: { url: request.origin + path, access } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/links/:link`,
      needs: 'share',
      summary: 'Revoke a share link: who came by it has nothing of it any more.',
      reply: accessReply,
      async run({ grant, params }) {
        await sharing.links.revoke(grant, params.link ?? '');
        return { json: await sharing.describeAll(grant) };
      },
    }),
    route({
      method: 'POST',
      path: `${base}/requests`,
      needs: 'guest',
      summary: 'Ask its owners for access, or for more of it. Says nothing of the document.',
      body: askBody,
      status: 204,
      rate: 'heavy',
      async run({ actor, params, body: { role, note } }) {
        const ref = parseDocumentRef(params.collection, params.id);
        if (!ref) throw new AppError('not-found', 'There is no such document.');
        await sharing.requests.ask(actor, ref, role, note);
        return {};
      },
    }),
    route({
      method: 'PUT',
      path: `${base}/requests/:person`,
      needs: 'share',
      summary: 'Give access to somebody who asked.',
      body: givenBody,
      reply: accessReply,
      async run({ grant, params, body: { role } }) {
        await sharing.requests.give(grant, params.person ?? '', role);
        return { json: await sharing.describeAll(grant) };
      },
    }),
    route({
      method: 'DELETE',
      path: `${base}/requests/:person`,
      needs: 'share',
      summary: 'Decline it. Who asked is not told.',
      reply: accessReply,
      async run({ grant, params }) {
        await sharing.requests.decline(grant, params.person ?? '');
        return { json: await sharing.describeAll(grant) };
      },
    }),
  ];
}
