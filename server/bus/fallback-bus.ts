// Two buses as one, for workers that have Redis: everything goes over Redis, which other servers hear,
// too; while Redis is away, workers of one parent go on through that parent.

import type { Bus, BusListener } from './bus.ts';

export class FallbackBus implements Bus {
  readonly self: string;
  readonly #first: Bus;
  readonly #second: Bus;

  /** Both must know this process by the same name. */
  constructor(first: Bus, second: Bus) {
    if (first.self !== second.self) throw new Error('One process under two names');
    this.self = first.self;
    this.#first = first;
    this.#second = second;
  }

  publish(channel: string, message: unknown): boolean {
    return this.#first.publish(channel, message) || this.#second.publish(channel, message);
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    await Promise.all([
      this.#first.subscribe(channel, listener),
      this.#second.subscribe(channel, listener),
    ]);
  }

  unsubscribe(channel: string): void {
    this.#first.unsubscribe(channel);
    this.#second.unsubscribe(channel);
  }

  onGap(listener: () => void): void {
    this.#first.onGap(listener);
    this.#second.onGap(listener);
  }

  onGone(listener: (process: string) => void): void {
    this.#first.onGone(listener);
    this.#second.onGone(listener);
  }

  async close(): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }
}
