// How often somebody may ask: token buckets by person and by address, in memory, bounded in number.

import { httpRates } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';

export type Rate = keyof typeof httpRates;

export interface RateLimit {
  /** 0 when the request may run, else the seconds to wait. Takes one token of both. */
  take(rate: Rate, address: string, person: string | null): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** An address stands for many people. */
const ADDRESS_SHARE = 10;
const MAX_BUCKETS = 20_000;

export function createRateLimit(clock: Clock): RateLimit {
  const buckets = new Map<string, Bucket>();

  /** Drops what was used longest ago: most of it is full again, which is the same as none. */
  const prune = () => {
    for (const key of buckets.keys()) {
      if (buckets.size <= MAX_BUCKETS / 2) return;
      buckets.delete(key);
    }
  };

  const take = (key: string, rate: Rate, share: number): number => {
    const burst = httpRates[rate].burst * share;
    const perSecond = httpRates[rate].perSecond * share;
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(
      burst,
      bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond,
    );
    bucket.at = now;
    // Deleted and set again, so that the map's order is that of the last use.
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MAX_BUCKETS) prune();
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return 0;
  };

  return {
    take: (rate, address, person) =>
      Math.max(
        take(`${rate} a ${address}`, rate, ADDRESS_SHARE),
        person ? take(`${rate} p ${person}`, rate, 1) : 0,
      ),
  };
}

/** RATE_LIMITS=off. */
export const noRateLimit: RateLimit = { take: () => 0 };
