// A bus between parts of one process: for a server that is alone, and for tests of several in one process.

import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import { type Bus, Listeners, toText } from './bus.ts';

export interface MemoryHub {
  /** One more that takes part. */
  join(deps: { ids: Ids; log: Log }): Bus;
}

export function createMemoryHub(): MemoryHub {
  const members = new Map<string, Listeners>();
  return {
    join({ ids, log }) {
      const self = ids.secret(9);
      const listeners = new Listeners((error) =>
        log.error({ err: error }, 'A bus listener failed'),
      );
      members.set(self, listeners);
      return {
        self,
        publish(channel, message) {
          if (!members.has(self)) return false;
          if (members.size === 1) return true;
          const text = toText(self, message);
          if (text === null) return false;
          // Later, as from another process: a publisher must not be called back from within its call.
          setImmediate(() => {
            for (const [name, other] of members) other.hear(channel, text, name);
          });
          return true;
        },
        async subscribe(channel, listener) {
          if (members.has(self)) listeners.set(channel, listener);
        },
        unsubscribe: (channel) => listeners.delete(channel),
        onGap: (listener) => listeners.onGap(listener),
        onGone: (listener) => listeners.onGone(listener),
        async close() {
          members.delete(self);
          listeners.clear();
          for (const other of members.values()) other.tellGone(self);
        },
      };
    },
  };
}
