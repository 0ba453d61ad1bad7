// Documents inside the pages of a host application: which tokens are taken, what a frame's session may,
// that it ends, and that it is never mixed up with who is signed in.

import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { exportJWK } from 'jose';
import { WebSocket } from 'ws';
import { closeCodes } from '../../core/protocol.ts';
import { refusedSocket } from '../helpers/accounts.ts';
import { Person, startApp, type TestApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import {
  audience,
  embedConfig,
  hostToken,
  issuer,
  publicPem,
  type Signing,
} from '../helpers/host.ts';

const documents = '/api/v1/documents';
const framed = { 'deltapad-embed': '1' };

/** Somebody in a frame: says with each request that it comes from there. */
class Frame extends Person {
  enter = (token: string, open?: string) =>
    this.ask('POST', '/embed', {
      body: { token, ...(open ? { open } : {}) },
      headers: { accept: 'application/json' },
    });
  as = (method: string, path: string, body?: unknown) =>
    this.ask(method, path, { headers: framed, ...(body === undefined ? {} : { body }) });
}

const start = (t: TestContext, options: Parameters<typeof startApp>[1] = {}) =>
  startApp(t, { ...options, config: { ...embedConfig, ...options.config } });

async function entered(app: TestApp, claims: Record<string, unknown> = {}, signing: Signing = {}) {
  const frame = new Frame(app.url);
  const { status, text } = await frame.enter(await hostToken(claims, signing));
  assert.equal(status, 200, text);
  return frame;
}

async function socketOf(app: TestApp, frame: Frame, t: TestContext) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync?embed`, {
    headers: { cookie: frame.cookie },
  });
  t.after(() => socket.terminate());
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const answers: any[] = [];
  socket.on('message', (data) => answers.push(JSON.parse(String(data))));
  return { socket, closed, answers };
}

/** A clock whose time can be put forward; what waits, waits in real time. */
function movable() {
  let ahead = 0;
  return {
    forward: (ms: number) => {
      ahead += ms;
    },
    clock: {
      now: () => Date.now() + ahead,
      after: (ms: number, call: () => void) => {
        const timer = setTimeout(call, ms);
        timer.unref();
        return () => clearTimeout(timer);
      },
    },
  };
}

test('a token with any one claim wrong is refused, and the claim is named', async (t) => {
  const app = await start(t);
  const now = Math.floor(Date.now() / 1000);
  const wrong: [string, Record<string, unknown>][] = [
    ['iss', { iss: 'https://other.example' }],
    ['iss', { iss: undefined }],
    ['iss', { iss: [issuer] }],
    ['aud', { aud: 'somebody-else' }],
    ['aud', { aud: undefined }],
    ['exp', { exp: now - 120, iat: now - 300 }],
    ['exp', { exp: undefined }],
    ['exp', { exp: 'tomorrow' }],
    ['exp', { exp: now + 3601, iat: now - 5 }],
    ['iat', { iat: undefined }],
    ['iat', { iat: now + 600, exp: now + 900 }],
    ['nbf', { nbf: now + 600 }],
    ['sub', { sub: undefined }],
    ['sub', { sub: '' }],
    ['sub', { sub: 7 }],
    ['role', { role: 'owner' }],
    ['role', { role: undefined }],
    ['role', { role: 'admin' }],
    ['document', { document: undefined }],
    ['document', { document: 'docs/../secret' }],
    ['document', { document: 'Docs/one' }],
    ['document', { document: 'docs/one', documents: ['docs/two'] }],
    ['documents', { document: undefined, documents: ['docs/one', ''] }],
    ['documents', { document: undefined, documents: [] }],
    ['name', { name: 'x'.repeat(41) }],
    ['name', { name: 7 }],
  ];
  for (const [field, claims] of wrong) {
    const frame = new Frame(app.url);
    const { status, json } = await frame.enter(await hostToken(claims));
    const what = JSON.stringify(claims);
    assert.ok(status === 401 || (field === 'name' && status === 400), `${what}: ${status}`);
    assert.equal(json.field, field, what);
    assert.equal(frame.cookie, '', what);
  }
  assert.equal((await new Frame(app.url).enter(await hostToken())).status, 200);
});

test('a token is taken with the algorithms of the key alone', async (t) => {
  const app = await start(t);
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const parts = (await hostToken()).split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const bad = [
    `${none}.${parts[1]}.`,
    `${none}.${parts[1]}.${parts[2]}`,
    // The public key is known to everybody: as a secret it would open every door.
    await hostToken({}, { alg: 'HS256', key: createSecretKey(Buffer.from(publicPem)) }),
    await hostToken({}, { alg: 'HS256', key: createSecretKey(Buffer.from(publicPem.trim())) }),
    await hostToken({}, { key: stranger }),
    await hostToken({}, { alg: 'RS256', key: rsa }),
    `${parts[0]}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.${parts[2]}`,
    `${parts[0]}.${parts[1]}.`,
    'x',
    'a.b.c',
    'x'.repeat(9000),
  ];
  for (const token of bad) {
    assert.equal((await new Frame(app.url).enter(token)).status, 401, token.slice(0, 60));
  }
});

test('a shared secret and published keys work as a public key does', async (t) => {
  const secret = 'a secret of the host, 32 bytes or more';
  const shared = await start(t, { config: { embedKey: secret } });
  const key = createSecretKey(Buffer.from(secret));
  const good = await new Frame(shared.url).enter(await hostToken({}, { alg: 'HS256', key }));
  assert.equal(good.status, 200, good.text);
  assert.equal((await new Frame(shared.url).enter(await hostToken())).status, 401);

  const pair = generateKeyPairSync('ed25519');
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'EdDSA', use: 'sig' };
  const hmac = { kty: 'oct', kid: 'two', k: Buffer.from(secret).toString('base64url') };
  let isUp = false;
  const keys = createServer((_request, response) => {
    response.statusCode = isUp ? 200 : 500;
    response.end(JSON.stringify({ keys: [jwk, hmac] }));
  });
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    keys.closeAllConnections();
    keys.close();
  });
  const embedJwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`;
  const app = await start(t, { config: { embedKey: null, embedJwksUrl } });
  const token = () => hostToken({}, { alg: 'EdDSA', kid: 'one', key: pair.privateKey });
  assert.equal((await new Frame(app.url).enter(await token())).status, 503, 'no keys, no answer');
  isUp = true;
  const byKeys = await new Frame(app.url).enter(await token());
  assert.equal(byKeys.status, 200, byKeys.text);
  const unknown = await hostToken({}, { alg: 'EdDSA', kid: 'three', key: pair.privateKey });
  assert.equal((await new Frame(app.url).enter(unknown)).json.field, 'kid');
  const symmetric = await hostToken({}, { alg: 'HS256', kid: 'two', key });
  assert.equal((await new Frame(app.url).enter(symmetric)).json.field, 'alg');
});

test('a frame may what its token says, there, and nothing anywhere else', async (t) => {
  const app = await start(t);
  const owner = await app.guest('Owner');
  await owner.makes({ id: 'shown', text: 'inside' });
  await owner.makes({ id: 'other', text: 'open to anybody' });
  await owner.ask('PUT', `${documents}/docs/shown/access`, { body: { link: 'none' } });

  const viewer = await entered(app, { role: 'viewer' });
  assert.equal((await viewer.as('GET', `${documents}/docs/shown`)).json.role, 'viewer');
  assert.equal((await viewer.as('GET', `${documents}/docs/other`)).status, 403);
  const editor = await entered(app, { sub: 'user-2' });
  const one = `${documents}/docs/shown`;
  assert.equal((await editor.as('PATCH', one, { title: 'By the host’s' })).status, 200);
  for (const [frame, method, path, body] of [
    [viewer, 'PATCH', one, { title: 'x' }],
    [viewer, 'POST', documents, { collection: 'docs', id: 'shown' }],
    [viewer, 'POST', '/api/v1/uploads?collection=docs&id=shown', undefined],
    [editor, 'DELETE', one, undefined],
    [editor, 'PUT', `${one}/access`, { link: 'editor' }],
    [editor, 'POST', documents, { text: 'anywhere' }],
    [editor, 'POST', documents, { collection: 'docs', id: 'another' }],
    [editor, 'POST', `${one}/copy`, {}],
    [editor, 'POST', '/new', undefined],
    [editor, 'PATCH', '/api/v1/session', { name: 'Eve' }],
    [editor, 'POST', '/api/v1/account/tokens', { name: 'x', scope: 'write' }],
    [editor, 'GET', '/api/v1/account/sessions', undefined],
  ] as const) {
    assert.equal((await frame.as(method, path, body)).status, 403, `${method} ${path}`);
  }
  const listed = (await editor.as('GET', documents)).json.documents;
  assert.ok(listed.every(({ id }: { id: string }) => id === 'shown'));

  // A document of the token that nobody has made yet is made by the first key, for the host's people.
  const maker = await entered(app, { document: 'notes/new' });
  const made = await maker.as('POST', documents, { collection: 'notes', id: 'new', text: 'made' });
  assert.equal(made.status, 201, made.text);
  assert.equal((await maker.as('GET', `${documents}/notes/new`)).json.role, 'editor');
  assert.equal((await owner.get(`${documents}/notes/new`)).status, 403);
  const whole = await entered(app, { document: 'notes', role: 'commenter' }).catch(() => null);
  assert.equal(whole, null, 'which of the collection is to be said');
  const frame = new Frame(app.url);
  const reply = await frame.enter(await hostToken({ document: 'notes' }), 'notes/new');
  assert.deepEqual([reply.status, reply.json.url], [200, '/embed/d/notes/new']);
  assert.equal((await frame.enter(await hostToken(), 'notes/new')).status, 403);
  await owner.ask('DELETE', one);
  assert.equal((await editor.as('GET', one)).status, 410);
});

test('a person of the host is the same each time, under the name the host gives', async (t) => {
  const app = await start(t);
  const idOf = async (frame: Frame) => (await frame.as('GET', '/api/v1/session')).json.user;
  const first = await idOf(await entered(app));
  const again = await idOf(
    await entered(app, { name: 'Ada, renamed', theme: 'dark', locale: 'zh-CN' }),
  );
  const other = await idOf(await entered(app, { sub: 'user-2', name: undefined }));
  assert.deepEqual(
    [again.id, again.name, again.theme, again.locale],
    [first.id, 'Ada, renamed', 'dark', 'zh-CN'],
  );
  assert.notEqual(other.id, first.id);
  assert.ok(other.name.length > 0);
  assert.equal(first.kind, 'guest');
});

test('a frame’s session and who is signed in are never taken for each other', async (t) => {
  const app = await start(t);
  const frame = await entered(app);
  const guest = await app.guest('Bob');
  const both = new Frame(app.url, `${guest.cookie}; ${frame.cookie}`);
  const me = async (headers: Record<string, string>) =>
    (await both.get('/api/v1/session', headers)).json.user.id;
  assert.equal(await me({}), await guest.id());
  assert.notEqual(await me(framed), await guest.id());
  assert.equal((await frame.get('/api/v1/session')).status, 401, 'nobody outside a frame');
  assert.equal((await guest.get('/api/v1/session', framed)).status, 401, 'nobody inside a frame');
  assert.equal(await refusedSocket(app, { cookie: frame.cookie }), 401);
  assert.equal((await guest.get('/embed/d/docs/shown')).status, 401);
  const page = await frame.get('/embed/d/docs/shown');
  assert.equal(page.status, 200);
  assert.deepEqual(page.headers.getSetCookie(), [], 'no guest is made in a frame');
});

test('pages of other sites can bring a token, and do nothing in a frame’s name', async (t) => {
  const app = await start(t);
  const foreign = { origin: 'https://host.example', 'sec-fetch-site': 'cross-site' };
  const frame = new Frame(app.url);
  const form = await frame.ask('POST', '/embed', {
    raw: new URLSearchParams({ token: await hostToken() }),
    headers: foreign,
  });
  assert.equal(form.status, 303);
  assert.equal(form.headers.get('location'), '/embed/d/docs/shown?entered');
  const [cookie = ''] = form.headers.getSetCookie();
  for (const rule of ['HttpOnly', 'Secure', 'SameSite=None', 'Partitioned', 'Path=/']) {
    assert.ok(cookie.includes(`; ${rule}`), rule);
  }
  for (const [method, path] of [
    ['POST', documents],
    ['PATCH', `${documents}/docs/shown`],
  ] as const) {
    const headers = { ...foreign, ...framed };
    assert.equal((await frame.ask(method, path, { body: {}, headers })).status, 403, path);
  }
  assert.equal(await refusedSocket(app, { ...foreign, cookie: frame.cookie }), 403);
  const bad = await new Frame(app.url).ask('POST', '/embed', {
    raw: new URLSearchParams({ token: 'x' }),
    headers: { ...foreign, accept: 'text/html' },
  });
  assert.equal(bad.status, 401);
  assert.match(bad.text, /This document cannot be shown here/);
  assert.doesNotMatch(bad.text, /href="\/"/, 'nothing leads out of the frame');
  const blocked = await new Frame(app.url).get('/embed/d/docs/shown?entered');
  assert.match(blocked.text, /<section id="embed-blocked">/);
});

test('only what is made for it can be framed, and only by those who are named', async (t) => {
  const app = await start(t);
  const frame = await entered(app);
  for (const path of ['/embed', '/embed/d/docs/shown']) {
    const { headers } = await frame.get(path);
    assert.match(
      headers.get('content-security-policy') ?? '',
      /frame-ancestors https:\/\/host\.example https:\/\/\*\.host\.example/,
    );
    assert.equal(headers.get('x-frame-options'), null);
  }
  for (const path of ['/', '/sign-in', '/d/docs/shown', '/embedded']) {
    const { headers } = await app.stranger().get(path);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(headers.get('x-frame-options'), 'DENY');
  }
  const off = await startApp(t);
  assert.equal((await off.stranger().get('/embed')).status, 404);
  assert.equal((await new Frame(off.url).enter(await hostToken())).status, 404);
  const { headers } = await off.stranger().get('/embed');
  assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
});

test('a frame’s session ends with its token, on open sockets too, and a fresh one prolongs it', async (t) => {
  const { clock, forward } = movable();
  const app = await start(t, { clock });
  const now = () => ({ now: clock.now() });
  const frame = await entered(app, {}, now());
  const { socket, closed, answers } = await socketOf(app, frame, t);
  const page = await socketOf(app, frame, t);
  forward(200_000);
  const cookie = frame.cookie;
  assert.equal((await frame.enter(await hostToken({}, now()))).status, 200);
  assert.equal(frame.cookie, cookie, 'the same session goes on');
  forward(200_000);
  // Over the end of the first token: what is open stays.
  socket.send('{"a":"hs","protocol":1,"protocolMinor":2}');
  socket.send('{"a":"s","c":"docs","d":"shown"}');
  await eventually(
    'an answer',
    () => answers.find(({ a }) => a === 's'),
    (found) => found !== undefined && found.error === undefined,
  );
  assert.equal((await frame.as('GET', '/api/v1/session')).status, 200);
  assert.equal(socket.readyState, WebSocket.OPEN);
  forward(200_000);
  const began = Date.now();
  assert.equal((await frame.as('GET', '/api/v1/session')).status, 401);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  assert.equal(await page.closed, closeCodes['not-signed-in'].code);
  assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
});

test('a fresh token that gives less takes the rest away at once; one for another person ends the session', async (t) => {
  const app = await start(t);
  const frame = await entered(app);
  const { closed } = await socketOf(app, frame, t);
  // A second frame of the same page: what the first has stays.
  assert.equal((await frame.enter(await hostToken({ document: 'docs/second' }))).status, 200);
  assert.equal((await frame.as('GET', '/embed/d/docs/shown')).status, 200);
  assert.equal((await frame.as('GET', '/embed/d/docs/second')).status, 200);
  assert.equal((await frame.enter(await hostToken({ role: 'viewer' }))).status, 200);
  assert.equal(await closed, closeCodes.restart.code);
  const { json } = await frame.as('POST', documents, {
    collection: 'docs',
    id: 'shown',
    text: 'x',
  });
  assert.equal(json.code, 'no-access');
  const before = new Frame(app.url, frame.cookie);
  const again = await socketOf(app, frame, t);
  assert.equal((await frame.enter(await hostToken({ sub: 'user-2' }))).status, 200);
  assert.notEqual(frame.cookie, before.cookie);
  assert.equal(await again.closed, closeCodes.restart.code);
  assert.equal((await before.as('GET', '/api/v1/session')).status, 401);
});

test('a session says nothing of the token, and the audience may be one of several', async (t) => {
  const app = await start(t);
  const { status, json } = await new Frame(app.url).enter(
    await hostToken({ aud: ['x', audience], documents: ['docs', 'notes/a'], document: undefined }),
  );
  assert.deepEqual(
    [status, Object.keys(json).sort(), json.url],
    [200, ['until', 'url'], '/embed/d/notes/a'],
  );
});
