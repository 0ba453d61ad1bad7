// Passwords: which are taken, and how they are kept (scrypt of node:crypto, its parameters beside each
// hash). A hash costs 32 MB and a quarter of a second of a thread, so few run at once, and few wait.

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { commonPasswords } from './common-passwords.ts';

/** 2^15 × 8 × 3: as much work as OWASP's 2^17 × 8 × 1 with a quarter of the memory. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const STORED =
  /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** False for `stored` null, after as much work: who asks does not learn whether there is an account. */
  verify(password: string, stored: string | null): Promise<boolean>;
  /** It was hashed with other parameters than are used now. */
  isOld(stored: string): boolean;
}

/** Two ways to type one letter are one password. */
export const normalise = (password: string): string => password.normalize('NFKC');

const refuse = (reason: 'short' | 'long' | 'common' | 'name', sentence: string): never => {
  throw new AppError('bad-request', sentence, { details: { field: 'password', reason } });
};

/** AppError `bad-request` with a `reason`; `names`: what others know of its owner. */
export function checkPassword(password: string, names: readonly (string | null)[]): void {
  const text = normalise(password);
  const length = [...text].length;
  if (!text.isWellFormed()) refuse('common', 'A password must not hold half a surrogate pair.');
  if (length < limits.minPasswordChars) {
    refuse('short', `A password has at least ${limits.minPasswordChars} characters.`);
  }
  if (length > limits.maxPasswordChars) {
    refuse('long', `A password has at most ${limits.maxPasswordChars} characters.`);
  }
  const plain = text.toLowerCase();
  const isRepeated = new Set(plain).size <= 2;
  if (isRepeated || commonPasswords.has(plain)) {
    refuse('common', 'This is one of the passwords that are tried first. Choose another.');
  }
  const known = names.flatMap((name) => {
    const text = normalise(name ?? '').toLowerCase();
    return [text, text.split('@')[0]!];
  });
  if (known.includes(plain)) refuse('name', 'A password must not be your name or address.');
}

export function createPasswords({ cost = COST }: { cost?: Cost } = {}): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  const derive = (password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> => {
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
    return new Promise((resolve, reject) => {
      scrypt(normalise(password), salt, HASH_BYTES, options, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  };

  /** In turn: a flood of guesses must not take all threads, nor all memory. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limits.maxPasswordHashes) {
      if (waiting.length >= limits.maxWaitingHashes) {
        throw new AppError('not-now', 'Too many people are signing in. Try again in a moment.');
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await work();
    } finally {
      // The turn is handed on, so that nobody who comes now is before who waits.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };

  const parse = (stored: string) => {
    const [, N, r, p, salt, hash] = STORED.exec(stored) ?? [];
    if (!salt || !hash) return null;
    return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt, hash };
  };
  const nobody = { cost, salt: randomBytes(SALT_BYTES).toString('base64url'), hash: '' };

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES);
        const key = await derive(password, salt, cost);
        const parts = ['scrypt', cost.N, cost.r, cost.p];
        return [...parts, salt.toString('base64url'), key.toString('base64url')].join('$');
      }),

    verify: (password, stored) =>
      inTurn(async () => {
        const known = (stored === null ? null : parse(stored)) ?? nobody;
        const key = await derive(password, Buffer.from(known.salt, 'base64url'), known.cost);
        const wanted = Buffer.from(known.hash, 'base64url');
        return wanted.length === key.length && timingSafeEqual(wanted, key);
      }),

    isOld(stored) {
      const known = parse(stored)?.cost;
      return known?.N !== cost.N || known.r !== cost.r || known.p !== cost.p;
    },
  };
}
