// A store that says once in the log when it can no longer serve, and once when it can again, however many
// calls fail in between. Changes no answer: whoever asked is told as before.

import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Store } from './store.ts';

export interface WatchedStore extends Store {
  /** Why it does not serve, or null. */
  readonly trouble: AppError | null;
}

export function watchStore(store: Store, { clock, log }: { clock: Clock; log: Log }): WatchedStore {
  let trouble: AppError | null = null;
  let since = 0;
  let lastAt = 0;
  let failures = 0;
  let isClosed = false;
  let cancelProbe = () => {};

  function failed(error: unknown): void {
    if (isClosed || !(error instanceof AppError) || error.code !== 'not-now') return;
    failures++;
    lastAt = clock.now();
    if (trouble) return;
    trouble = error;
    since = lastAt;
    const why = error.message;
    log.error(
      { err: error.cause ?? error, why },
      'the store cannot serve; what people write waits',
    );
    probeLater();
  }

  function works(): void {
    if (!trouble || isClosed) return;
    trouble = null;
    cancelProbe();
    log.warn({ failures, ms: clock.now() - since }, 'the store serves again');
    failures = 0;
  }

  /** Somebody may be told that it works although nobody writes. */
  function probeLater(): void {
    cancelProbe = clock.after(limits.storeProbeMs, () => {
      store.ping().then(() => {
        // A server that answers may still have a full disk: what failed since says more.
        if (clock.now() - lastAt >= 2 * limits.storeProbeMs) works();
        else if (trouble && !isClosed) probeLater();
      }, probeLater);
    });
  }

  const writes = new Set<PropertyKey>(['append', 'put', 'delete', 'remove']);
  /** The same object, whatever the port has in it, with an ear on what its calls come to. */
  function listenTo<Part extends object>(part: Part): Part {
    const calls = new Map<PropertyKey, unknown>();
    return new Proxy(part, {
      get(target, key) {
        const known = calls.get(key);
        if (known) return known;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const succeeded = writes.has(key) ? works : undefined;
        const call = (...args: unknown[]) => {
          const answer: unknown = value.apply(target, args);
          if (answer instanceof Promise) answer.then(succeeded, failed);
          return answer;
        };
        calls.set(key, call);
        return call;
      },
    });
  }
  return {
    ...store,
    ops: listenTo(store.ops),
    records: listenTo(store.records),
    blobs: listenTo(store.blobs),
    get trouble() {
      return trouble;
    },
    close() {
      isClosed = true;
      cancelProbe();
      return store.close();
    },
  };
}
