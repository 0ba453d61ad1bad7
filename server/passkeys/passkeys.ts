// Passkeys: a key on somebody's device that proves who they are (WebAuthn). The only door to
// @simplewebauthn/server. Challenges are the server's, hold for minutes, for one browser, once.

import { createHash, createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { AppError } from '../../core/errors.ts';
import type { UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Steps } from '../access/steps.ts';
import type { Clock } from '../clock.ts';
import { passkeys as kind, type PasskeyRecord } from '../store/schema.ts';
import type { Store, Versioned } from '../store/store.ts';

export interface Passkey extends PasskeyRecord {
  readonly id: string;
}

export interface PasskeysDeps {
  store: Pick<Store, 'records'>;
  clock: Clock;
  steps: Steps;
  /** Makes up passkeys for names that have none, so that nobody learns which do. */
  secret: string;
  /** Null: no account, or it is disabled. */
  account(id: UserId): Promise<{ login: string } | null>;
  find(login: string): Promise<UserId | null>;
  /** Whether somebody can sign in without any passkey. */
  hasOtherWay(id: UserId): Promise<boolean>;
  audit(event: string, fields: Record<string, unknown>): void;
}

export interface Begun<Options> {
  readonly options: Options;
  readonly cookie: string;
}

export interface Passkeys {
  beginRegistration(
    person: Person,
    origin: string,
  ): Promise<Begun<PublicKeyCredentialCreationOptionsJSON>>;
  register(
    person: Person,
    origin: string,
    cookie: string | undefined,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<Passkey>;
  /** Without a name, the browser offers what it has for this host. */
  beginSignIn(
    login: string | undefined,
    origin: string,
  ): Promise<Begun<PublicKeyCredentialRequestOptionsJSON>>;
  /** Whose passkey it is. AppError `wrong-password` for whatever is not right. */
  signIn(
    origin: string,
    cookie: string | undefined,
    response: AuthenticationResponseJSON,
  ): Promise<UserId>;
  of(userId: UserId): Promise<Passkey[]>;
  rename(userId: UserId, id: string, name: string): Promise<Passkey>;
  remove(userId: UserId, id: string): Promise<void>;
}

const idOf = (credentialId: string) =>
  createHash('sha256').update(credentialId).digest('base64url');
const toPasskey = ({ id, value }: Versioned<PasskeyRecord>): Passkey => ({ ...value, id });

const gone = () => new AppError('not-found', 'There is no such passkey of yours.');
const wrong = () => new AppError('wrong-password', 'That passkey is not right.');
const late = () =>
  new AppError('link-used', 'That took too long, or was begun in another browser. Try again.');

/** The host that a passkey is for. AppError says why an address cannot have any. */
export function rpIdOf(origin: string): string {
  const { hostname, protocol } = new URL(origin);
  const refuse = (sentence: string) =>
    new AppError('bad-request', sentence, { details: { reason: 'passkey-host' } });
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) {
    throw refuse('Passkeys need a host name: they do not work at an IP address.');
  }
  if (protocol !== 'https:' && hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
    throw refuse('Passkeys need https.');
  }
  return hostname;
}

export function createPasskeys(deps: PasskeysDeps): Passkeys {
  const { clock, steps, audit } = deps;
  const { records } = deps.store;

  const of = async (userId: UserId): Promise<Passkey[]> =>
    (await records.list(kind, 'byUser', userId, { limit: limits.maxPasskeys })).map(toPasskey);

  const descriptor = ({ credentialId, transports }: PasskeyRecord) => ({
    id: credentialId,
    transports: [...transports] as AuthenticatorTransport[],
  });

  /** The same each time for a name, and different for every name. */
  const madeUp = (login: string) => ({
    id: createHmac('sha256', deps.secret).update(`passkey ${login}`).digest('base64url'),
    transports: ['internal', 'hybrid'] as AuthenticatorTransport[],
  });

  const mine = async (userId: UserId, id: string) => {
    const found = await records.get(kind, id);
    if (found?.value.userId !== userId) throw gone();
    return found;
  };

  /** The counter of a key that counts only goes up: one that does not is a copy. */
  const noteUse = async (id: string, counter: number): Promise<boolean> => {
    for (;;) {
      const found = await records.get(kind, id);
      if (!found) return false;
      const { value, version } = found;
      if ((counter > 0 || value.counter > 0) && counter <= value.counter) return false;
      const next = { ...value, counter, lastUsedAt: clock.now() };
      if (await records.put(kind, id, next, { ifVersion: version })) return true;
    }
  };

  return {
    async beginRegistration(person, origin) {
      const rpID = rpIdOf(origin);
      const account = await deps.account(person.id);
      if (!account) throw new AppError('no-access', 'This needs an account.');
      const existing = await of(person.id);
      if (existing.length >= limits.maxPasskeys) {
        throw new AppError(
          'bad-request',
          `There are at most ${limits.maxPasskeys} passkeys. Remove one first.`,
          { details: { reason: 'many' } },
        );
      }
      const options = await generateRegistrationOptions({
        rpName: 'Deltapad',
        rpID,
        userName: account.login || person.name,
        userDisplayName: person.name,
        userID: new Uint8Array(Buffer.from(person.id)),
        timeout: limits.signInStepMs,
        attestationType: 'none',
        excludeCredentials: existing.filter(({ rpId }) => rpId === rpID).map(descriptor),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      });
      const data = { kind: 'register', challenge: options.challenge, rpID, via: person.via ?? '' };
      return { options, cookie: await steps.begin(data, person.id) };
    },

    async register(person, origin, cookie, name, response) {
      const rpID = rpIdOf(origin);
      const step = await steps.take(cookie);
      // Of this session alone: whoever signs in in between begins anew.
      const isMine =
        step?.data.kind === 'register' &&
        step.userId === person.id &&
        step.data.via === (person.via ?? '') &&
        step.data.rpID === rpID;
      if (!step || !isMine) throw late();
      const refused = (cause?: unknown) =>
        new AppError('bad-request', 'The passkey could not be checked.', { cause });
      const verified = await verifyRegistrationResponse({
        response,
        expectedChallenge: step.data.challenge!,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: false,
      }).catch((error: unknown) => {
        throw refused(error);
      });
      if (!verified.verified) throw refused();
      const { credential, credentialBackedUp } = verified.registrationInfo;
      const record: PasskeyRecord = {
        userId: person.id,
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        rpId: rpID,
        counter: credential.counter,
        transports: (credential.transports ?? []).slice(0, 8),
        name,
        isSynced: credentialBackedUp,
        createdAt: clock.now(),
        lastUsedAt: null,
      };
      const id = idOf(credential.id);
      if (!(await records.put(kind, id, record, { ifVersion: 0 }))) {
        throw new AppError('name-taken', 'This passkey is known already.');
      }
      audit('passkey-added', { person: person.id });
      return { ...record, id };
    },

    async beginSignIn(login, origin) {
      const rpID = rpIdOf(origin);
      let allowCredentials: ReturnType<typeof descriptor>[] = [];
      let userId: UserId | null = null;
      if (login !== undefined) {
        userId = await deps.find(login);
        const known = (userId ? await of(userId) : []).filter(({ rpId }) => rpId === rpID);
        allowCredentials = known.length > 0 ? known.map(descriptor) : [madeUp(login)];
      }
      const options = await generateAuthenticationOptions({
        rpID,
        allowCredentials,
        timeout: limits.signInStepMs,
        userVerification: 'preferred',
      });
      const named = login === undefined ? '' : (userId ?? 'nobody');
      const data = { kind: 'sign-in', challenge: options.challenge, rpID, named };
      return { options, cookie: await steps.begin(data, null) };
    },

    async signIn(origin, cookie, response) {
      const rpID = rpIdOf(origin);
      const step = await steps.take(cookie);
      if (step?.data.kind !== 'sign-in' || step.data.rpID !== rpID) throw late();
      const id = idOf(response.id);
      const passkey = (await records.get(kind, id))?.value;
      const { userHandle } = response.response;
      const isTheirs =
        passkey?.rpId === rpID &&
        (step.data.named === '' || step.data.named === passkey.userId) &&
        (!userHandle || Buffer.from(userHandle, 'base64url').toString() === passkey.userId);
      const failed = (why: string) => {
        audit('sign-in-failed', { person: passkey?.userId ?? null, how: 'passkey', why });
        return wrong();
      };
      if (!passkey || !isTheirs) throw failed('unknown');
      const verified = await verifyAuthenticationResponse({
        response,
        expectedChallenge: step.data.challenge!,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: false,
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
          transports: [...passkey.transports] as AuthenticatorTransport[],
        },
      }).catch(() => null);
      if (!verified?.verified) throw failed('proof');
      const userId = passkey.userId as UserId;
      if (!(await deps.account(userId))) {
        throw new AppError('no-access', 'This account is disabled. Ask whoever runs this server.', {
          details: { reason: 'disabled' },
        });
      }
      if (!(await noteUse(id, verified.authenticationInfo.newCounter))) throw failed('counter');
      return userId;
    },

    of,

    async rename(userId, id, name) {
      for (;;) {
        const found = await mine(userId, id);
        const next = { ...found.value, name };
        if (await records.put(kind, id, next, { ifVersion: found.version })) return { ...next, id };
      }
    },

    async remove(userId, id) {
      await mine(userId, id);
      const others = (await of(userId)).filter((each) => each.id !== id);
      if (others.length === 0 && !(await deps.hasOtherWay(userId))) {
        throw new AppError(
          'bad-request',
          'This is the only way to sign in to this account. Set a password first.',
          { details: { reason: 'last-way' } },
        );
      }
      await records.delete(kind, id);
      audit('passkey-removed', { person: userId });
    },
  };
}
