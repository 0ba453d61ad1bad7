// The secret that signs cookies and client ids. Made at the first run; whoever has it can pass as anybody.
// A server that is alone keeps it in DATA_DIR, where only its owner may read it; servers that share a
// database keep it there, so that each knows what the others signed.

import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ids } from './ids.ts';
import { type SecretRecord, secrets } from './store/schema.ts';
import type { Records } from './store/store.ts';

const SHARED_ID = 'server';

/** Reads the secret, or makes it: complete and on the disk before anybody can see the file. */
export async function openSecret(dataDir: string, ids: Ids): Promise<string> {
  const path = join(dataDir, 'secret');
  await makeFolder(dataDir);
  const found = await readSecret(path);
  if (found) return found;
  const draft = `${path}.${ids.secret(6)}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${ids.secret(32)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename, a link never replaces what another process made meanwhile.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecret(path);
  if (!made) throw new Error(`The secret could not be written to ${path}.`);
  return made;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // What it says of a read-only disk; asked plainly, it says what is the matter.
    await mkdir(path, { mode: 0o700 });
  }
}

/** The one of the database; at the first run the one this folder has from before, or a new one. */
export async function openSharedSecret(
  records: Pick<Records, 'get' | 'put'>,
  dataDir: string,
  ids: Ids,
): Promise<string> {
  await makeFolder(dataDir);
  const stored = await records.get(secrets, SHARED_ID);
  if (stored) return stored.value.secret;
  const secret = (await readSecret(join(dataDir, 'secret'))) ?? ids.secret(32);
  // Of two that start at once, one is first.
  await records.put(secrets, SHARED_ID, { secret }, { ifVersion: 0 });
  return (await records.get(secrets, SHARED_ID))?.value.secret ?? secret;
}

/** The one of a database, for a backup; null: it has none. */
export async function findSharedSecret(records: Pick<Records, 'all'>): Promise<string | null> {
  const [found] = await records.all({ kind: secrets.name, id: '' }, 1);
  const isShared = found?.kind === secrets.name && found.id === SHARED_ID;
  return isShared ? (found.value as SecretRecord).secret : null;
}

/** After a restore: what the backup says, whatever came with its records. */
export async function putSharedSecret(
  records: Pick<Records, 'put'>,
  secret: string,
): Promise<void> {
  await records.put(secrets, SHARED_ID, { secret });
}

async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length < 32) {
      throw new Error(
        `${path} does not hold a secret. Restore it from a backup, or delete it: everybody is then a new guest.`,
      );
    }
    await chmod(path, 0o600);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
