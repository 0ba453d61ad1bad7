// Somebody with the document open, without a browser: the real session (client/sync) over a real
// WebSocket to a started server, with an editor that has no screen.

import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { problemToError } from '../../client/api/http.ts';
import type { Environment } from '../../client/sync/environment.ts';
import { openSession } from '../../client/sync/session.ts';
import type { DocumentSession } from '../../client/sync/session-api.ts';
import type { Wire } from '../../client/sync/socket.ts';
import type { DocumentReply, SessionReply } from '../../core/api.ts';
import { type DeltaOp, emptyDocument, plainText } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { subprotocol } from '../../core/protocol.ts';
import { FakeEditor } from '../simulation/fake-editor.ts';
import type { Person } from './app.ts';

export interface LiveClient {
  readonly session: DocumentSession;
  readonly editor: FakeEditor;
  readonly text: () => string;
  /** Its network is gone; `reconnect` brings it back. */
  cut(): void;
  close(): void;
}

const realEnvironment: Environment = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  frame(call) {
    const timer = setTimeout(call, 16);
    return () => clearTimeout(timer);
  },
  isOnline: () => true,
  onOnline: () => () => undefined,
  isVisible: () => true,
  onVisible: () => () => undefined,
};

/** `address`: collection and id; the document may exist or not. */
export async function openLive(
  t: TestContext,
  app: { readonly url: string },
  person: Person,
  address: { collection: string; id: string },
  { onClose }: { onClose?: (code: number) => void } = {},
): Promise<LiveClient> {
  const path = `/api/v1/documents/${address.collection}/${address.id}`;
  const ask = async <T>(method: string, where: string, body?: unknown): Promise<T> => {
    const answer = await person
      .ask(method, where, body === undefined ? {} : { body })
      .catch((cause) => {
        throw new AppError('not-now', 'The server cannot be reached.', { cause });
      });
    if (answer.status >= 400) throw problemToError(answer.status, answer.text);
    return answer.json as T;
  };
  const { user } = await ask<SessionReply>('GET', '/api/v1/session');
  const stored = await ask<DocumentReply>('GET', path).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  });
  let socket: WebSocket | null = null;
  const editor = new FakeEditor();
  const session = openSession({
    boot: {
      ...address,
      title: stored?.title ?? '',
      version: stored?.version ?? 0,
      delta: stored?.delta ?? emptyDocument(),
      role: stored?.role ?? 'owner',
      link: stored?.link ?? 'editor',
      signedIn: 'none',
      owner: null,
      requests: 0,
    },
    build: '',
    user: () => user,
    editor,
    environment: realEnvironment,
    open() {
      socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, [subprotocol], {
        headers: { cookie: person.cookie },
      });
      // Closed while it connects, it says so to nobody else: a browser's socket stays silent.
      socket.on('error', () => undefined);
      if (onClose) socket.on('close', onClose);
      return socket as unknown as Wire;
    },
    api: {
      createDocument: (body) => ask('POST', '/api/v1/documents', body),
      setTitle: (_ref, title) => ask('PATCH', path, { title }),
      fetchDocument: () => ask('GET', path),
    },
  });
  editor.onSelect = (range) => session.setSelection(range);
  const close = () => session.close();
  t.after(close);
  return {
    session,
    editor,
    text: () => plainText(editor.contentsNow.ops as DeltaOp[]),
    cut: () => socket?.terminate(),
    close,
  };
}
