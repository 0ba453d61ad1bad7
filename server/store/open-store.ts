// Chooses the engine: Mongo when a URL is given, else SQLite in the data folder.

import type { Clock } from '../clock.ts';
import { openEmbeddedStore } from './embedded/embedded-store.ts';
import { openMongoStore } from './mongo/mongo-store.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  dataDir: string;
  /** null: the embedded engine. */
  mongoUrl: string | null;
  clock: Clock;
}

/** Opens the store for a server. Rejects, in words for the operator, when it must not or cannot serve. */
export function openStore({ dataDir, mongoUrl, clock }: StoreOptions): Promise<Store> {
  return mongoUrl === null
    ? openEmbeddedStore({ dataDir, clock })
    : openMongoStore({ url: mongoUrl, clock, announce: 'server' });
}
