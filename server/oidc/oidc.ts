// Signing in with an OIDC provider: whose account it is, by issuer and subject and nothing else. An e-mail
// address, verified or not, leads to nobody: providers give them away again.

import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { UserId } from '../../core/ids.ts';
import type { Person } from '../access/actor.ts';
import type { Steps } from '../access/steps.ts';
import type { Clock } from '../clock.ts';
import { providerLinks as kind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Asked, Claims, Provider } from './provider.ts';

export interface OidcDeps {
  store: Pick<Store, 'records'>;
  clock: Clock;
  provider: Provider;
  steps: Steps;
  /** Whether there is such an account, and whether it may be used. */
  standing(id: UserId): Promise<'none' | 'disabled' | 'good'>;
  /** An account without a password for that person: the guest of this browser, or somebody new. */
  make(id: UserId, name: string): Promise<void>;
  /** An id for somebody new. */
  fresh(): UserId;
  /** They have a password, or a passkey. */
  hasOtherWay(id: UserId): Promise<boolean>;
  audit(event: string, fields: Record<string, unknown>): void;
}

export interface Begun {
  readonly url: string;
  readonly cookie: string;
}

export interface Oidc {
  readonly name: string;
  /** `link`: the account of whoever is signed in gets this way to sign in, too. */
  begin(origin: string, to: string, link: Person | null): Promise<Begun>;
  /** Who it is and where they wanted to go; the caller begins the session, unless it was to link. */
  finish(
    person: Person | null,
    cookie: string | undefined,
    callback: URL,
  ): Promise<{ userId: UserId; to: string; isLink: boolean }>;
  isLinked(userId: UserId): Promise<boolean>;
  unlink(userId: UserId): Promise<void>;
}

export const callbackPath = '/auth/oidc/callback';

const linkId = ({ issuer, subject }: Claims) =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url');

export function createOidc(deps: OidcDeps): Oidc {
  const { provider, steps, clock, audit } = deps;
  const { records } = deps.store;

  const of = (userId: UserId) => records.list(kind, 'byUser', userId, { limit: 20 });

  /** False: the provider's person has an account already. */
  const claim = (claims: Claims, userId: UserId) =>
    records.put(
      kind,
      linkId(claims),
      {
        userId,
        issuer: claims.issuer,
        subject: claims.subject,
        label: claims.name.slice(0, 200),
        createdAt: clock.now(),
      },
      { ifVersion: 0 },
    );

  /** The account behind the provider's person; made at their first time. */
  const accountOf = async (claims: Claims, person: Person | null): Promise<UserId> => {
    const found = await records.get(kind, linkId(claims));
    if (!found) {
      // A guest stays who they are, as one who signs up does.
      const isGuest = person?.kind === 'guest' && !person.limit;
      const id = isGuest ? person.id : deps.fresh();
      if (!(await claim(claims, id))) return accountOf(claims, person);
      await deps.make(id, claims.name);
      return id;
    }
    const userId = found.value.userId as UserId;
    const standing = await deps.standing(userId);
    if (standing === 'disabled') {
      throw new AppError('no-access', 'This account is disabled. Ask whoever runs this server.', {
        details: { reason: 'disabled' },
      });
    }
    // A stop between the two writes.
    if (standing === 'none') await deps.make(userId, claims.name);
    return userId;
  };

  return {
    name: provider.name,

    async begin(origin, to, link) {
      const { url, asked } = await provider.ask(origin + callbackPath);
      const data = { ...asked, to, origin, via: link?.via ?? '' };
      return { url, cookie: await steps.begin(data, link?.id ?? null) };
    },

    async finish(person, cookie, callback) {
      const step = await steps.take(cookie);
      if (step?.data.origin !== callback.origin) {
        throw new AppError('link-used', 'That took too long, or was begun in another browser.', {
          details: { reason: 'provider-late' },
        });
      }
      const { state = '', nonce = '', verifier = '', to = '/', via } = step.data;
      const asked: Asked = { state, nonce, verifier };
      let claims: Claims;
      try {
        claims = await provider.answer(callback, asked);
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'internal';
        audit('sign-in-failed', { person: null, how: 'oidc', why: code });
        throw error;
      }
      if (step.userId === null) {
        return { userId: await accountOf(claims, person), to, isLink: false };
      }
      // To link is the wish of one session; whoever is here now may be somebody else.
      if (person?.id !== step.userId || (person.via ?? '') !== via) {
        throw new AppError('link-used', 'You have signed out meanwhile.', {
          details: { reason: 'provider-late' },
        });
      }
      if (!(await claim(claims, person.id))) {
        const owner = (await records.get(kind, linkId(claims)))?.value.userId;
        if (owner !== person.id) {
          throw new AppError('name-taken', 'Another account has this way to sign in already.', {
            details: { reason: 'provider-taken' },
          });
        }
      }
      audit('provider-linked', { person: person.id });
      return { userId: person.id, to, isLink: true };
    },

    isLinked: async (userId) => (await of(userId)).length > 0,

    async unlink(userId) {
      if (!(await deps.hasOtherWay(userId))) {
        throw new AppError(
          'bad-request',
          'This is the only way to sign in to this account. Set a password first.',
          { details: { reason: 'last-way' } },
        );
      }
      for (const { id } of await of(userId)) await records.delete(kind, id);
      audit('provider-unlinked', { person: userId });
    },
  };
}
