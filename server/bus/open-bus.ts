// Chooses how this process speaks with the others on its store: over Redis, through the parent of all
// workers, both, or not at all.

import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Bus } from './bus.ts';
import { FallbackBus } from './fallback-bus.ts';
import { createMemoryHub } from './memory-bus.ts';
import { RedisBus } from './redis-bus.ts';

export interface BusPlace {
  readonly redisUrl: string | null;
  readonly mongoUrl: string | null;
}

export interface OpenBusDeps {
  readonly config: BusPlace;
  /** Other processes may have the store open. */
  readonly isShared: boolean;
  /** The installation's: who does not know it cannot be heard. */
  readonly secret: string;
  readonly parent: Bus | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** One for each database: a copy of it, with the same secret, is another installation. */
export function spaceOf(secret: string, mongoUrl: string | null): string {
  const database = /^[^/]+\/\/[^/?]+\/([^?]*)/.exec(mongoUrl ?? '')?.[1] ?? '';
  return createHash('sha256').update(`bus ${secret} ${database}`).digest('hex').slice(0, 16);
}

export function openBus({ config, isShared, secret, parent, clock, ids, log }: OpenBusDeps): Bus {
  const { redisUrl: url, mongoUrl } = config;
  if (!isShared) return createMemoryHub().join({ ids, log });
  if (url === null) return parent ?? createMemoryHub().join({ ids, log });
  const space = spaceOf(secret, mongoUrl);
  const redis = new RedisBus({ url, space, self: parent?.self, clock, ids, log });
  return parent ? new FallbackBus(redis, parent) : redis;
}
