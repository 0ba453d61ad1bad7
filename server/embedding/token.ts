// The tokens of a host application: who signed them, for whom, until when, and what they give. The only
// door to jose. Algorithms go by the kind of key, so that no public key is ever taken for a secret.

import { createPublicKey } from 'node:crypto';
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { type Locale, locales } from '../../core/i18n/i18n.ts';
import { parseDocumentKey, parseDocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { HostGrant } from '../access/actor.ts';
import type { Clock } from '../clock.ts';

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** PEM of a public key, or a shared secret; null: the keys are at `jwksUrl`. */
  readonly key: string | null;
  readonly jwksUrl: string | null;
}

export interface HostToken {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | undefined;
  readonly locale: Locale | undefined;
  readonly theme: 'light' | 'dark' | undefined;
  readonly gives: readonly HostGrant[];
  /** Epoch ms. */
  readonly expiresAt: number;
}

export type ReadToken = (token: string) => Promise<HostToken>;

const curves: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const EDWARDS = ['EdDSA', 'Ed25519'];

/** A key, and the algorithms that it can be meant for. */
function keyOf(text: string) {
  if (!text.includes('-----BEGIN')) {
    return { key: new TextEncoder().encode(text), algorithms: ['HS256', 'HS384', 'HS512'] };
  }
  const key = createPublicKey(text);
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType === 'rsa') return { key, algorithms: RSA };
  if (curve) return { key, algorithms: [curve] };
  return { key, algorithms: EDWARDS };
}

const claims = z.object({
  sub: z.string().min(1, 'must not be empty').max(255),
  iat: z.number(),
  exp: z.number(),
  name: z.string().optional(),
  role: z.enum(['viewer', 'commenter', 'editor']),
  document: z.string().optional(),
  documents: z.array(z.string()).min(1).max(limits.maxEmbedPlaces).optional(),
  // What the reader does not know, the browser's language and the system's theme stand in for.
  locale: z.enum(locales).optional().catch(undefined),
  theme: z.enum(['light', 'dark']).optional().catch(undefined),
});

/** For whoever writes the host application: which claim, and what about it. */
const refused = (claim: string | null, sentence: string) =>
  new AppError('not-signed-in', claim ? `The token’s ${claim}: ${sentence}.` : `${sentence}.`, {
    details: { reason: 'token', ...(claim ? { field: claim } : {}) },
  });

function refusal(error: unknown): AppError {
  if (error instanceof errors.JWTExpired) return refused('exp', 'is over');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const missing = error.reason === 'missing';
    return refused(error.claim, missing ? 'is missing' : 'is not what this server takes');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return refused('alg', 'is not one of this key');
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refused(null, 'The token is not signed with the key that this server knows');
  }
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return refused('kid', 'names no key of the host');
  }
  const isShape = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported].some(
    (kind) => error instanceof kind,
  );
  if (isShape) return refused(null, 'This is not a token we take');
  return new AppError('not-now', 'The keys of the host application cannot be asked for now.', {
    cause: error,
  });
}

/** `docs/one`, or `docs` for all of a collection. */
function placeOf(text: string, claim: string): Omit<HostGrant, 'role'> {
  const ref = parseDocumentKey(text);
  if (ref) return ref;
  const whole = parseDocumentRef(text, 'any');
  if (whole) return { collection: whole.collection, id: null };
  throw refused(claim, `“${text.slice(0, 80)}” is neither collection/id nor a collection`);
}

function read(payload: JWTPayload, issuer: string): HostToken {
  const result = claims.safeParse(payload);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw refused(String(path[0] ?? ''), message);
  }
  const { sub, iat, exp, role, document, documents, name, locale, theme } = result.data;
  if ((exp - iat) * 1000 > limits.maxEmbedTokenMs) {
    throw refused('exp', `is more than ${limits.maxEmbedTokenMs / 60_000} minutes after iat`);
  }
  if ((document === undefined) === (documents === undefined)) {
    throw refused('document', 'one of document and documents is needed');
  }
  const places =
    document === undefined
      ? documents!.map((each) => placeOf(each, 'documents'))
      : [placeOf(document, 'document')];
  return {
    issuer,
    subject: sub,
    name,
    locale,
    theme,
    gives: places.map((place) => ({ ...place, role })),
    expiresAt: exp * 1000,
  };
}

export function createTokenReader(rules: TokenRules, clock: Clock): ReadToken {
  const { issuer, audience } = rules;
  const options = (algorithms: string[]): JWTVerifyOptions => ({
    issuer,
    audience,
    algorithms,
    requiredClaims: ['iat', 'exp', 'sub'],
    clockTolerance: limits.embedClockSkewSeconds,
    // Also refuses what is said to be from the future.
    maxTokenAge: limits.maxEmbedTokenMs / 1000,
    currentDate: new Date(clock.now()),
  });
  const remote =
    rules.jwksUrl === null
      ? null
      : createRemoteJWKSet(new URL(rules.jwksUrl), {
          timeoutDuration: limits.embedKeysMs,
          cacheMaxAge: limits.embedKeysKeptMs,
        });
  const own = rules.key === null ? null : keyOf(rules.key);

  const verify = async (token: string): Promise<JWTPayload> => {
    if (own) return (await jwtVerify(token, own.key, options(own.algorithms))).payload;
    const algorithms = [...RSA, ...Object.values(curves), ...EDWARDS];
    return (await jwtVerify(token, remote!, options(algorithms))).payload;
  };

  return async (token) => {
    if (token.length > limits.maxEmbedTokenChars) {
      throw refused(null, `A token has at most ${limits.maxEmbedTokenChars} characters`);
    }
    let payload: JWTPayload;
    try {
      payload = await verify(token);
    } catch (error) {
      throw refusal(error);
    }
    return read(payload, issuer);
  };
}
