// `npm run backup -- FILE`: the whole store in one file, while people may go on writing.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBackup } from './backup/format.ts';
import { storeItems } from './backup/read-store.ts';
import { systemClock } from './clock.ts';
import { commandConfig, runCommand } from './command.ts';
import { createProgress } from './progress.ts';
import { findSharedSecret } from './secret.ts';
import { openStoreReader } from './store/open-store.ts';

const usage = `npm run backup -- [--skip-damaged] FILE

Writes everything that the store named by the environment (DATA_DIR, MONGO_URL) holds into FILE: every document
with its whole history, images, people, and the secret. The server may run. FILE must not be there yet. Who has
the file can read every document and pass as anybody: only its owner may read it. Ends with 0 when everything is
in it, with 1 when there is no backup.

  --skip-damaged  names documents whose log is damaged and leaves them out, instead of giving up; then it ends
                  with 2 if there were any
`;

async function secretOf(dataDir: string): Promise<string | null> {
  try {
    return (await readFile(join(dataDir, 'secret'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function main(args: string[]): Promise<number> {
  const { positionals, values, config } = commandConfig(args, usage, {
    allowPositionals: true,
    options: { 'skip-damaged': { type: 'boolean' } },
  });
  const [path, ...rest] = positionals;
  if (path === undefined || rest.length > 0) throw new Error(usage);
  const { dataDir, mongoUrl } = config;
  const progress = createProgress(process.stdout, 'documents');
  const store = await openStoreReader({ dataDir, mongoUrl });
  try {
    const shared = mongoUrl === null ? null : await findSharedSecret(store.records);
    const secret = shared ?? (await secretOf(dataDir));
    const at = systemClock.now();
    let leftOut = 0;
    const onDamaged = (document: string, why: string) => {
      leftOut++;
      progress.say(`${document} is left out: ${why}`);
    };
    const items = storeItems({
      store,
      secret,
      at,
      onProgress: progress.at,
      ...(values['skip-damaged'] && { onDamaged }),
    });
    const { documents, entries, records, blobs } = await writeBackup(path, items);
    progress.end();
    process.stdout.write(
      `${store.describe()}\nkept in ${path}: ${documents} documents, ${entries} ops, ${records} records, ${blobs} images.\n`,
    );
    if (leftOut === 0) return 0;
    process.stdout.write(
      `${leftOut} damaged ${leftOut === 1 ? 'document is' : 'documents are'} not in it: keep the store, and run the doctor.\n`,
    );
    return 2;
  } finally {
    progress.end();
    await store.close();
  }
}

await runCommand(main);
