// What build.mjs says of the built client: which files each page needs.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PageFiles {
  readonly script: string;
  readonly css: readonly string[];
  readonly preload: readonly string[];
}

export interface ClientManifest {
  /** Names the bundle; a page of another one is told to reload. */
  readonly build: string;
  readonly entries: {
    readonly home: PageFiles;
    readonly document: PageFiles;
    readonly account: PageFiles;
    readonly embed: PageFiles;
    /** The page of somebody who has asked to be let in. */
    readonly wait: PageFiles;
  };
}

/** Null: the client is not built. Throws when the file is there and makes no sense. */
export async function readClientManifest(clientDir: string): Promise<ClientManifest | null> {
  try {
    return JSON.parse(await readFile(join(clientDir, 'manifest.json'), 'utf8')) as ClientManifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error('dist/client/manifest.json cannot be read: run npm run build.', {
      cause: error,
    });
  }
}
