// What every table of the embedded store shares: keys that survive SQLite, reads whose errors people
// can read, records of JSON.

import { storageError } from './sqlite-error.ts';

/**
 * Throws for text that SQLite would give back changed (cut at NUL, lone surrogates replaced), so that
 * two keys can never become one. Keys are made by us: this finds a mistake, not bad input.
 */
export function checkKeyText(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new TypeError('A key may not hold NUL or half of a surrogate pair.');
  }
  return text;
}

/** Runs a read; the error says in words what is wrong with the disk. */
export function read<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw storageError(error, 'read');
  }
}
