// /healthz: the process lives. /readyz: it takes work, and its store answers.

import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Clock } from './clock.ts';
import { type Route, route } from './http/route.ts';
import type { Store } from './store/store.ts';

export interface HealthDeps {
  store: Pick<Store, 'ping'>;
  isClosing(): boolean;
  clock: Clock;
}

const notNow = (message: string, cause?: unknown) => new AppError('not-now', message, { cause });

export function healthRoutes({ store, isClosing, clock }: HealthDeps): Route[] {
  const answers = () =>
    new Promise<void>((resolve, reject) => {
      const cancel = clock.after(limits.readyTimeoutMs, () =>
        reject(notNow('The store does not answer.')),
      );
      store
        .ping()
        .then(resolve, (error: unknown) => reject(notNow('The store does not work.', error)))
        .finally(cancel);
    });
  return [
    route({
      method: 'GET',
      path: '/healthz',
      needs: 'public',
      asksNobody: true,
      isPage: true,
      summary: 'The process lives.',
      run: () => ({ json: { status: 'alive' } }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      needs: 'public',
      asksNobody: true,
      isPage: true,
      summary: 'The server takes work.',
      async run() {
        if (isClosing()) throw notNow('The server is ending.');
        await answers();
        return { json: { status: 'ready' } };
      },
    }),
  ];
}
