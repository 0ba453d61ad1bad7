// The same people over several processes of ours on one store, whose messages to each other are late,
// out of order, twice or lost: with such a bus, and with none at all.

import { test } from 'node:test';
import { runSeeds } from './seed-run.ts';
import { type BusFaults, SeveralServers } from './several-servers.ts';

const file = 'test/simulation/cluster.test.ts';

async function run(title: string, count: number, processes: number, faults: BusFaults | null) {
  await test(title, async (t) => {
    const totals = await runSeeds({
      file,
      count,
      known: [],
      createServer: (time) => new SeveralServers(time, processes, faults),
      turns: 8,
    });
    t.diagnostic(JSON.stringify(totals));
  });
}

await run(
  'over three processes with a poor bus every replica is the same, no text is lost',
  40,
  3,
  {
    lost: 0.2,
    twice: 0.1,
    lateMs: 80,
  },
);
await run('over two that hear nothing of each other every replica is the same, too', 12, 2, null);
