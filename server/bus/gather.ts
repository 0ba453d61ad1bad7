// Asks the other workers of the same parent the same question, and waits for their answers a moment.

import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Bus } from './bus.ts';

export interface GatherDeps {
  readonly bus: Bus;
  readonly channel: string;
  /** How many others there are, when all is well. */
  readonly others: number;
  /** What this one says when it is asked. */
  answer(): Promise<unknown>;
  readonly clock: Clock;
}

type Message = { ask: number } | { to: string; n: number; answer: unknown };

/** Resolves to what the others answered in time; who is just being replaced says nothing. */
export function createGather(deps: GatherDeps): () => Promise<unknown[]> {
  const { bus, channel, clock } = deps;
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  const hear = async (message: Message, from: string) => {
    if ('ask' in message) {
      bus.publish(channel, { to: from, n: message.ask, answer: await deps.answer() });
    } else if (message.to === bus.self) waiting.get(message.n)?.(message.answer);
  };
  const ready = bus.subscribe(channel, (message, from) => {
    hear(message as Message, from).catch(() => undefined);
  });

  return async () => {
    await ready;
    const n = ++asked;
    const answers: unknown[] = [];
    await new Promise<void>((resolve) => {
      const cancel = clock.after(limits.gatherMs, resolve);
      waiting.set(n, (answer) => {
        answers.push(answer);
        if (answers.length < deps.others) return;
        cancel();
        resolve();
      });
      bus.publish(channel, { ask: n });
    });
    waiting.delete(n);
    return answers;
  };
}
