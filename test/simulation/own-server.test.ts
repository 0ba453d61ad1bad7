// The same people over our own backend (server/ot): its commits in groups, its guard, its presence, its
// restarts. In a file of its own, because ShareDB's registry of types is one for the process.

import { test } from 'node:test';
import { runSeeds } from './seed-run.ts';
import { ourSeeds } from './seeds.ts';
import { OurServer } from './servers.ts';

test('over our own server every replica is the same, and no text is lost', async (t) => {
  const totals = await runSeeds({
    file: 'test/simulation/own-server.test.ts',
    count: 100,
    known: ourSeeds,
    createServer: (time) => new OurServer(time),
    turns: 4,
  });
  t.diagnostic(JSON.stringify(totals));
});
