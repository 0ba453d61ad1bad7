// How often somebody may be wrong: attempts to sign in, by account and address. Who fails too often
// waits, longer each time, but never for ever. Counted for names that nobody has, too.

import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';

export interface Attempts {
  /** Seconds to wait; 0: it may be tried, and counts as failed until `passed`. */
  begin(login: string, address: string): number;
  passed(login: string, address: string): void;
}

interface Count {
  failures: number;
  until: number;
  at: number;
}

const MAX_COUNTED = 50_000;

export function createAttempts(clock: Clock): Attempts {
  /** In the order of their last use: when there are too many, the oldest go. */
  const counts = new Map<string, Count>();

  const get = (key: string): Count => {
    const found = counts.get(key);
    const isFresh = found && clock.now() - found.at < limits.signInMemoryMs;
    return isFresh ? found : { failures: 0, until: 0, at: clock.now() };
  };

  const fail = (key: string, free: number, longest: number) => {
    const now = clock.now();
    const { failures } = get(key);
    const over = failures + 1 - free;
    const delay = over < 0 ? 0 : Math.min(longest, 1000 * 2 ** Math.min(over, 30));
    counts.delete(key);
    counts.set(key, { failures: failures + 1, until: now + delay, at: now });
    for (const oldest of counts.keys()) {
      if (counts.size <= MAX_COUNTED) break;
      counts.delete(oldest);
    }
  };

  const keysOf = (login: string, address: string) =>
    ({ pair: `pair ${address} ${login}`, all: `all ${login}` }) as const;

  return {
    begin(login, address) {
      const { pair, all } = keysOf(login, address);
      const wait = Math.max(get(pair).until, get(all).until) - clock.now();
      if (wait > 0) return Math.ceil(wait / 1000);
      fail(pair, limits.freeSignIns, limits.maxSignInDelayMs);
      fail(all, limits.freeSignInsOfAll, limits.maxSignInDelayOfAllMs);
      return 0;
    },
    passed(login, address) {
      const { pair, all } = keysOf(login, address);
      counts.delete(pair);
      counts.delete(all);
    },
  };
}
