// What holds for every request: headers, origins, methods, limits, static files, health, the
// description of the API, and a clean end.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { errorStatus } from '../../core/errors.ts';
import { httpRates } from '../../core/limits.ts';
import { type Clock, systemClock } from '../../server/clock.ts';
import { startApp } from '../helpers/app.ts';
import { becomes } from '../helpers/eventually.ts';

const list = '/api/v1/documents';
/** Timers run, but the clock stands: no rate limit refills while a busy machine is slow. */
const standing: Clock = { now: () => 1_800_000_000_000, after: systemClock.after };

test('every answer carries the headers that keep a page ours', async (t) => {
  const app = await startApp(t);
  const port = app.app.port;
  for (const path of ['/', '/d/docs/x', '/nowhere', list, '/healthz', '/favicon.svg']) {
    const { headers } = await app.stranger().get(path);
    assert.equal(headers.get('x-powered-by'), null);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'same-origin');
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('strict-transport-security'), null);
    const policy = (headers.get('content-security-policy') ?? '').split(';');
    for (const directive of [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "style-src-attr 'unsafe-inline'",
      "img-src 'self' https: data: blob:",
      `connect-src 'self' ws://localhost:${port}`,
      "object-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]) {
      assert.ok(policy.includes(directive), `${path}: ${directive} in ${policy.join(';')}`);
    }
  }
});

test('with an https address, browsers are told to stay with it', async (t) => {
  const app = await startApp(t, { config: { publicUrl: 'https://pad.example' } });
  const { headers } = await app.stranger().get('/');
  assert.equal(headers.get('strict-transport-security'), 'max-age=15552000');
  assert.match(
    headers.get('content-security-policy') ?? '',
    /connect-src 'self' wss:\/\/pad.example;/,
  );
});

test('a page of another site may change nothing; ours and scripts may', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes();
  const body = { title: 'x' };
  const path = `${list}/docs/${made.id}`;
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `${app.url}.evil.example` },
    { origin: app.url.replace('http:', 'https:') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    for (const [method, at] of [
      ['PATCH', path],
      ['POST', list],
      ['DELETE', path],
      ['PUT', `${path}/access`],
      ['POST', '/api/v1/session'],
      ['POST', '/api/v1/uploads'],
      ['POST', `${made.url}/restore`],
    ] as const) {
      const answer = await ada.ask(method, at, {
        body,
        headers: headers as Record<string, string>,
      });
      assert.equal(answer.status, 403, `${method} ${at}`);
      if (answer.json) assert.equal(answer.json.code, 'foreign-origin');
    }
  }
  for (const headers of [{}, { origin: app.url }, { 'sec-fetch-site': 'same-origin' }]) {
    const answer = await ada.ask('PATCH', path, {
      body,
      headers: headers as Record<string, string>,
    });
    assert.equal(answer.status, 200, JSON.stringify(headers));
  }
});

test('a body that is not JSON is refused', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const send = (raw: string, type: string) =>
    ada.ask('POST', list, { raw, headers: { 'content-type': type } });
  const form = await send('title=x', 'application/x-www-form-urlencoded');
  assert.deepEqual([form.status, form.json.code], [415, 'unsupported-type']);
  assert.equal((await send('{}', 'text/plain')).status, 415);
  const broken = await send('{"title":', 'application/json');
  assert.deepEqual([broken.status, broken.json.code], [400, 'bad-request']);
  assert.equal((await send('{"__proto__":{"title":"x"}}', 'application/json')).status, 400);
  assert.equal((await send('{}', 'application/json; charset=utf-8')).status, 201);
});

test('a known path with another method is 405 and says what is possible', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const answer = await ada.ask('DELETE', list);
  assert.equal(answer.status, 405);
  assert.equal(answer.json.code, 'method-not-allowed');
  assert.equal(answer.headers.get('allow'), 'GET, POST');
});

test('an unknown path of the API is a problem, whatever is accepted', async (t) => {
  const app = await startApp(t);
  const answer = await app.stranger().get('/api/v1/nothing', { accept: 'text/html' });
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.deepEqual(answer.json, {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    code: 'not-found',
    detail: 'There is nothing here.',
  });
  assert.ok(answer.headers.get('x-request-id'));
});

test('the API describes itself, and every route of it is there', async (t) => {
  const app = await startApp(t);
  const { status, json } = await app.stranger().get('/api/v1/openapi.json');
  assert.equal(status, 200);
  assert.equal(json.openapi, '3.1.0');
  const operations = Object.entries(json.paths as Record<string, Record<string, unknown>>).flatMap(
    ([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const one = '/api/v1/documents/{collection}/{id}';
  assert.deepEqual(
    operations.sort(),
    [
      `delete ${one}`,
      `delete ${one}/access/links/{link}`,
      `delete ${one}/access/people/{person}`,
      `delete ${one}/access/requests/{person}`,
      `delete ${one}/trash`,
      `get ${one}/access`,
      `post ${one}/access/links`,
      `post ${one}/access/requests`,
      `put ${one}/access/people`,
      `put ${one}/access/people/{person}`,
      `put ${one}/access/requests/{person}`,
      'get /api/v1/account/provider',
      'get /api/v1/account/passkeys',
      'post /api/v1/account/passkeys',
      'post /api/v1/account/passkeys/options',
      'patch /api/v1/account/passkeys/{passkey}',
      'delete /api/v1/account/passkeys/{passkey}',
      'post /api/v1/account/passkeys/sign-in/options',
      'post /api/v1/account/passkeys/sign-in',
      'delete /api/v1/account/links/{link}',
      'delete /api/v1/account/sessions',
      'delete /api/v1/account/sessions/{session}',
      'delete /api/v1/account/tokens/{token}',
      'delete /api/v1/session',
      'get /api/v1/account',
      'get /api/v1/account/links',
      'get /api/v1/account/sessions',
      'get /api/v1/account/tokens',
      'get /api/v1/documents',
      `get ${one}`,
      `get ${one}/versions`,
      `get ${one}/versions/at/{time}`,
      `get ${one}/versions/{version}`,
      'get /api/v1/session',
      `patch ${one}`,
      'patch /api/v1/session',
      'post /api/v1/account',
      'post /api/v1/account/forgot',
      'post /api/v1/account/links',
      'post /api/v1/account/reset',
      'post /api/v1/account/sign-in',
      'post /api/v1/account/sign-out',
      'post /api/v1/account/tokens',
      'post /api/v1/documents',
      `post ${one}/copy`,
      `post ${one}/restore`,
      'post /api/v1/session',
      'post /api/v1/uploads',
      'put /api/v1/account/email',
      'put /api/v1/account/password',
      `put ${one}/access`,
    ].sort(),
  );
  const create = json.paths['/api/v1/documents'].post;
  const { properties, additionalProperties } =
    create.requestBody.content['application/json'].schema;
  assert.deepEqual(Object.keys(properties).sort(), ['collection', 'delta', 'id', 'text', 'title']);
  assert.equal(additionalProperties, false);
  assert.equal(properties.collection.pattern, '^[a-z0-9][a-z0-9-]{0,63}$');
  assert.deepEqual(create.responses['201'].content['application/json'].schema.required, [
    'collection',
    'id',
    'version',
    'url',
  ]);
  const { code } = json.components.schemas.Problem.properties;
  assert.deepEqual(code.enum, Object.keys(errorStatus));
});

test('files of the client are kept for ever, in the coding the browser takes', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'deltapad-root-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const assets = join(root, 'dist', 'client', 'assets');
  mkdirSync(assets, { recursive: true });
  mkdirSync(join(root, 'static'));
  writeFileSync(join(assets, 'home-1.js'), 'home()');
  writeFileSync(join(assets, 'home-1.js.gz'), gzipSync('home()'));
  writeFileSync(join(assets, 'home-1.js.br'), 'brotli');
  writeFileSync(join(root, 'static', 'robots.txt'), 'User-agent: *\n');
  writeFileSync(join(root, 'static', 'favicon.svg'), '<svg/>');
  writeFileSync(join(root, 'secret'), 'x');
  const app = await startApp(t, { root });
  const get = (path: string, encoding: string, headers = {}) =>
    fetch(app.url + path, { headers: { 'accept-encoding': encoding, ...headers } });
  const plain = await get('/assets/home-1.js', 'identity');
  assert.equal(await plain.text(), 'home()');
  assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.equal(plain.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
  const zipped = await get('/assets/home-1.js', 'gzip');
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal(await zipped.text(), 'home()');
  const best = await get('/assets/home-1.js', 'gzip, br', { range: 'bytes=0-1' });
  assert.equal(best.headers.get('content-encoding'), 'br');
  const tag = plain.headers.get('etag') ?? '';
  const same = await get('/assets/home-1.js', 'identity', { 'if-none-match': tag });
  assert.equal(same.status, 304);
  assert.match(await (await get('/robots.txt', 'identity')).text(), /User-agent/);
  assert.equal(
    (await get('/favicon.svg', 'identity')).headers.get('content-type'),
    'image/svg+xml',
  );
  for (const path of [
    '/assets/home-1.js.gz',
    '/assets/../manifest.json',
    '/assets/..%2f..%2f..%2fsecret',
    '/..%2fsecret',
    '/assets/none.js',
    '/assets/',
  ]) {
    assert.equal((await get(path, 'identity')).status, 404, path);
  }
});

test('the process lives, and takes work while its store answers', async (t) => {
  let isBroken = false;
  const { openEmbeddedStore } = await import('../../server/store/embedded/embedded-store.ts');
  const app = await startApp(t, {
    async openStore(options) {
      const store = await openEmbeddedStore(options);
      const ping = store.ping.bind(store);
      return Object.assign(store, {
        ping: () => (isBroken ? Promise.reject(new Error('no disk')) : ping()),
      });
    },
  });
  const ask = app.stranger();
  assert.equal((await ask.get('/healthz')).status, 200);
  assert.equal((await ask.get('/readyz')).status, 200);
  isBroken = true;
  const broken = await ask.get('/readyz', { accept: 'application/json' });
  assert.deepEqual([broken.status, broken.json.code], [503, 'not-now']);
  assert.equal((await ask.get('/healthz')).status, 200);
});

test('who asks too often waits; nobody else does; off lifts it', async (t) => {
  const app = await startApp(t, { clock: standing });
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const answers = await Promise.all(
    Array.from({ length: httpRates.heavy.burst + 5 }, () => ada.post(list, {})),
  );
  const refused = answers.filter(({ status }) => status === 429);
  assert.equal(refused.length, 5);
  assert.equal(refused[0]!.json.code, 'too-many-requests');
  assert.match(refused[0]!.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal((await ada.get(list)).status, 200, 'reading goes on');
  await bob.makes();
  const free = await startApp(t, { config: { rateLimits: false } });
  const cem = await free.guest('Cem');
  for (let i = 0; i < httpRates.heavy.burst + 5; i++) await cem.makes();
});

test('forwarding headers are believed from a trusted proxy only', async (t) => {
  const spend = async (trustProxy: readonly string[]) => {
    const app = await startApp(t, { clock: standing, config: { trustProxy } });
    // As many addresses as requests: held up only if the server does not believe them.
    const burst = httpRates.heavy.burst * 10 + 1;
    let refused = 0;
    for (let i = 0; i < burst; i += 20) {
      const batch = Array.from({ length: Math.min(20, burst - i) }, (_, k) =>
        app.stranger().ask('POST', `/api/v1/uploads?collection=docs&id=x`, {
          headers: { 'x-forwarded-for': `203.0.113.${(i + k) % 250}, 10.0.0.${(i + k) % 250}` },
        }),
      );
      for (const { status } of await Promise.all(batch)) if (status === 429) refused += 1;
    }
    return refused;
  };
  assert.equal(await spend([]), 1);
  assert.equal(await spend(['loopback', '10.0.0.0/8']), 0);
});

test('large answers are compressed, small ones are not', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes({ text: 'words '.repeat(5000) });
  const large = await ada.get(`${list}/docs/${id}`);
  assert.equal(large.headers.get('content-encoding'), 'gzip');
  assert.equal(large.json.delta[0].insert.length, 30_001);
  const plain = await ada.get(`${list}/docs/${id}?format=text`, { 'accept-encoding': 'identity' });
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.equal(plain.text.length, 30_001);
  assert.equal((await ada.get('/api/v1/session')).headers.get('content-encoding'), null);
});

test('HEAD is GET without a body', async (t) => {
  const app = await startApp(t);
  for (const path of ['/', '/healthz', '/d/docs/x']) {
    const head = await fetch(app.url + path, { method: 'HEAD' });
    assert.equal(head.status, 200, path);
    assert.equal(await head.text(), '');
  }
});

test('the end waits for a request under way, and refuses new ones', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  let slow: ClientRequest | null = null;
  const answered = new Promise<number>((resolve, reject) => {
    slow = httpRequest(`${app.url}${list}`, {
      method: 'POST',
      headers: { cookie: ada.cookie, 'content-type': 'application/json', expect: '100-continue' },
    });
    slow.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    slow.on('error', reject);
    slow.flushHeaders();
  });
  const begun = slow! as ClientRequest;
  await new Promise((resolve) => begun.once('continue', resolve));
  begun.write('{"title":');
  const closed = app.close();
  begun.end('"late"}');
  assert.equal(await answered, 201);
  await closed;
  await assert.rejects(fetch(`${app.url}/healthz`));
  await app.close();
});

test('a connection that sends nothing does not hold up the end', async (t) => {
  const app = await startApp(t);
  const idle = connect(app.app.port, '127.0.0.1');
  t.after(() => idle.destroy());
  idle.on('error', () => {});
  await new Promise<void>((resolve) => idle.once('connect', resolve));
  idle.write('POST / HTTP/1.1\r\nHost: x\r\n');
  const startedAt = Date.now();
  await app.close();
  assert.ok(Date.now() - startedAt < 5_000);
});

test('after the end nothing is left open: no socket, no timer, no file', async (t) => {
  const held = () =>
    process
      .getActiveResourcesInfo()
      // The runner's own pipes, and the timers of the test that runs.
      .filter((name) => !['PipeWrap', 'TTYWrap', 'Timeout', 'Immediate'].includes(name))
      .sort();
  const before = held();
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  await ada.makes({ text: 'words' });
  assert.notDeepEqual(held(), before, 'something is open while it runs');
  await app.close();
  await becomes('what is open', held, before);
});
