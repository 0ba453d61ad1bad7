// An OIDC provider over loopback that lets everybody in as whoever the test says, and answers wrongly where
// the test says so. What it is sent is checked as a real one checks it.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext } from 'node:test';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';

export const clientId = 'deltapad-test';
export const clientSecret = 'secret of the client';

/** What the next sign-in has wrong; undefined claims are left out. */
export interface Twist {
  claims?: Record<string, unknown>;
  /** Signs with a key that it does not publish. */
  foreignKey?: boolean;
  alg?: string;
  /** Instead of what it was sent. */
  state?: string;
  /** Instead of its own name beside the code (RFC 9207); null: leaves it out. */
  iss?: string | null;
  /** Says no. */
  error?: string;
  /** The token endpoint fails. */
  broken?: boolean;
}

export interface TestProvider {
  readonly issuer: string;
  /** Who signs in next, and how. */
  next: { sub: string; name?: string; twist: Twist };
  isDown: boolean;
  /** As a browser: from our redirect to the address it is sent back to. */
  visit(url: string): Promise<URL>;
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

/** Ends with the test, or else with the file. */
export async function startProvider(t?: TestContext): Promise<TestProvider> {
  const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [own, foreign] = [pair(), pair()];
  const codes = new Map<string, { query: URLSearchParams; next: TestProvider['next'] }>();
  const state = { isDown: false, next: { sub: 'someone', twist: {} } as TestProvider['next'] };

  const idToken = (query: URLSearchParams, { sub, name, twist }: TestProvider['next']) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: clientId,
      sub,
      name,
      iat: now,
      exp: now + 60,
      nonce: query.get('nonce'),
      ...twist.claims,
    };
    if (twist.alg === 'none') {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none' })}.${part(claims)}.`;
    }
    const isShared = twist.alg === 'HS256';
    const key: KeyObject | Uint8Array = isShared
      ? new TextEncoder().encode(clientSecret.padEnd(32, ' '))
      : (twist.foreignKey ? foreign : own).privateKey;
    return new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
      .setProtectedHeader({ alg: twist.alg ?? 'RS256', ...(isShared ? {} : { kid: 'own' }) })
      .sign(key);
  };

  const token = async (request: IncomingMessage) => {
    const body = await bodyOf(request);
    const found = codes.get(body.get('code') ?? '');
    codes.delete(body.get('code') ?? '');
    const basic = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString();
    const [user = '', pass = ''] = basic
      .split(':')
      .map((each) => decodeURIComponent(each.replaceAll('+', ' ')));
    const isClient = user === clientId && pass === clientSecret;
    const hash = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const isGood =
      found &&
      isClient &&
      hash === found.query.get('code_challenge') &&
      body.get('redirect_uri') === found.query.get('redirect_uri');
    if (!isGood) return { status: 400, json: { error: 'invalid_grant' } };
    if (found.next.twist.broken) return { status: 503, json: { error: 'temporarily_unavailable' } };
    const id_token = await idToken(found.query, found.next);
    return { status: 200, json: { access_token: 'x', token_type: 'Bearer', id_token } };
  };

  const authorize = (query: URLSearchParams): string => {
    assert.equal(query.get('response_type'), 'code');
    assert.equal(query.get('client_id'), clientId);
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.match(query.get('scope') ?? '', /\bopenid\b/);
    const { twist } = state.next;
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', twist.state ?? query.get('state') ?? '');
    const iss = twist.iss === undefined ? issuer : twist.iss;
    if (iss !== null) back.searchParams.set('iss', iss);
    if (twist.error) {
      back.searchParams.set('error', twist.error);
    } else {
      const code = randomBytes(16).toString('hex');
      codes.set(code, { query, next: { ...state.next } });
      back.searchParams.set('code', code);
    }
    return back.href;
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider');
    const send = (status: number, json: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    };
    const answer = async () => {
      if (state.isDown) return send(503, {});
      switch (pathname) {
        case '/.well-known/openid-configuration':
          return send(200, {
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
            authorization_response_iss_parameter_supported: true,
          });
        case '/jwks': {
          const jwk = await exportJWK(own.publicKey);
          return send(200, { keys: [{ ...jwk, kid: 'own', alg: 'RS256', use: 'sig' }] });
        }
        case '/authorize':
          response.writeHead(302, { location: authorize(searchParams) });
          return response.end();
        case '/token': {
          const { status, json } = await token(request);
          return send(status, json);
        }
        default:
          return send(404, {});
      }
    };
    answer().catch((error: unknown) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  if (t) t.after(close);
  else after(close);
  return Object.assign(state, {
    issuer,
    async visit(url: string) {
      const reply = await fetch(url, { redirect: 'manual' });
      assert.equal(reply.status, 302, await reply.text());
      return new URL(reply.headers.get('location') ?? '');
    },
  });
}
