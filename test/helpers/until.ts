// Waiting for what happens within milliseconds: asked at every turn of the loop. The deadline is many
// times what an idle machine needs: a busy one must not fail a test.

import { inspect } from 'node:util';

export async function until<T>(what: string, look: () => T, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = look();
    if (seen) return;
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${withinMs} ms; last seen: ${inspect(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
