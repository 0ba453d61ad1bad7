// Waiting without sleeping: a condition is asked until it holds, or until a deadline that prints what
// was last seen.

import { inspect, isDeepStrictEqual } from 'node:util';

export interface Within {
  readonly withinMs?: number;
}

const everyMs = 25;
/** Many times what an idle machine needs: a busy one must not fail a story. */
const defaultMs = 10_000;

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
      last = inspect(value, { depth: 6, maxStringLength: 600 });
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
  try {
    await eventually(what, look, (value) => isDeepStrictEqual(value, expected), within);
  } catch (error) {
    const wanted = inspect(expected, { depth: 6, maxStringLength: 600 });
    throw new Error(`${(error as Error).message}; expected: ${wanted}`);
  }
}
