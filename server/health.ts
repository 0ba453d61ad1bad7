// /healthz: the process lives. /readyz: it takes work, and its store answers.

import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Clock } from './clock.ts';
import { problemType, toProblem } from './http/problems.ts';
import { type Route, route } from './http/route.ts';
import type { WatchedStore } from './store/watched-store.ts';

export interface HealthDeps {
  store: Pick<WatchedStore, 'ping' | 'trouble'>;
  isClosing(): boolean;
  clock: Clock;
}

/** The store's own sentence says most. */
const storeProblem = (cause: unknown) =>
  cause instanceof AppError && cause.code === 'not-now'
    ? cause
    : notNow('The store does not work.', cause);

const notNow = (message: string, cause?: unknown) => new AppError('not-now', message, { cause });

export function healthRoutes({ store, isClosing, clock }: HealthDeps): Route[] {
  const answers = () =>
    new Promise<void>((resolve, reject) => {
      const cancel = clock.after(limits.readyTimeoutMs, () =>
        reject(notNow('The store does not answer.')),
      );
      store
        .ping()
        .then(resolve, (error: unknown) => reject(storeProblem(error)))
        .finally(cancel);
    });
  const problemOf = () =>
    // What answers may still not have done what it was asked to a moment ago.
    answers().then(
      () => store.trouble,
      (error: AppError) => error,
    );
  return [
    route({
      method: 'GET',
      path: '/healthz',
      needs: 'public',
      alwaysOpen: true,
      asksNobody: true,
      isPage: true,
      summary: 'The process lives.',
      run: () => ({ json: { status: 'alive' } }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      needs: 'public',
      alwaysOpen: true,
      asksNobody: true,
      isPage: true,
      summary: 'The server takes work.',
      async run() {
        const problem = isClosing() ? notNow('The server is ending.') : await problemOf();
        if (!problem) return { json: { status: 'ready' } };
        // Never a page: whoever asks here is a program, or an operator with curl.
        return { status: problem.status, json: toProblem(problem), type: problemType };
      },
    }),
  ];
}
