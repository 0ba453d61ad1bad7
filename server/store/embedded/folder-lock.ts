// At most one server per data folder. The lock is the operating system's, held through a SQLite
// connection of its own, so that it ends with the process however that ends: nothing can go stale.
// (Closing any other handle of the lock file inside this process would drop it: nobody opens it.)

import { join } from 'node:path';
import PlainDatabase from 'libsql';
import { SQLITE_BUSY, sqliteCode } from './sqlite-error.ts';

export interface FolderLock {
  release(): void;
}

/** Throws, naming the folder, when another store has it. */
export function lockFolder(folder: string): FolderLock {
  try {
    const connection = new PlainDatabase(join(folder, 'deltapad.lock'));
    // No journal: nothing is ever written.
    connection.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return {
      release() {
        // Explicitly: a closed connection keeps its locks until it is collected.
        connection.exec('ROLLBACK');
        connection.close();
      },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      sqliteCode(error) === SQLITE_BUSY
        ? `Another Deltapad server is using the data folder ${folder}. Stop it, or give this one another folder (DATA_DIR).`
        : `The data folder ${folder} cannot be used: ${why}.`,
      { cause: error },
    );
  }
}
