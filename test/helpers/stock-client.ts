// ShareDB's own client with the published rich-text type, as somebody else's program would use it: in
// copies of the modules of their own, because a registry of types is one for its module, and the
// server under test puts its own type there.

import { createRequire } from 'node:module';
import type { WebSocket } from 'ws';

const require = createRequire(import.meta.url);

export interface StockDoc {
  readonly collection: string;
  readonly id: string;
  readonly data: { ops: unknown[] } | undefined;
  readonly version: number | null;
  readonly type: { name: string } | null;
  subscribe(callback: (error?: StockError) => void): void;
  fetch(callback: (error?: StockError) => void): void;
  create(data: unknown, type: string, callback: (error?: StockError) => void): void;
  del(callback: (error?: StockError) => void): void;
  submitOp(op: unknown, options: object, callback?: (error?: StockError) => void): void;
  hasWritePending(): boolean;
  on(event: string, listener: (...values: never[]) => void): void;
}

export type StockError = Error & { code: string };

export interface StockPresence {
  subscribe(callback: (error?: StockError) => void): void;
  create(id: string): { submit(value: unknown, callback: (error?: StockError) => void): void };
  on(event: 'receive', listener: (id: string, value: unknown) => void): void;
  readonly remotePresences: Record<string, unknown>;
}

export interface StockConnection {
  readonly id: string | null;
  readonly state: string;
  bindToSocket(socket: WebSocket): void;
  get(collection: string, id: string): StockDoc;
  getPresence(channel: string): StockPresence;
  close(): void;
  on(event: string, listener: (...values: never[]) => void): void;
}

type ConnectionClass = new (socket: WebSocket) => StockConnection;

/** A fresh copy of a package and of all it loads from sharedb. */
function loadFresh<T>(load: () => T): T {
  const isShared = (path: string) => /node_modules\/(sharedb|rich-text)\//.test(path);
  const saved = Object.entries(require.cache).filter(([path]) => isShared(path));
  for (const [path] of saved) delete require.cache[path];
  try {
    return load();
  } finally {
    for (const path of Object.keys(require.cache)) if (isShared(path)) delete require.cache[path];
    for (const [path, module] of saved) require.cache[path] = module;
  }
}

let stock: { Connection: ConnectionClass } | null = null;

export function stockClient(): { Connection: ConnectionClass } {
  stock ??= loadFresh(() => {
    const client = require('sharedb/lib/client');
    client.types.register(require('rich-text').type);
    client.logger.setMethods({
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    });
    return client as { Connection: ConnectionClass };
  });
  return stock;
}
