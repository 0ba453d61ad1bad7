// Signing in that takes two requests (a passkey's challenge, a provider's answer): what the first one knows
// is kept in the store until the second comes, once, for the browser that began. Its cookie names it.

import { createHash } from 'node:crypto';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { steps as kind, type StepRecord } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface Steps {
  /** Remembers `data`; the Set-Cookie value for the browser. */
  begin(data: Readonly<Record<string, string>>, userId: string | null): Promise<string>;
  /** What was begun in this browser, once: of several who ask at the same time one gets it. */
  take(cookie: string | undefined): Promise<StepRecord | null>;
  /** A Set-Cookie value after which the browser forgets it. */
  readonly clear: string;
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;
const idOf = (purpose: string, secret: string) =>
  createHash('sha256').update(`${purpose} ${secret}`).digest('base64url');

export interface StepsDeps {
  store: Pick<Store, 'records'>;
  clock: Clock;
  ids: Ids;
  isHttps: boolean;
}

/** `purpose` names the cookie. `sameSite`: Lax where another site sends the browser back to us. */
export function createSteps(
  { store: { records }, clock, ids, isHttps }: StepsDeps,
  purpose: string,
  sameSite: 'Strict' | 'Lax',
  ms: number = limits.signInStepMs,
): Steps {
  const name = `${isHttps ? '__Host-' : ''}deltapad-${purpose}`;
  const rules = `Path=/; HttpOnly; SameSite=${sameSite}${isHttps ? '; Secure' : ''}`;

  return {
    async begin(data, userId) {
      const secret = ids.secret(32);
      const expiresAt = clock.now() + ms;
      await records.put(kind, idOf(purpose, secret), { data, userId, expiresAt });
      return `${name}=${secret}; Max-Age=${ms / 1000}; ${rules}`;
    },

    async take(cookie = '') {
      const values = cookie
        .split(';')
        .map((part) => part.trim().split('=', 2))
        .flatMap(([key, value]) => (key === name && value && SECRET.test(value) ? [value] : []));
      // A second one of the name was planted: which of them is ours cannot be told.
      if (values.length !== 1) return null;
      const id = idOf(purpose, values[0]!);
      const found = await records.get(kind, id);
      if (!found || found.value.expiresAt <= clock.now()) return null;
      // Expired in place first: a delete does not tell who was first.
      const taken = { ...found.value, expiresAt: 0 };
      if (!(await records.put(kind, id, taken, { ifVersion: found.version }))) return null;
      await records.delete(kind, id);
      return found.value;
    },

    clear: `${name}=; Max-Age=0; ${rules}`,
  };
}
