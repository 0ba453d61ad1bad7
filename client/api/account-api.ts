// The REST calls about accounts, loaded with the panels that make them. Paths live here and in api.ts.

import type {
  AccountReply,
  PasskeyItem,
  PasskeyListReply,
  PasswordChange,
  PersonalLinkCreated,
  PersonalLinkListReply,
  ProviderReply,
  SessionListReply,
  SignedInReply,
  SignIn,
  SignUp,
  TokenCreate,
  TokenCreated,
  TokenListReply,
} from '../../core/api.ts';
import { request } from './http.ts';

const account = '/api/v1/account';

export const accountApi = {
  signUp: (body: SignUp) => request<SignedInReply>('POST', account, { body }),
  signIn: (body: SignIn) => request<SignedInReply>('POST', `${account}/sign-in`, { body }),
  signOut: () => request<void>('POST', `${account}/sign-out`, { body: {} }),
  forgot: (login: string) => request<void>('POST', `${account}/forgot`, { body: { login } }),
  reset: (token: string, password: string) =>
    request<SignedInReply>('POST', `${account}/reset`, { body: { token, password } }),
  fetch: () => request<AccountReply>('GET', account),
  changePassword: (body: PasswordChange) =>
    request<SignedInReply>('PUT', `${account}/password`, { body }),
  setEmail: (email: string | null, current: string) =>
    request<void>('PUT', `${account}/email`, { body: { email, current } }),
  sessions: () => request<SessionListReply>('GET', `${account}/sessions`),
  endSession: (id: string) => request<void>('DELETE', `${account}/sessions/${id}`),
  endOtherSessions: () => request<void>('DELETE', `${account}/sessions`),
  provider: () => request<ProviderReply>('GET', `${account}/provider`),
  linkProvider: (to: string) =>
    request<{ url: string }>('POST', `${account}/provider`, { body: { to } }),
  unlinkProvider: () => request<void>('DELETE', `${account}/provider`),
  passkeys: () => request<PasskeyListReply>('GET', `${account}/passkeys`),
  passkeyOptions: () =>
    request<{ options: unknown }>('POST', `${account}/passkeys/options`, { body: {} }),
  addPasskey: (name: string, response: unknown) =>
    request<PasskeyItem>('POST', `${account}/passkeys`, { body: { name, response } }),
  renamePasskey: (id: string, name: string) =>
    request<PasskeyItem>('PATCH', `${account}/passkeys/${id}`, { body: { name } }),
  removePasskey: (id: string) => request<void>('DELETE', `${account}/passkeys/${id}`),
  passkeySignInOptions: (login?: string) =>
    request<{ options: unknown }>('POST', `${account}/passkeys/sign-in/options`, {
      body: login ? { login } : {},
    }),
  passkeySignIn: (response: unknown) =>
    request<SignedInReply>('POST', `${account}/passkeys/sign-in`, { body: { response } }),
  tokens: () => request<TokenListReply>('GET', `${account}/tokens`),
  createToken: (body: TokenCreate) => request<TokenCreated>('POST', `${account}/tokens`, { body }),
  revokeToken: (id: string) => request<void>('DELETE', `${account}/tokens/${id}`),
  links: () => request<PersonalLinkListReply>('GET', `${account}/links`),
  createLink: () => request<PersonalLinkCreated>('POST', `${account}/links`, { body: {} }),
  revokeLink: (id: string) => request<void>('DELETE', `${account}/links/${id}`),
} as const;
