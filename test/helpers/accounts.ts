// People with accounts, over HTTP as a browser would.

import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { SignedInReply, TokenCreate, TokenCreated } from '../../core/api.ts';
import type { Person, TestApp } from './app.ts';

export const account = '/api/v1/account';
export const password = 'correct horse battery';

export async function signUp(person: Person, login: string): Promise<SignedInReply> {
  const { status, text, json } = await person.post(account, { login, password });
  assert.equal(status, 201, text);
  return json as SignedInReply;
}

export async function signIn(person: Person, login: string): Promise<SignedInReply> {
  const { status, text, json } = await person.post(`${account}/sign-in`, { login, password });
  assert.equal(status, 200, text);
  return json as SignedInReply;
}

export async function makeToken(person: Person, token: TokenCreate): Promise<TokenCreated> {
  const { status, text, json } = await person.post(`${account}/tokens`, token);
  assert.equal(status, 201, text);
  return json as TokenCreated;
}

/** A socket that is open, and the code it is closed with. */
export async function openSocket(
  app: TestApp,
  headers: Record<string, string>,
): Promise<{ socket: WebSocket; closed: Promise<number> }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, { headers });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return { socket, closed };
}

/** The status of a socket's upgrade that is refused. */
export const refusedSocket = (app: TestApp, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, { headers });
    socket.on('error', () => undefined);
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once('open', () => {
      resolve(101);
      socket.terminate();
    });
  });
