// HTTP: paths that climb, headers that lie, pages of other sites, bodies of the wrong kind for every
// route of the API, and somebody else's document by each of them.

import assert from 'node:assert/strict';
import { type HostileCase, secretWord, statusOf, type World } from './world.ts';

const climbing = [
  '/../package.json',
  '/../../../../etc/passwd',
  '/..%2f..%2f..%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..\\..\\package.json',
  '/%5c..%5c..%5cetc%5cpasswd',
  '/assets/../server/main.js',
  '/assets/..%2f..%2fserver%2fmain.js',
  '/assets/%2e%2e/%2e%2e/server/main.js',
  '/assets//etc/passwd',
  '/assets/%00',
  '/favicon.svg%00.html',
  '/favicon.svg/..',
  '/.git/config',
  '/.env',
  '/data/deltapad.db',
  '/deltapad.db',
  '/secret',
  '/server/main.js',
  '/node_modules/express/package.json',
  '/uploads/../../../etc/passwd',
  '/uploads/..%2f..%2fdeltapad.db',
  '/u/..%2f..%2fdeltapad.db',
  '/d/..%2f..%2f/x',
  '/d/docs/..',
  '/d/docs/%2e%2e%2f%2e%2e',
  '/d/docs/%00',
  '/d/__proto__/x',
  '/d/docs/__proto__',
  '/d/docs/constructor',
  '/d/DOCS/x',
  '/d/docs/a%20b',
  '/d/docs/%ff',
  '/d/docs/%',
  `/d/docs/${'x'.repeat(65)}`,
  `/d/${'x'.repeat(9_000)}/x`,
  '/api/v1/documents/docs/..%2f..%2f',
  '/api/v1/documents/__proto__/constructor',
  '/api/v1/documents/docs/a.b',
  '/api/v1/documents/$where/x',
  '*',
];

const lies: Readonly<Record<string, readonly string[]>> = {
  'X-Original-URL': ['X-Original-URL: /metrics', 'X-Rewrite-URL: /metrics'],
  'X-HTTP-Method-Override': ['X-HTTP-Method-Override: DELETE'],
  'X-Forwarded-For': [`X-Forwarded-For: ${'1.2.3.4, '.repeat(200)}127.0.0.1`],
  'X-Forwarded-Host': ['X-Forwarded-Host: evil.example'],
  'X-Forwarded-Proto': ['X-Forwarded-Proto: javascript'],
  'X-Person': ['X-Person: system', 'X-User: admin', 'X-Remote-User: root'],
  Range: ['Range: bytes=0-18446744073709551615'],
  'If-None-Match': [`If-None-Match: ${'"a",'.repeat(2_000)}`],
  'Accept-Language': [`Accept-Language: ${'zh-CN;q=0.1,'.repeat(1_000)}`],
  'Accept-Encoding': ['Accept-Encoding: gzip;q=1e999, *;q=NaN'],
  Accept: [`Accept: ${'text/html;q=0.1,'.repeat(900)}`],
  Cookie: [`Cookie: ${'deltapad=;'.repeat(900)}`],
  Expect: ['Expect: 200-ok'],
};

interface Operation {
  readonly method: string;
  readonly template: string;
  readonly takesJson: boolean;
  readonly needs: string;
}

async function operations(world: World): Promise<Operation[]> {
  const { json } = await world.eve.get('/api/v1/openapi.json');
  return Object.entries(json.paths as Record<string, Record<string, any>>).flatMap(
    ([template, methods]) =>
      Object.entries(methods).map(([method, { requestBody, ...rest }]) => ({
        method: method.toUpperCase(),
        template,
        takesJson: requestBody?.content?.['application/json'] !== undefined,
        needs: rest['x-needs'] as string,
      })),
  );
}

/** A path of the template: the document's address, and something for every other name in it. */
const pathOf = ({ template }: Operation, { collection, id }: { collection: string; id: string }) =>
  template
    .replace('{collection}', collection)
    .replace('{id}', id)
    .replace(/\{\w+\}/g, '1');

const wrongBodies: Readonly<Record<string, string>> = {
  'no JSON': '{bad',
  null: 'null',
  'a number': '5',
  'a list': '[]',
  'a prototype': '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}',
  'unknown keys': '{"evil":1,"id":{"$gt":""},"collection":["docs"]}',
  'deep nesting': '['.repeat(50_000),
  'half a pair': '{"title":"\\ud83d","name":"\\ud83d","text":"\\ud83d"}',
};

/** Whoever is refused may ask to be let in: that says nothing, and gives nothing. */
const mayBeAsked = ({ method, template }: Operation) =>
  method === 'POST' && template.endsWith('/access/requests');

export async function requests(world: World): Promise<HostileCase[]> {
  const all = await operations(world);
  const changing = all.filter(({ method }) => method !== 'GET');
  return [
    ...climbing.map((target) => ({
      name: `GET ${target.slice(0, 60)}`,
      async run() {
        const answer = await world.request('GET', target, [`Cookie: ${world.eve.cookie}`]);
        const status = statusOf(answer);
        // `/../x` is what some call `/x`; nothing of the disk is at either.
        assert.ok([0, 400, 404, 414, 431].includes(status), answer.slice(0, 200));
        assert.ok(!/root:.*:0:0|"dependencies"|SQLite format|\[core\]/.test(answer));
      },
    })),
    ...Object.entries(lies).map(([name, headers]) => ({
      name: `a request with a false ${name}`,
      async run() {
        const path = world.path(world.own);
        const cookie = name === 'Cookie' ? [] : [`Cookie: ${world.eve.cookie}`];
        const answer = await world.request('GET', path, [...cookie, ...headers]);
        assert.ok([200, 400, 401, 417, 431].includes(statusOf(answer)), answer.slice(0, 200));
        assert.ok(!answer.includes('evil.example'), answer.slice(0, 400));
        assert.equal((await world.eve.get(path)).status, 200);
      },
    })),
    ...changing.flatMap((operation) =>
      ['https://evil.example', 'null'].map((origin) => ({
        name: `${operation.method} ${operation.template} from a page of ${origin}`,
        async run() {
          const { status, json } = await world.eve.ask(
            operation.method,
            pathOf(operation, world.own),
            { body: {}, headers: { origin } },
          );
          assert.deepEqual([status, json?.code], [403, 'foreign-origin']);
        },
      })),
    ),
    ...changing
      .filter(({ takesJson }) => takesJson)
      .flatMap((operation) =>
        Object.entries(wrongBodies).map(([what, raw]) => ({
          name: `${operation.method} ${operation.template} with ${what}`,
          async run() {
            const { status, text } = await world.eve.ask(
              operation.method,
              pathOf(operation, world.own),
              { raw, headers: { 'content-type': 'application/json' } },
            );
            const mayPass = what === 'a prototype';
            assert.ok(status < 500 && (status >= 400 || mayPass), `${status} ${text}`);
            assert.ok(text.length < 2_000, 'a problem is no echo');
          },
        })),
      ),
    ...changing
      .filter(({ takesJson }) => takesJson)
      .map((operation) => ({
        name: `${operation.method} ${operation.template} as a form`,
        async run() {
          const { status } = await world.eve.ask(operation.method, pathOf(operation, world.own), {
            raw: 'title=x&link=none',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          });
          assert.equal(status, 415);
        },
      })),
    ...all
      .filter((operation) => operation.template.includes('{id}') && !mayBeAsked(operation))
      .map((operation) => ({
        name: `${operation.method} ${operation.template}: somebody else's document`,
        async run() {
          const { status, text } = await world.eve.ask(
            operation.method,
            pathOf(operation, world.theirs),
            operation.method === 'GET' ? {} : { body: {} },
          );
          assert.ok([403, 404].includes(status), `${status} ${text}`);
          assert.ok(!text.includes(secretWord), text);
        },
      })),
    ...[
      `/d/docs/${world.theirs.id}`,
      `/api/v1/documents?query=${secretWord}`,
      '/api/v1/documents',
      '/',
    ].map((path) => ({
      name: `${path.replace(world.theirs.id, ':id')} says nothing of somebody else's document`,
      async run() {
        const { status, text } = await world.eve.get(path, { accept: 'text/html' });
        assert.ok(status < 500);
        assert.ok(!text.replaceAll(`query=${secretWord}`, '').includes(secretWord), text);
      },
    })),
    {
      name: 'an upload to somebody else’s document',
      async run() {
        const { collection, id } = world.theirs;
        const reply = await world.eve.ask(
          'POST',
          `/api/v1/uploads?collection=${collection}&id=${id}`,
          { raw: new Uint8Array([137, 80, 78, 71]), headers: { 'content-type': 'image/png' } },
        );
        assert.equal(reply.status, 403, reply.text);
      },
    },
    ...Object.entries({
      'a picture with scripts': '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
      'a page': '<!doctype html><script>alert(1)</script>',
      'a page that begins as a picture': 'GIF89a<script>alert(1)</script>',
      'a program': '\x7fELF\x02\x01\x01',
      nothing: '',
      'half a picture': '\x89PNG\r\n\x1a\n',
    }).map(([what, bytes]) => ({
      name: `an upload of ${what} as a picture`,
      async run() {
        const { collection, id } = world.own;
        const reply = await world.eve.ask(
          'POST',
          `/api/v1/uploads?collection=${collection}&id=${id}`,
          { raw: Buffer.from(bytes, 'latin1'), headers: { 'content-type': 'image/png' } },
        );
        assert.ok(reply.status >= 400 && reply.status < 500, `${reply.status} ${reply.text}`);
      },
    })),
  ];
}
