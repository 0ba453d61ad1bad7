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
  const connection = new PlainDatabase(join(folder, 'deltapad.lock'));
  try {
    // No journal: nothing is ever written.
    connection.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if (sqliteCode(error) !== SQLITE_BUSY) throw error;
    throw new Error(
      `Another Deltapad server is using the data folder ${folder}. ` +
        'Stop it, or give this one another folder (DATA_DIR).',
      { cause: error },
    );
  }
  return {
    release() {
      // Explicitly: a closed connection keeps its locks until it is collected.
      connection.exec('ROLLBACK');
      connection.close();
    },
  };
}
