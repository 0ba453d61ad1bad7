// The OIDC provider that the operator named, as a relying party sees it. The only door to openid-client.
// It is asked when somebody wants to sign in, never at the start: a server without it runs all the same.

import * as client from 'openid-client';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';

export interface ProviderRules {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which has PKCE alone. */
  readonly clientSecret: string | null;
  /** What people call it. */
  readonly name: string;
}

/** What has to be known again when the browser comes back. */
export interface Asked {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  /** What the provider calls them; '' when it says nothing. */
  readonly name: string;
}

export interface Provider {
  readonly name: string;
  /** Where to send the browser. AppError `not-now`: the provider cannot be reached. */
  ask(redirectUri: string): Promise<{ url: string; asked: Asked }>;
  /** Who came back. Every check has passed; else AppError `not-signed-in`, or `not-now`. */
  answer(callback: URL, asked: Asked): Promise<Claims>;
}

const away = (cause: unknown) =>
  new AppError('not-now', 'The provider cannot be reached just now.', {
    cause,
    details: { reason: 'provider-away' },
  });
const refused = (cause: unknown) =>
  new AppError('not-signed-in', 'The answer of the provider is not one we take.', {
    cause,
    details: { reason: 'provider' },
  });

/** No answer at all, or one that says it is not for now; a wrong answer is another matter. */
function isAway(error: unknown): boolean {
  if (error instanceof client.ClientError) {
    return ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'].includes(error.code ?? '');
  }
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  return error instanceof TypeError && /fetch failed|network/i.test(error.message);
}

export function createProvider(rules: ProviderRules, clock: Clock): Provider {
  let known: { config: client.Configuration; at: number } | null = null;
  let asking: Promise<client.Configuration> | null = null;

  const discover = async (): Promise<client.Configuration> => {
    const issuer = new URL(rules.issuer);
    const { clientId, clientSecret } = rules;
    // On this computer alone: the configuration takes no other http.
    const plain = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    const timeout = limits.providerAnswerMs / 1000;
    const found = await client.discovery(issuer, clientId, clientSecret ?? undefined, undefined, {
      timeout,
      execute: plain,
    });
    const server = found.serverMetadata();
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const auth =
      clientSecret === null
        ? client.None()
        : methods.includes('client_secret_basic')
          ? client.ClientSecretBasic(clientSecret)
          : client.ClientSecretPost(clientSecret);
    const config = new client.Configuration(server, clientId, clientSecret ?? undefined, auth);
    config.timeout = timeout;
    for (const each of plain) each(config);
    // The ID token's signature is checked although it comes over TLS from the provider itself.
    client.enableNonRepudiationChecks(config);
    return config;
  };

  const configuration = async (): Promise<client.Configuration> => {
    if (known && clock.now() - known.at < limits.providerKeptMs) return known.config;
    asking ??= discover().finally(() => {
      asking = null;
    });
    try {
      const config = await asking;
      known = { config, at: clock.now() };
      return config;
    } catch (error) {
      // What was known of it a while ago is better than nothing.
      if (known) return known.config;
      throw away(error);
    }
  };

  return {
    name: rules.name,

    async ask(redirectUri) {
      const config = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const asked = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: asked.state,
        nonce: asked.nonce,
      });
      return { url: url.href, asked };
    },

    async answer(callback, { state, nonce, verifier }) {
      const config = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(config, callback, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        // As long as the specification lets it be; an empty one would be everybody’s.
        if (!claims?.sub || claims.sub.length > 255) throw new Error('No ID token of a person.');
        const name = [claims.name, claims.preferred_username].find(
          (each) => typeof each === 'string' && each.trim() !== '',
        );
        return { issuer: claims.iss, subject: claims.sub, name: String(name ?? '').trim() };
      } catch (error) {
        throw isAway(error) ? away(error) : refused(error);
      }
    },
  };
}
