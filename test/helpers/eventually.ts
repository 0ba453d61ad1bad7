// Waiting without sleeping: a condition is asked until it holds, or until a deadline that prints what
// was last seen.

import { inspect, isDeepStrictEqual } from 'node:util';

export interface Within {
  readonly withinMs?: number;
}

const everyMs = 25;
/** Many times what an idle machine needs: a busy one must not fail a story. */
const defaultMs = 30_000;

/** Resolves with the first value that passes; a throwing `look` is asked again. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T> | T,
  passes: (value: T) => boolean,
  { withinMs = defaultMs }: Within = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last = 'nothing yet';
  for (;;) {
    try {
      const value = await look();
      if (passes(value)) return value;
      last = print(value);
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${withinMs} ms; last seen: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export async function becomes<T>(
  what: string,
  look: () => Promise<T> | T,
  expected: T,
  within: Within = {},
): Promise<void> {
  let seen: unknown;
  const passes = (value: T) => {
    seen = value;
    return isDeepStrictEqual(value, expected);
  };
  try {
    await eventually(what, look, passes, within);
  } catch (error) {
    throw new Error(`${(error as Error).message}; expected: ${print(expected, seen)}`);
  }
}

function print(value: unknown, other?: unknown): string {
  if (typeof value !== 'string') return inspect(value, { depth: 6, maxStringLength: 300 });
  if (value.length <= 300) return JSON.stringify(value);
  const from = typeof other === 'string' ? firstDifference(value, other) : 0;
  const part = JSON.stringify(value.slice(Math.max(0, from - 40), from + 120));
  return `${value.length} characters, from ${from} on: ${part}`;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
