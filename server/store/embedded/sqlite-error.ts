// SQLite's result codes: which mean that the disk or the file is at fault, and what people read then.

import { AppError } from '../../../core/errors.ts';

export const SQLITE_BUSY = 5;
export const SQLITE_INTERRUPT = 9;

/** The primary result code of an error, or null when it is not one of SQLite's. */
export function sqliteCode(error: unknown): number | null {
  const raw = error instanceof Error && 'rawCode' in error ? error.rawCode : null;
  // The higher bits say more than anybody here asks.
  return typeof raw === 'number' ? raw & 0xff : null;
}

const CAUSES: Readonly<Record<number, string>> = {
  [SQLITE_BUSY]: 'another program is holding the database',
  6: 'the database is locked',
  7: 'memory is exhausted',
  8: 'the database is read-only',
  10: 'the disk reports an error',
  11: 'the database file is damaged',
  13: 'the disk is full',
  14: 'the database file cannot be opened',
  15: 'the database is being recovered',
  26: 'the file is not a database',
};

/** Not the fault of one statement: nothing can be written now. */
export function isStorageFailure(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && code in CAUSES;
}

/** The refusal for people, with the original as its cause. */
export function storageError(error: unknown, doing: 'saved' | 'read'): AppError {
  if (error instanceof AppError) return error;
  const code = sqliteCode(error);
  const why = (code !== null && CAUSES[code]) || 'the database reports an error';
  return new AppError('not-now', `Nothing can be ${doing} just now: ${why}.`, { cause: error });
}

export const closedError = () => new AppError('not-now', 'The store is closed.');
