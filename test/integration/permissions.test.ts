// The permission table: every role against every route about a document, and against every message of the
// op socket. A route or an action without a row here fails, so that none is added without saying who may.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { DocumentCreated } from '../../core/api.ts';
import { type Capability, can, type Role, roles } from '../../core/roles.ts';
import { actions } from '../../server/ot/messages.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';

const quick = { config: { rateLimits: false } };

/** The least role that may, by capability: written down here apart from core/roles.ts on purpose. */
const least: Record<Capability, Role> = {
  read: 'viewer',
  comment: 'commenter',
  edit: 'editor',
  share: 'owner',
  trash: 'owner',
  destroy: 'owner',
};

test('a capability is allowed from its least role on, and not below', () => {
  for (const [capability, from] of Object.entries(least) as [Capability, Role][]) {
    for (const role of roles) {
      const isEnough = roles.indexOf(role) >= roles.indexOf(from);
      assert.equal(can(role, capability), isEnough, `${role} ${capability}`);
    }
  }
});

interface Row {
  needs: Capability;
  body?: unknown;
  raw?: BodyInit;
  /** The document is in the trash when it is asked. */
  trashed?: true;
  query?: (made: DocumentCreated) => string;
}
const api = '/api/v1/documents/:collection/:id';
/** What must be known of each route about one document that has a capability. */
const table: Record<string, Row> = {
  [`GET ${api}`]: { needs: 'read' },
  [`PATCH ${api}`]: { needs: 'edit', body: { title: 'Heron' } },
  [`DELETE ${api}`]: { needs: 'trash' },
  [`POST ${api}/restore`]: { needs: 'trash', body: {}, trashed: true },
  [`DELETE ${api}/trash`]: { needs: 'destroy', trashed: true },
  [`POST ${api}/copy`]: { needs: 'read', body: {} },
  [`GET ${api}/access`]: { needs: 'read' },
  [`PUT ${api}/access`]: { needs: 'share', body: { link: 'none' } },
  [`PUT ${api}/access/people`]: { needs: 'share', body: { who: 'g_nobody1234', role: 'viewer' } },
  [`PUT ${api}/access/people/:person`]: { needs: 'share', body: { role: 'viewer' } },
  [`DELETE ${api}/access/people/:person`]: { needs: 'share' },
  [`POST ${api}/access/links`]: { needs: 'share', body: { role: 'viewer' } },
  [`DELETE ${api}/access/links/:link`]: { needs: 'share' },
  [`PUT ${api}/access/requests/:person`]: { needs: 'share', body: { role: 'viewer' } },
  [`DELETE ${api}/access/requests/:person`]: { needs: 'share' },
  [`GET ${api}/versions`]: { needs: 'read' },
  [`GET ${api}/versions/:version`]: { needs: 'read' },
  [`GET ${api}/versions/at/:time`]: { needs: 'read' },
  'POST /api/v1/uploads': {
    needs: 'edit',
    raw: 'no image',
    query: ({ collection, id }) => `?collection=${collection}&id=${id}`,
  },
  'POST /d/:collection/:id/restore': { needs: 'trash', trashed: true },
  'POST /d/:collection/:id/destroy': { needs: 'destroy', trashed: true },
};
/** Routes that name a document and ask for no capability: each says why. */
const open: Record<string, string> = {
  'GET /d/:collection/:id': 'the page decides by itself: it also stands for what is not stored',
  'POST /d/:collection/:id/open': 'a share link is its own proof',
  'POST /d/:collection/:id/ask': 'for those who have no access',
  [`POST ${api}/access/requests`]: 'for those who have no access',
};

const fill = (path: string, { collection, id }: DocumentCreated) =>
  path
    .replace(':collection', collection)
    .replace(':id', id)
    .replace(/:(?:version|time)/, '1')
    .replace(/:\w+/, 'g_nobody1234');

/** A document of Ada's on which each role has its person; nobody else may open it. */
async function withRoles(ada: Person, people: Map<Role, Person>, made: DocumentCreated) {
  const access = `/api/v1/documents/${made.collection}/${made.id}/access`;
  await ada.ask('PUT', access, { body: { link: 'none' } });
  for (const [role, person] of people) {
    const body = { who: await person.id(), role };
    const { status, text } = await ada.ask('PUT', `${access}/people`, { body });
    assert.equal(status, 200, text);
  }
}

async function everybody(app: TestApp): Promise<Map<Role, Person>> {
  const people = new Map<Role, Person>();
  for (const role of roles) people.set(role, await app.guest(role));
  return people;
}

test('every route about a document is in the table, with what it takes', async (t) => {
  const { app } = await startApp(t, quick);
  const found = app.routes
    .filter(({ path, needs }) => /:collection/.test(path) || needs in least)
    .map(({ method, path, needs }) => [`${method} ${path}`, needs] as const);
  const known = { ...Object.fromEntries(Object.entries(table).map(([k, v]) => [k, v.needs])) };
  for (const [key, needs] of found) {
    const name: string = key;
    if (name in open) assert.ok(!(needs in least), `${name} asks for ${needs} now`);
    else assert.equal(known[name], needs, `${key} needs a row that says who may`);
  }
  const routes: string[] = found.map(([key]) => key);
  for (const key of [...Object.keys(table), ...Object.keys(open)]) {
    assert.ok(routes.includes(key), `${key} is no route any more`);
  }
});

test('each role gets through each route that its capability opens, and through no other', async (t) => {
  const app = await startApp(t, quick);
  const ada = await app.guest('Ada');
  const people = await everybody(app);
  const stranger = await app.guest('Stranger');
  for (const [key, { needs, body, raw, trashed, query }] of Object.entries(table)) {
    const [method = '', path = ''] = key.split(' ');
    for (const [role, person] of [['none', stranger] as const, ...people]) {
      const made = await ada.makes({ text: 'secret words', title: 'secret title' });
      await withRoles(ada, people, made);
      const one = `/api/v1/documents/${made.collection}/${made.id}`;
      if (trashed) assert.equal((await ada.ask('DELETE', one)).status, 204);
      const { status, text, json } = await person.ask(
        method,
        fill(path, made) + (query?.(made) ?? ''),
        {
          ...(body === undefined ? {} : { body }),
          ...(raw === undefined ? {} : { raw }),
        },
      );
      const isAllowed = role !== 'none' && roles.indexOf(role) >= roles.indexOf(least[needs]);
      if (isAllowed) assert.notEqual(status, 403, `${key} as ${role}: ${text}`);
      else {
        assert.equal(status, 403, `${key} as ${role}: ${text}`);
        assert.ok(!text.includes('secret'), `${key} as ${role} tells of the document`);
        if (json) assert.equal(json.code, 'no-access');
      }
    }
  }
});

/** What each message of the op socket takes; null: nothing about a document. */
const socketTable: Record<string, Capability | null> = {
  hs: null,
  pp: null,
  u: null,
  bu: null,
  pu: null,
  f: 'read',
  s: 'read',
  bf: 'read',
  bs: 'read',
  op: 'edit',
  p: 'read',
  ps: 'read',
  pr: 'read',
};

const messageOf = (a: string, { collection: c, id: d }: DocumentCreated, src: string) => {
  const ch = `${c}.${d}`;
  const shapes: Record<string, Record<string, unknown>> = {
    f: { c, d },
    s: { c, d },
    u: { c, d },
    bf: { c, b: [d] },
    bs: { c, b: { [d]: null } },
    bu: { c, b: [d] },
    op: { c, d, v: 1, seq: 1, src, op: [{ insert: 'x' }] },
    p: { ch, id: `${src}/1`, p: { i: 0, l: 0, v: 1 }, pv: 1 },
    ps: { ch, seq: 1 },
    pu: { ch, seq: 1 },
    pr: { ch },
  };
  return { a, ...shapes[a] };
};

/** What a stock client hears after it said one thing; `pp` behind it tells that all is answered. */
async function says(
  t: TestContext,
  app: TestApp,
  person: Person,
  made: DocumentCreated,
  a: string,
) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
    headers: { cookie: person.cookie },
  });
  t.after(() => socket.terminate());
  const heard: Record<string, any>[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  await eventually('the handshake', () => heard.find((each) => each.a === 'init'), Boolean);
  const src = heard[0]!.id as string;
  socket.send(JSON.stringify({ a: 'hs', id: src }));
  await eventually('hs is answered', () => heard.find((each) => each.a === 'hs'), Boolean);
  heard.length = 0;
  socket.send(JSON.stringify(messageOf(a, made, src)));
  // Asked in order: a fetch of a document of the person's own is answered behind it.
  const own = await person.makes({ text: 'mine' });
  socket.send(JSON.stringify({ a: 'f', c: own.collection, d: own.id }));
  await eventually('all is answered', () => heard.find((each) => each.d === own.id), Boolean);
  if (['op', 'p', 'ps', 'bs', 'bf', 's'].includes(a)) {
    await eventually('it is answered', () => heard.find((each) => each.a === a), Boolean);
  }
  socket.terminate();
  return heard.filter((each) => each.d !== own.id);
}

test('every action of the socket is in the table', () => {
  assert.deepEqual([...actions].sort(), Object.keys(socketTable).sort());
});

test('each role may say what its capability opens, and hears nothing of the rest', async (t) => {
  const app = await startApp(t, quick);
  const ada = await app.guest('Ada');
  const people = await everybody(app);
  const stranger = await app.guest('Stranger');
  for (const [a, needs] of Object.entries(socketTable)) {
    const made = await ada.makes({ text: 'secret words', title: 'secret title' });
    await withRoles(ada, people, made);
    for (const [role, person] of [['none', stranger] as const, ...people]) {
      const heard = await says(t, app, person, made, a);
      const errors = heard.filter((each) => each.error).map((each) => each.error.code);
      const isAllowed =
        needs === null || (role !== 'none' && roles.indexOf(role) >= roles.indexOf(least[needs]));
      assert.deepEqual(errors, isAllowed ? [] : ['no-access'], `${a} as ${role}`);
      if (!isAllowed) assert.ok(!JSON.stringify(heard).includes('secret'), `${a} as ${role}`);
    }
    const { text } = await ada.get(`/api/v1/documents/${made.collection}/${made.id}?format=text`);
    // One edit by the editor, one by the owner.
    assert.equal(text, a === 'op' ? 'xxsecret words\n' : 'secret words\n');
  }
});

/** Public routes that are shut where sign-in is required; every other one is a way in, or an operator's. */
const shut = [
  'GET /',
  'GET /d/:collection/:id',
  'GET /uploads/:name',
  'POST /api/v1/session',
  'POST /d/:collection/:id/ask',
  'POST /d/:collection/:id/open',
];

test('where sign-in is required, each public route is known as open or shut', async (t) => {
  const { app } = await startApp(t, quick);
  const found = app.routes.filter(({ needs }) => needs === 'public');
  const closed = found.filter(({ alwaysOpen }) => !alwaysOpen);
  assert.deepEqual(closed.map(({ method, path }) => `${method} ${path}`).sort(), shut);
});
