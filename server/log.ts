// The log: pino, one JSON object a line, on standard error so that standard output stays for people.
// Injected, never imported by features. Holds no content, titles, names, cookies or addresses of
// documents: who has a log must not get a link from it.

import { type DestinationStream, destination, pino } from 'pino';
import { AppError } from '../core/errors.ts';
import type { Clock } from './clock.ts';
import type { LogLevel } from './config.ts';

/** What the rest of the server may say. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
  fatal(fields: Record<string, unknown>, message: string): void;
}

export function createLog(level: LogLevel, to?: DestinationStream): Log {
  // Synchronous: the last line before an exit is the one that matters, and there are few.
  return pino({ level, base: null }, to ?? destination({ dest: 2, sync: true }));
}

/** A log that says nothing: for tests. */
export const silentLog: Log = createLog('silent');

const isOnlyNow = ({ err }: Record<string, unknown>): boolean =>
  err instanceof AppError && err.code === 'not-now';

/** For who only meets a store that is away, once for each document: that is told once for all of them. */
export function withoutOutages(log: Log): Log {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log[isOnlyNow(fields) ? 'debug' : 'warn'](fields, message),
    error: (fields, message) => log[isOnlyNow(fields) ? 'debug' : 'error'](fields, message),
    fatal: (fields, message) => log.fatal(fields, message),
  };
}

/**
 * Says the same thing at most once in a while: a store that is away fails for everybody at every try, and a
 * log that repeats it hides everything else, and fills the disk that is full.
 * Calls `say` unless it was called within `ms`; tells it how often it was not since.
 */
export type Seldom = (say: (leftOut: number) => void) => void;

export function createSeldom(clock: Clock, ms: number): Seldom {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return (say) => {
    const now = clock.now();
    if (now < quietUntil) {
      leftOut++;
      return;
    }
    quietUntil = now + ms;
    say(leftOut);
    leftOut = 0;
  };
}
