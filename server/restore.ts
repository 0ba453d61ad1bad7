// `npm run restore -- FILE`: fills an empty store from a backup, whichever engine wrote that.

import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { checkEmpty, compareStore, fillStore, makeSearch } from './backup/fill-store.ts';
import { type Counts, readBackup } from './backup/format.ts';
import { systemClock } from './clock.ts';
import { commandConfig, runCommand } from './command.ts';
import { searchText } from './documents/summary.ts';
import { createProgress } from './progress.ts';
import { putSharedSecret } from './secret.ts';
import { openStoreAlone } from './store/open-store.ts';

const usage = `npm run restore -- FILE

Fills the store named by the environment (DATA_DIR, MONGO_URL) from a backup, and compares both afterwards. The
store must be empty and its server stopped. A backup of either kind of store goes into either.
`;

/** Cookies are worth something again only with the secret that signed them. The store was empty: no loss. */
async function writeSecret(dataDir: string, secret: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'secret');
  const draft = `${path}.${process.pid}.partial`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function main(args: string[]): Promise<number> {
  const { positionals, config } = commandConfig(args, usage, { allowPositionals: true });
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw new Error(usage);
  const { dataDir, mongoUrl } = config;
  const out = process.stdout;

  // The whole file first: a store is not begun with what cannot be finished.
  let total = 0;
  let counts: Counts | null = null;
  const checking = readBackup(path, (found) => {
    counts = found;
  });
  for await (const _ of checking) total++;
  const { documents, entries, records, blobs } = counts as unknown as Counts;

  const progress = createProgress(out, 'parts');
  const store = await openStoreAlone({ dataDir, mongoUrl, clock: systemClock });
  try {
    await checkEmpty(store);
    let done = 0;
    // Read twice: once to fill, once to compare.
    const onItem = () => progress.at(++done, 2 * total);
    const { secret } = await fillStore(store, readBackup(path), onItem);
    await makeSearch(store, searchText);
    await compareStore(store, readBackup(path), onItem);
    if (secret !== null) {
      await writeSecret(dataDir, secret);
      if (store.isShared) await putSharedSecret(store.records, secret);
    }
    progress.end();
    out.write(
      `${store.describe()}\nholds what ${path} does: ${documents} documents, ${entries} ops, ${records} records, ${blobs} images.\n`,
    );
    if (secret === null) {
      out.write('The backup has no secret: people who come back are new guests.\n');
    }
    return 0;
  } finally {
    progress.end();
    await store.close();
  }
}

await runCommand(main);
