// Ways to ask for an op socket, or for anything, that no browser would use.

import assert from 'node:assert/strict';
import { type HostileCase, statusOf, type World } from './world.ts';

interface Asked {
  readonly line?: string;
  /** Instead of, or beside, those of a proper handshake; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly more?: readonly string[];
  readonly status: readonly number[];
}

const refusedPath = [404, 400];
const foreign = [403];
const notSignedIn = [401];

const origins = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'http://evil-localhost',
  'http://localhost@evil.example',
  'http://localhost:1',
  'https://localhost',
  'ws://localhost',
  'file://',
  'chrome-extension://abcdef',
  'http://localhost evil',
  'javascript:alert(1)',
];

const asked: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(
    ['//', '/sync/', '/SYNC', '/sync%00', '/%73ync', '/./sync', '/a/../sync', '/sync;x', '/'].map(
      (path) => [`at ${path}`, { line: `GET ${path} HTTP/1.1`, status: refusedPath }],
    ),
  ),
  ...Object.fromEntries(
    origins.map((origin) => [`from ${origin}`, { headers: { Origin: origin }, status: foreign }]),
  ),
  'from nowhere twice': {
    more: ['Origin: http://localhost', 'Origin: https://evil.example'],
    status: foreign,
  },
  'without a cookie': { headers: { Cookie: null }, status: notSignedIn },
  'with an empty cookie': { headers: { Cookie: 'deltapad=' }, status: notSignedIn },
  'with a cookie of no form': { headers: { Cookie: 'deltapad=abc' }, status: notSignedIn },
  'with an unsigned cookie': {
    headers: { Cookie: 'deltapad=g_AAAAAAAAAAAAAAAA' },
    status: notSignedIn,
  },
  'with a wrong signature': {
    headers: { Cookie: `deltapad=g_AAAAAAAAAAAAAAAA.${'A'.repeat(43)}` },
    status: notSignedIn,
  },
  'as the system': {
    headers: { Cookie: `deltapad=system.${'A'.repeat(43)}` },
    status: notSignedIn,
  },
  'with a thousand cookies': {
    headers: { Cookie: Array.from({ length: 700 }, (_, i) => `deltapad=${i}`).join('; ') },
    status: notSignedIn,
  },
  'with a bearer of nothing': {
    headers: { Cookie: null, Authorization: 'Bearer ' },
    status: notSignedIn,
  },
  'with a bearer of a guess': {
    headers: { Cookie: null, Authorization: `Bearer dp_${'A'.repeat(43)}` },
    status: notSignedIn,
  },
  'with basic nonsense': {
    headers: { Cookie: null, Authorization: 'Basic :::' },
    status: notSignedIn,
  },
  'without a key': { headers: { 'Sec-WebSocket-Key': null }, status: [400] },
  'with a short key': { headers: { 'Sec-WebSocket-Key': 'AAAA' }, status: [400] },
  'with version 7': { headers: { 'Sec-WebSocket-Version': '7' }, status: [400, 426] },
  'with version x': { headers: { 'Sec-WebSocket-Version': 'x' }, status: [400, 426] },
  'as h2c': { headers: { Upgrade: 'h2c' }, status: [400, 404, 426] },
  'by POST': { line: 'POST /sync HTTP/1.1', status: [400, 404, 405] },
  'by CONNECT': { line: 'CONNECT /sync HTTP/1.1', status: [0, 400, 404, 405] },
  'by a method of its own': { line: 'BREW /sync HTTP/1.1', status: [400] },
  'in HTTP/9.9': { line: 'GET /sync HTTP/9.9', status: [400, 505] },
  'with a broken protocol': { headers: { 'Sec-WebSocket-Protocol': ',,,' }, status: [400] },
  'with the same protocol twice': {
    headers: { 'Sec-WebSocket-Protocol': 'deltapad.1,deltapad.1' },
    status: [400],
  },
  'with two thousand headers': {
    more: Array.from({ length: 2_000 }, (_, i) => `X-${i}: 1`),
    status: [431, 400, 401, 101],
  },
  'with a header of 100 KB': { headers: { 'X-Long': 'x'.repeat(100_000) }, status: [431] },
  'with a header without a colon': { more: ['nonsense'], status: [400] },
  'with a folded header': { more: ['X-A: 1', ' folded'], status: [400] },
  'with NUL in a header': { more: ['X-A: a\0b'], status: [400] },
  'with two lengths': { more: ['Content-Length: 1', 'Content-Length: 2'], status: [400] },
  'with a length and chunks': {
    more: ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    status: [400],
  },
  'with a foreign host and its origin': {
    headers: { Host: 'evil.example', Origin: 'http://localhost' },
    status: foreign,
  },
};

async function shake(
  world: World,
  { line, headers = {}, more = [], status }: Asked,
): Promise<void> {
  const proper: Record<string, string | null> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    Cookie: world.eve.cookie,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  };
  const lines = Object.entries(proper).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  );
  const text = [line ?? 'GET /sync HTTP/1.1', ...lines, ...more].join('\r\n');
  const answer = await world.bytes(`${text}\r\n\r\n`);
  assert.ok(status.includes(statusOf(answer)), `not ${status}: ${answer.slice(0, 200)}`);
}

export const handshakes: readonly HostileCase[] = Object.entries(asked).map(([name, each]) => ({
  name: `a handshake ${name}`,
  run: (world: World) => shake(world, each),
}));
