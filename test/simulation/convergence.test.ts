// Three to five people with the real session and the real ShareDB client, over lines that delay, are cut
// and fall silent, with lost messages, refused ops, compositions, a failing editor and restarts. Replay
// one with SEED=n.

import { test } from 'node:test';
import { runSeeds } from './seed-run.ts';
import { stockSeeds } from './seeds.ts';
import { StockServer } from './servers.ts';

test('every replica is the same and equals a replay of the log, and no text is lost', async (t) => {
  const totals = await runSeeds({
    file: 'test/simulation/convergence.test.ts',
    count: 500,
    known: stockSeeds,
    createServer: () => new StockServer(),
    turns: 1,
  });
  t.diagnostic(JSON.stringify(totals));
});
