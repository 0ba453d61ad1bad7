// The op path as it runs in the server (HTTP server, upgrade, sockets, backend), over a store that the
// test holds, with people who are named in the request instead of by a cookie.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { DeltaOp } from '../../core/delta.ts';
import type { CollectionName, DocumentId, DocumentRef, UserId } from '../../core/ids.ts';
import { subprotocol } from '../../core/protocol.ts';
import type { Role } from '../../core/roles.ts';
import type { Guest } from '../../server/access/actor.ts';
import { type Clock, systemClock } from '../../server/clock.ts';
import { systemIds } from '../../server/ids.ts';
import { silentLog } from '../../server/log.ts';
import { createBackend, type OtBackend } from '../../server/ot/backend.ts';
import type { OpLog } from '../../server/store/store.ts';
import { attachSockets } from '../../server/ws/upgrade.ts';
import { MemoryOpLog } from './memory-store.ts';
import {
  type StockConnection,
  type StockDoc,
  type StockError,
  stockClient,
} from './stock-client.ts';
import { until } from './until.ts';

export const aRef = (id: string): DocumentRef => ({
  collection: 'docs' as CollectionName,
  id: id as DocumentId,
});

export const aPerson = (name: string): Guest => ({
  kind: 'guest',
  id: `g_${name.padEnd(8, '0')}` as UserId,
  name,
  color: 1,
});

export interface OpServer {
  readonly backend: OtBackend;
  readonly url: string;
  /** What everybody may do, unless `roles` says otherwise. */
  readonly roles: Map<string, Role | null>;
  create(id: string, ops?: DeltaOp[]): Promise<DocumentRef>;
  connect(person: string, options?: { ours?: boolean; origin?: string }): WebSocket;
  /** A stock client; `cut` and `comeBack` are its network. */
  client(person: string): Promise<StockClient>;
  close(): Promise<void>;
}

export interface StockClient {
  readonly connection: StockConnection;
  readonly socket: WebSocket;
  /** Everything it received. */
  readonly received: Record<string, unknown>[];
  open(ref: DocumentRef): Promise<StockDoc>;
  cut(): void;
  comeBack(): Promise<void>;
}

export interface OpServerOptions {
  ops?: OpLog;
  clock?: Clock;
  rateLimits?: boolean;
  /** Others may write to `ops`, which is looked at this often. */
  followMs?: number;
}

export async function startOpServer(
  t: TestContext,
  options: OpServerOptions = {},
): Promise<OpServer> {
  const roles = new Map<string, Role | null>();
  const common = { clock: options.clock ?? systemClock, log: silentLog };
  const backend = createBackend({
    ...common,
    ops: options.ops ?? new MemoryOpLog(),
    isShared: options.followMs !== undefined,
    followMs: options.followMs ?? 0,
    roleOf: async (actor) => {
      const role = actor.kind === 'system' ? 'owner' : roles.get(actor.name);
      return role === undefined ? 'editor' : role;
    },
    ids: systemIds,
    secret: 'a secret of thirty-two characters',
    build: 'build-1',
  });
  const server = createServer((_request, response) => response.end());
  const sockets = attachSockets({
    ...common,
    server,
    path: '/sync',
    authenticate: async (request) => {
      const name = request.headers['x-person'];
      return typeof name === 'string' ? aPerson(name) : null;
    },
    originAllowed: ({ headers }) => headers.origin !== 'http://elsewhere.example',
    connect: (stream, actor, notices) => backend.connect(stream, actor, notices),
    rateLimits: options.rateLimits ?? true,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/sync`;

  let isClosed = false;
  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    await backend.close();
    await sockets.close();
    await new Promise((resolve) => server.close(resolve));
  }
  t.after(close);

  function connect(
    person: string,
    { ours = false, origin }: { ours?: boolean; origin?: string } = {},
  ) {
    const headers = { 'x-person': person, ...(origin ? { origin } : {}) };
    const socket = new WebSocket(url, ours ? [subprotocol] : [], { headers });
    socket.on('error', () => undefined);
    t.after(() => socket.terminate());
    return socket;
  }

  async function client(person: string): Promise<StockClient> {
    const received: Record<string, unknown>[] = [];
    let socket = connect(person);
    const { Connection } = stockClient();
    const connection = new Connection(socket);
    connection.on('receive', ({ data }: { data: Record<string, unknown> }) =>
      received.push({ ...data }),
    );
    connection.on('error', () => undefined);
    connection.on('connection error', () => undefined);
    await until('the client is connected', () => connection.state === 'connected');
    return {
      connection,
      get socket() {
        return socket;
      },
      received,
      async open(ref) {
        const doc = connection.get(ref.collection, ref.id);
        doc.on('error', () => undefined);
        await new Promise<void>((resolve, reject) => {
          doc.subscribe((error) => (error ? reject(error) : resolve()));
        });
        return doc;
      },
      cut: () => socket.terminate(),
      async comeBack() {
        socket = connect(person);
        connection.bindToSocket(socket);
        await until('the client is connected again', () => connection.state === 'connected');
      },
    };
  }

  return {
    backend,
    url,
    roles,
    async create(id, ops = [{ insert: '\n' }]) {
      await backend.create(aRef(id), { kind: 'system' }, ops);
      return aRef(id);
    },
    connect,
    client,
    close,
  };
}

/** Submits and waits for the acknowledgement; rejects with the error. */
export function submit(doc: StockDoc, op: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    doc.submitOp(op, {}, (error?: StockError) => (error ? reject(error) : resolve()));
  });
}

export const textOf = (doc: { data: { ops: unknown[] } | undefined }): string =>
  ((doc.data?.ops ?? []) as { insert: string }[]).map(({ insert }) => insert).join('');
