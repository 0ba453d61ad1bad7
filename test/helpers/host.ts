// A host application that embeds: keys, the tokens it signs, and the configuration that trusts it.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import type { Config } from '../../server/config.ts';

export const issuer = 'https://host.example';
export const audience = 'deltapad';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;

export const embedConfig: Partial<Config> = {
  embedIssuer: issuer,
  embedAudience: audience,
  embedKey: publicPem,
  frameAncestors: ['https://host.example', 'https://*.host.example'],
};

export interface Signing {
  alg?: string;
  kid?: string;
  key?: KeyObject | Uint8Array;
  /** Epoch ms. */
  now?: number;
}

/** Good in every way but for `claims`; undefined leaves a claim out. */
export function hostToken(claims: Record<string, unknown> = {}, signing: Signing = {}) {
  const { alg = 'ES256', kid, key = privateKey, now = Date.now() } = signing;
  const iat = Math.floor(now / 1000);
  const all = {
    iss: issuer,
    aud: audience,
    sub: 'user-1',
    iat,
    exp: iat + 300,
    name: 'Ada of the host',
    role: 'editor',
    document: 'docs/shown',
    ...claims,
  };
  // What is undefined is left out by JSON.
  return new SignJWT(JSON.parse(JSON.stringify(all)) as JWTPayload)
    .setProtectedHeader({ alg, ...(kid ? { kid } : {}) })
    .sign(key);
}
