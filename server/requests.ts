// Which HTTP requests are under way, so that a stop can wait for them.

import type { Server, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

export interface Requests {
  /** Resolves when none is under way, or after so long. */
  idle(withinMs: number): Promise<void>;
}

export function trackRequests(server: Server, clock: Clock): Requests {
  const open = new Set<ServerResponse>();
  let whenEmpty: () => void = () => {};
  server.on('request', (_request, response) => {
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      if (open.size === 0) whenEmpty();
    });
  });
  return {
    async idle(withinMs) {
      if (open.size === 0) return;
      await new Promise<void>((resolve) => {
        whenEmpty = resolve;
        clock.after(withinMs, resolve);
      });
    },
  };
}
