// The browser's own dialogue about passkeys. The only door to @simplewebauthn/browser.

import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser';
import type { PasskeyItem, SignedInReply } from '../../core/api.ts';
import type { MessageKey } from '../../core/i18n/i18n.ts';
import { accountApi } from '../api/account-api.ts';

/** Not in every browser, and never over plain http from another computer. */
export const canPasskeys = (): boolean => browserSupportsWebAuthn();

export async function makePasskey(name: string): Promise<PasskeyItem> {
  const { options } = await accountApi.passkeyOptions();
  const response = await startRegistration({ optionsJSON: options as never });
  return accountApi.addPasskey(name, response);
}

export async function signInWithPasskey(login?: string): Promise<SignedInReply> {
  const { options } = await accountApi.passkeySignInOptions(login);
  const response = await startAuthentication({ optionsJSON: options as never });
  return accountApi.passkeySignIn(response);
}

/** What the browser said, or null: it was something else. Who cancels is told nothing: undefined. */
export function passkeyProblem(error: unknown): MessageKey | null | undefined {
  if (!(error instanceof Error)) return null;
  const code = error instanceof WebAuthnError ? error.code : null;
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'passkey.known';
  if (code === 'ERROR_INVALID_DOMAIN' || code === 'ERROR_INVALID_RP_ID') return 'passkey.host';
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return undefined;
  return code === null ? null : 'passkey.failed';
}
