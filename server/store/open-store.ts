// Chooses the engine: Mongo when a URL is given, else SQLite in the data folder.

import type { Clock } from '../clock.ts';
import { openEmbeddedReader, openEmbeddedStore } from './embedded/embedded-store.ts';
import { openMongoReader, openMongoStore } from './mongo/mongo-store.ts';
import type { Store, StoreReader } from './store.ts';

/** Where everything is kept. */
export interface StorePlace {
  dataDir: string;
  /** null: the embedded engine. */
  mongoUrl: string | null;
}

export interface StoreOptions extends StorePlace {
  clock: Clock;
  /** A database that does not answer is waited for, within bounds; told why, once. */
  onWaiting?: (why: string) => void;
}

/** Opens the store for a server. Rejects, in words for the operator, when it must not or cannot serve. */
export function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, mongoUrl, clock, onWaiting } = options;
  return mongoUrl === null
    ? openEmbeddedStore({ dataDir, clock })
    : openMongoStore({
        url: mongoUrl,
        clock,
        announce: 'server',
        ...(onWaiting ? { onWaiting } : {}),
      });
}

/**
 * Opens the store for a tool that must be alone with it: refused while a server has it, and keeps servers out.
 * `mustExist`: a folder where nothing was stored is refused, too; it is a wrong one.
 */
export function openStoreAlone(
  { dataDir, mongoUrl, clock }: StoreOptions,
  { mustExist = false }: { mustExist?: boolean } = {},
): Promise<Store> {
  return mongoUrl === null
    ? openEmbeddedStore({ dataDir, clock, mustExist })
    : openMongoStore({ url: mongoUrl, clock, announce: 'tool' });
}

/** Looks at the store beside whoever writes to it. */
export function openStoreReader({ dataDir, mongoUrl }: StorePlace): Promise<StoreReader> {
  return mongoUrl === null ? openEmbeddedReader({ dataDir }) : openMongoReader({ url: mongoUrl });
}
