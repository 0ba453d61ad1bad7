// API tokens and other ways in: scopes, Basic, revoking, over HTTP and on the socket.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionReply } from '../../core/api.ts';
import { closeCodes } from '../../core/protocol.ts';
import { account, makeToken, openSocket, refusedSocket, signUp } from '../helpers/accounts.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';

const documents = '/api/v1/documents';

async function withAccount(app: TestApp, name = 'ada'): Promise<Person> {
  const ada = app.stranger();
  await signUp(ada, name);
  return ada;
}

/** A script: no cookie, a token in a header. */
const script = (app: TestApp, authorization: string) => {
  const nobody = app.stranger();
  return {
    get: (path: string) => nobody.get(path, { authorization }),
    ask: (method: string, path: string, body: unknown = {}) =>
      nobody.ask(method, path, { body, headers: { authorization } }),
    get cookie() {
      return nobody.cookie;
    },
  };
};
const bearer = (secret: string) => `Bearer ${secret}`;
const basic = (user: string, secret: string) =>
  `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;

test('a token speaks for its owner, as Bearer and as the password of Basic', async (t) => {
  const app = await startApp(t);
  const ada = await withAccount(app);
  const { url } = await ada.makes({ text: 'mine' });
  const { secret, token } = await makeToken(ada, { name: 'backup', scope: 'write' });
  assert.match(secret, /^dp_[\w-]{43}$/);
  for (const header of [bearer(secret), basic('ada', secret), basic('', secret)]) {
    const { get, ask } = script(app, header);
    const me = (await get('/api/v1/session')).json as SessionReply;
    assert.equal(me.user.id, await ada.id());
    assert.equal((await get(`${documents}${url.slice(2)}`)).json.role, 'owner');
    assert.equal((await ask('POST', documents, { text: 'by a script' })).status, 201);
  }
  const { tokens } = (await ada.get(`${account}/tokens`)).json;
  assert.deepEqual([tokens[0].id, tokens[0].name, tokens[0].scope], [token.id, 'backup', 'write']);
  await eventually(
    'the last use',
    async () => (await ada.get(`${account}/tokens`)).json.tokens[0].lastUsedAt,
    (at) => at !== null,
  );
  assert.ok(!JSON.stringify(tokens).includes(secret.slice(3)), 'the secret is shown once');
});

test('a token that may read gets at most a viewer’s role, everywhere', async (t) => {
  const app = await startApp(t);
  const ada = await withAccount(app);
  const { url, collection, id } = await ada.makes({ text: 'mine' });
  const { secret } = await makeToken(ada, { name: 'reader', scope: 'read' });
  const { get, ask } = script(app, bearer(secret));
  const one = `${documents}${url.slice(2)}`;
  assert.equal((await get(one)).json.role, 'viewer');
  assert.equal((await get(documents)).json.documents.length, 1);
  for (const [method, path, body] of [
    ['PATCH', one, { title: 'x' }],
    ['DELETE', one, undefined],
    ['PUT', `${one}/access`, { link: 'none' }],
    ['POST', `${one}/copy`, {}],
    ['POST', documents, { text: 'x' }],
    ['POST', `/api/v1/uploads?collection=${collection}&id=${id}`, undefined],
    ['POST', '/new', undefined],
  ] as const) {
    assert.equal((await ask(method, path, body)).status, 403, `${method} ${path}`);
  }
  const { socket } = await openSocket(app, { authorization: bearer(secret) });
  t.after(() => socket.terminate());
  const answers: Record<string, unknown>[] = [];
  socket.on('message', (data) => answers.push(JSON.parse(String(data))));
  socket.send('{"a":"hs","protocol":1,"protocolMinor":2}');
  socket.send(JSON.stringify({ a: 's', c: collection, d: id }));
  socket.send(
    JSON.stringify({ a: 'op', c: collection, d: id, v: 1, seq: 1, op: [{ insert: 'x' }] }),
  );
  const answer = await eventually(
    'the op’s answer',
    () => answers.find(({ a }) => a === 'op'),
    (found) => found !== undefined,
  );
  assert.deepEqual(answer?.error, {
    code: 'no-access',
    message: 'You do not have access to this.',
  });
  assert.ok(
    answers.some(({ a, data }) => a === 's' && data !== undefined),
    'it may read',
  );
});

test('a token of one collection is nobody in another', async (t) => {
  const app = await startApp(t);
  const ada = await withAccount(app);
  const inside = await ada.makes({ collection: 'notes', text: 'inside' });
  const outside = await ada.makes({ text: 'outside' });
  const { secret } = await makeToken(ada, { name: 'n', scope: 'write', collection: 'notes' });
  const { get, ask } = script(app, bearer(secret));
  assert.equal((await get(`${documents}${inside.url.slice(2)}`)).status, 200);
  assert.equal((await get(`${documents}${outside.url.slice(2)}`)).status, 403);
  assert.equal((await ask('POST', documents, { collection: 'notes' })).status, 201);
  assert.equal((await ask('POST', documents, { collection: 'docs' })).status, 403);
  const { documents: listed } = (await get(documents)).json;
  assert.ok(listed.every(({ collection }: { collection: string }) => collection === 'notes'));
});

test('no token reaches what is its owner’s alone, and none becomes a cookie', async (t) => {
  const app = await startApp(t);
  const ada = await withAccount(app);
  const { secret } = await makeToken(ada, { name: 'all', scope: 'write' });
  const client = script(app, bearer(secret));
  for (const [method, path] of [
    ['PATCH', '/api/v1/session'],
    ['DELETE', '/api/v1/session'],
    ['GET', account],
    ['GET', `${account}/tokens`],
    ['POST', `${account}/tokens`],
    ['GET', `${account}/sessions`],
    ['DELETE', `${account}/sessions`],
    ['PUT', `${account}/password`],
    ['POST', `${account}/sign-out`],
    ['GET', `${account}/links`],
    ['POST', `${account}/links`],
  ] as const) {
    const { status } = await (method === 'GET' ? client.get(path) : client.ask(method, path));
    assert.equal(status, 403, `${method} ${path}`);
  }
  const again = await client.ask('POST', '/api/v1/session', { name: 'Eve' });
  assert.deepEqual([again.status, again.json.user.name], [200, 'ada']);
  await client.get('/');
  assert.equal(client.cookie, '');
});

test('a token that is wrong, revoked or expired is nobody, whatever cookie comes with it', async (t) => {
  let now = Date.now();
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  const app = await startApp(t, { clock });
  const ada = await withAccount(app);
  const { secret, token } = await makeToken(ada, { name: 'one', scope: 'write' });
  const short = await makeToken(ada, { name: 'two', scope: 'read', expiresAt: now + 60_000 });
  const wrong = `${secret.slice(0, -2)}xx`;
  for (const header of [bearer(wrong), basic('ada', wrong), bearer('dp_'), bearer(`${secret}x`)]) {
    assert.equal((await ada.get('/api/v1/session', { authorization: header })).status, 401, header);
    assert.equal(await refusedSocket(app, { authorization: header, cookie: ada.cookie }), 401);
  }
  // What is not ours is not looked at: a proxy before us may ask for a password of its own.
  for (const header of ['Basic dTpw', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'Digest x']) {
    assert.equal((await ada.get('/api/v1/session', { authorization: header })).status, 200, header);
  }
  const { closed } = await openSocket(app, { authorization: bearer(secret) });
  const bob = await withAccount(app, 'bob');
  assert.equal((await bob.ask('DELETE', `${account}/tokens/${token.id}`)).status, 404);
  assert.equal((await ada.ask('DELETE', `${account}/tokens/${token.id}`)).status, 204);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  assert.equal((await script(app, bearer(secret)).get('/api/v1/session')).status, 401);
  const { closed: expired } = await openSocket(app, { authorization: bearer(short.secret) });
  now += 61_000;
  assert.equal((await script(app, bearer(short.secret)).get('/api/v1/session')).status, 401);
  assert.equal(await expired, closeCodes['not-signed-in'].code);
});

test('what a header says needs no origin; what a cookie says does', async (t) => {
  const app = await startApp(t);
  const ada = await withAccount(app);
  const { secret } = await makeToken(ada, { name: 'x', scope: 'write' });
  const foreign = { origin: 'https://elsewhere.example' };
  const byToken = await app.stranger().ask('POST', documents, {
    body: {},
    headers: { ...foreign, authorization: bearer(secret) },
  });
  assert.equal(byToken.status, 201);
  assert.equal((await ada.ask('POST', documents, { body: {}, headers: foreign })).status, 403);
  const beside = { ...foreign, authorization: 'Bearer something-else' };
  assert.equal((await ada.ask('POST', documents, { body: {}, headers: beside })).status, 403);
  assert.equal(await refusedSocket(app, { ...foreign, cookie: ada.cookie }), 403);
});

test('a token has a name, a scope, and a number', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  const ada = await withAccount(app);
  const guest = await app.guest('Bob');
  for (const [body, field] of [
    [{ scope: 'read' }, 'name'],
    [{ name: '  ', scope: 'read' }, 'name'],
    [{ name: 'x'.repeat(61), scope: 'read' }, 'name'],
    [{ name: 'x', scope: 'all' }, 'scope'],
    [{ name: 'x', scope: 'read', collection: 'No Such' }, 'collection'],
    [{ name: 'x', scope: 'read', expiresAt: 1 }, 'expiresAt'],
  ] as const) {
    const { status, json } = await ada.post(`${account}/tokens`, body);
    assert.deepEqual([status, json.field], [400, field]);
  }
  assert.equal((await guest.post(`${account}/tokens`, { name: 'x', scope: 'read' })).status, 403);
  for (let i = 0; i < 50; i++) await makeToken(ada, { name: `t${i}`, scope: 'read' });
  const more = await ada.post(`${account}/tokens`, { name: 'one more', scope: 'read' });
  assert.deepEqual([more.status, more.json.reason], [400, 'many']);
});
