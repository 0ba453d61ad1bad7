// What has to be looked at from time to time: whether those behind open sockets still are somebody (on
// another node a session may have been ended), and what has expired and lies in the store.

import { limits } from '../../core/limits.ts';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { OtBackend } from '../ot/backend.ts';
import { resets, sessions, steps, tokens } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { EndReason } from './accounts.ts';
import type { Identify } from './identify.ts';

export interface SweeperDeps {
  store: Pick<Store, 'records'>;
  identify: Pick<Identify, 'ended'>;
  backend: Pick<OtBackend, 'people' | 'endWhere'>;
  clock: Clock;
  onError(error: unknown): void;
}

const EXPIRED_EVERY_MS = 3600_000;
const FIRST_EXPIRED_MS = 60_000;
const PAGE = 200;
/** A sweep of what expired removes at most so many of a kind; the next one goes on. */
const MAX_PAGES = 50;
/** People asked about at once. */
const BATCH = 500;

const keyOf = ({ kind, id, via = '' }: Person): string => `${kind} ${id} ${via}`;

export function createSweeper(deps: SweeperDeps): { close(): Promise<void> } {
  const { store, identify, backend, clock, onError } = deps;
  let isClosed = false;
  const stops = new Map<string, () => void>();
  let running: Promise<void> = Promise.resolve();

  const checkPeople = async () => {
    const people = [...new Map(backend.people().map((each) => [keyOf(each), each])).values()];
    for (let i = 0; i < people.length; i += BATCH) {
      const found = await identify.ended(people.slice(i, i + BATCH));
      if (found.size === 0) continue;
      const reasons = new Map<string, EndReason>();
      for (const [person, reason] of found) reasons.set(keyOf(person), reason);
      backend.endWhere((person) => reasons.get(keyOf(person)) ?? null);
    }
  };

  const removeExpired = async () => {
    for (const kind of [sessions, tokens, resets, steps]) {
      for (let i = 0; i < MAX_PAGES && !isClosed; i++) {
        const page = await store.records.list<{ expiresAt: number | null }>(
          kind as never,
          'byExpiry',
          'all',
          { limit: PAGE },
        );
        const now = clock.now();
        const gone = page.filter(({ value }) => (value.expiresAt ?? now) < now);
        for (const { id } of gone) await store.records.delete(kind as never, id);
        if (gone.length < PAGE) break;
      }
    }
  };

  const every = (name: string, first: number, ms: number, work: () => Promise<void>) => {
    const again = (wait: number) => {
      if (isClosed) return;
      stops.set(
        name,
        clock.after(wait, () => {
          running = Promise.all([running, work().catch(onError)]).then(() => again(ms));
        }),
      );
    };
    again(first);
  };
  every('people', limits.identityCheckMs, limits.identityCheckMs, checkPeople);
  every('expired', FIRST_EXPIRED_MS, EXPIRED_EVERY_MS, removeExpired);

  return {
    async close() {
      isClosed = true;
      for (const stop of stops.values()) stop();
      await running;
    },
  };
}
