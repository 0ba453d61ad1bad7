// Runs the store's contract against the embedded engine, and adds what is special to SQLite in a file.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('embedded', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'deltapad-store-'));
  const open = () => openEmbeddedStore({ dataDir, clock: systemClock });
  let store = await open();
  return {
    store,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async close() {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
});
