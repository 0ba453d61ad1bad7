// What somebody types to say who they are: a name, or an e-mail address (it has an @). Its key is the
// same however it is typed, and is claimed as a record, so that two cannot have one.

import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';

export interface Login {
  readonly kind: 'name' | 'email';
  /** As it is shown. */
  readonly text: string;
  /** `name ada`, `email ada@example.org`: id of the claim. */
  readonly key: string;
}

/** Letters and digits of any script; between them also . _ - and single spaces. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|[._ -](?=[\p{L}\p{N}]))*$/u;
const EMAIL = /^[^\s\p{C}@,;:<>"()[\]\\]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u;

/** How it is looked up; null: nobody can have it. Also what attempts are counted by. */
export function readLogin(typed: string): Login | null {
  const text = typed.normalize('NFKC').trim();
  if (text.length > limits.maxLoginChars || !text.isWellFormed()) return null;
  const plain = text.toLowerCase();
  if (text.includes('@')) {
    return EMAIL.test(text) && !text.includes('..')
      ? { kind: 'email', text, key: `email ${plain}` }
      : null;
  }
  if (text.length < 2 || text.length > limits.maxNameChars || !NAME.test(text)) return null;
  return { kind: 'name', text, key: `name ${plain}` };
}

/** The same for a new account: AppError `bad-request` says what is wrong. */
export function checkLogin(typed: string): Login {
  const login = readLogin(typed);
  if (login) return login;
  const sentence = typed.includes('@')
    ? 'This is not an e-mail address.'
    : `A name to sign in with has 2 to ${limits.maxNameChars} letters and digits, and . _ - or a space between them.`;
  throw new AppError('bad-request', sentence, { details: { field: 'login' } });
}
