// The bus of nodes: Redis channels. Redis may be away at the start, go and come back: that is said once
// each, and never ends or holds up the process. Nothing is queued while it is away. Back again, every
// channel is subscribed first; only then `onGap` lets the others catch up.

import { Redis } from 'ioredis';
import { limits } from '../../core/limits.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import { type Bus, type BusListener, Listeners, toText } from './bus.ts';

export interface RedisBusDeps {
  readonly url: string;
  /** Set before every channel's name: installations that share a Redis must not hear each other. */
  readonly space: string;
  /** The name this process has on another bus already. */
  readonly self?: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const options = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // We do it, in our order.
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: limits.redisAnswerMs,
  commandTimeout: limits.redisAnswerMs,
  retryStrategy: (times: number) => {
    const most = Math.min(limits.redisRetryMaxMs, 100 * 2 ** Math.min(times, 10));
    return most / 2 + Math.random() * (most / 2);
  },
};

export class RedisBus implements Bus {
  readonly self: string;
  readonly #deps: RedisBusDeps;
  readonly #prefix: string;
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #listeners: Listeners;
  #isRising = false;
  /** Null: not known yet. */
  #isHere: boolean | null = null;
  #known!: () => void;
  readonly #whenKnown = new Promise<void>((resolve) => {
    this.#known = resolve;
  });
  #waitingBytes = 0;
  #isClosed = false;
  #stopPing: () => void = () => undefined;

  constructor(deps: RedisBusDeps) {
    this.#deps = deps;
    this.self = deps.self ?? deps.ids.secret(9);
    this.#prefix = `deltapad:${deps.space}:`;
    this.#listeners = new Listeners((error) =>
      deps.log.error({ err: error }, 'A bus listener failed'),
    );
    this.#publisher = new Redis(deps.url, options);
    this.#subscriber = new Redis(deps.url, options);
    for (const client of [this.#publisher, this.#subscriber]) {
      // Without a listener an error would end the process; `close` follows each of them.
      client.on('error', (error: unknown) => this.#away(error));
      client.on('close', () => this.#away(null));
      client.on('ready', () => void this.#up());
    }
    this.#subscriber.on('message', (channel: string, text: string) => {
      this.#listeners.hear(channel.slice(this.#prefix.length), text, this.self);
    });
    for (const client of [this.#publisher, this.#subscriber]) {
      client.connect().catch(() => undefined);
    }
    this.#stopPing = this.#pingLater();
  }

  #away(error: unknown): void {
    if (this.#isClosed || this.#isHere === false) return;
    this.#isHere = false;
    this.#known();
    const why = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    this.#deps.log.warn(
      why ? { code: why } : {},
      'Redis is away: what others do arrives within five seconds, their carets not at all',
    );
  }

  /** Either line is up. Everything is subscribed before anybody is told that all is well. */
  async #up(): Promise<void> {
    if (this.#isClosed || this.#isRising || this.#subscriber.status !== 'ready') return;
    this.#isRising = true;
    try {
      const channels = this.#listeners.channels.map((name) => this.#prefix + name);
      for (let i = 0; i < channels.length; i += limits.maxFollowed) {
        await this.#subscriber.subscribe(...channels.slice(i, i + limits.maxFollowed));
      }
    } catch {
      // The line broke again, or does not answer: from the beginning.
      if (!this.#isClosed) this.#subscriber.disconnect(true);
      return;
    } finally {
      this.#isRising = false;
    }
    if (this.#isClosed || this.#publisher.status !== 'ready') return;
    if (this.#isHere === false) this.#deps.log.info({}, 'Redis is here again');
    this.#isHere = true;
    this.#known();
    this.#listeners.tellGap();
  }

  /** A line may be dead without a word, and a subscriber has nothing to send that would tell. */
  #pingLater(): () => void {
    return this.#deps.clock.after(limits.redisPingMs, () => {
      for (const client of [this.#publisher, this.#subscriber]) {
        if (client.status !== 'ready') continue;
        client.ping().catch(() => {
          if (!this.#isClosed) client.disconnect(true);
        });
      }
      this.#stopPing = this.#pingLater();
    });
  }

  publish(channel: string, message: unknown): boolean {
    if (this.#isClosed || this.#publisher.status !== 'ready') return false;
    const text = toText(this.self, message);
    if (text === null) return false;
    if (this.#waitingBytes + text.length > limits.maxBusBacklogBytes) return false;
    this.#waitingBytes += text.length;
    this.#publisher
      .publish(this.#prefix + channel, text)
      .catch(() => undefined)
      .finally(() => {
        this.#waitingBytes -= text.length;
      });
    return true;
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#isClosed) return;
    this.#listeners.set(channel, listener);
    // Not up: it is subscribed with all the others when it is.
    if (this.#subscriber.status !== 'ready') return this.#whenKnown;
    await this.#subscriber.subscribe(this.#prefix + channel).catch(() => undefined);
  }

  unsubscribe(channel: string): void {
    if (!this.#listeners.has(channel)) return;
    this.#listeners.delete(channel);
    if (this.#subscriber.status !== 'ready') return;
    this.#subscriber.unsubscribe(this.#prefix + channel).catch(() => undefined);
  }

  onGap(listener: () => void): void {
    this.#listeners.onGap(listener);
  }

  onGone(listener: (process: string) => void): void {
    this.#listeners.onGone(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#known();
    this.#stopPing();
    this.#listeners.clear();
    for (const client of [this.#publisher, this.#subscriber]) client.disconnect();
  }
}
