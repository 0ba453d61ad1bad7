// The bus of workers: their messages go through the parent that started them. Two halves: ParentBus in
// a worker, BusRelay in the parent. A parent that does not keep up loses messages, never memory.

import { limits } from '../../core/limits.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import { type Bus, type BusListener, Listeners, toText } from './bus.ts';

/** The line between a parent and one worker. `sent` is called when the other side's system has it. */
export interface Line {
  send(message: LineMessage, sent: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
}

export type LineMessage =
  | { bus: 'hello'; self: string }
  | { bus: 'subscribe' | 'subscribed' | 'unsubscribe'; channel: string }
  | { bus: 'publish'; channel: string; text: string }
  | { bus: 'gone'; self: string };

const isLineMessage = (message: unknown): message is LineMessage =>
  typeof message === 'object' &&
  message !== null &&
  typeof (message as LineMessage).bus === 'string';

/** Sends on a line while what waits there is bounded. */
class BoundedSender {
  readonly #line: Line;
  #waiting = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  /** False: too much waits. */
  send(message: LineMessage, bytes = 0): boolean {
    if (bytes > 0 && this.#waiting + bytes > limits.maxBusBacklogBytes) return false;
    this.#waiting += bytes;
    this.#line.send(message, () => {
      this.#waiting -= bytes;
    });
    return true;
  }
}

export class ParentBus implements Bus {
  readonly self: string;
  readonly #sender: BoundedSender;
  readonly #listeners: Listeners;
  readonly #whenSubscribed = new Map<string, (() => void)[]>();
  #isClosed = false;

  constructor(line: Line, { ids, log }: { ids: Ids; log: Log }) {
    this.self = ids.secret(9);
    this.#sender = new BoundedSender(line);
    this.#listeners = new Listeners((error) => log.error({ err: error }, 'A bus listener failed'));
    line.onMessage((message) => {
      if (!this.#isClosed && isLineMessage(message)) this.#receive(message);
    });
    this.#sender.send({ bus: 'hello', self: this.self });
  }

  #receive(message: LineMessage): void {
    if (message.bus === 'publish') {
      this.#listeners.hear(message.channel, message.text, this.self);
    } else if (message.bus === 'subscribed') {
      const waiting = this.#whenSubscribed.get(message.channel) ?? [];
      this.#whenSubscribed.delete(message.channel);
      for (const resolve of waiting) resolve();
    } else if (message.bus === 'gone') this.#listeners.tellGone(message.self);
  }

  publish(channel: string, message: unknown): boolean {
    if (this.#isClosed) return false;
    const text = toText(this.self, message);
    if (text === null) return false;
    return this.#sender.send({ bus: 'publish', channel, text }, text.length);
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#listeners.set(channel, listener);
    return new Promise((resolve) => {
      const waiting = this.#whenSubscribed.get(channel) ?? [];
      this.#whenSubscribed.set(channel, [...waiting, resolve]);
      this.#sender.send({ bus: 'subscribe', channel });
    });
  }

  unsubscribe(channel: string): void {
    if (!this.#listeners.has(channel)) return;
    this.#listeners.delete(channel);
    if (!this.#isClosed) this.#sender.send({ bus: 'unsubscribe', channel });
  }

  onGap(listener: () => void): void {
    this.#listeners.onGap(listener);
  }

  onGone(listener: (process: string) => void): void {
    this.#listeners.onGone(listener);
  }

  async close(): Promise<void> {
    for (const channel of this.#listeners.channels) this.unsubscribe(channel);
    this.#isClosed = true;
    this.#listeners.clear();
    for (const waiting of this.#whenSubscribed.values()) for (const resolve of waiting) resolve();
    this.#whenSubscribed.clear();
  }
}

interface Member {
  readonly sender: BoundedSender;
  readonly channels: Set<string>;
  self: string | null;
}

/** The parent's half: passes on to whoever subscribed, and reads nothing of it. */
export class BusRelay {
  readonly #members = new Map<Line, Member>();

  add(line: Line): void {
    const member: Member = { sender: new BoundedSender(line), channels: new Set(), self: null };
    this.#members.set(line, member);
    line.onMessage((message) => {
      if (isLineMessage(message) && this.#members.has(line)) this.#receive(member, message);
    });
  }

  #receive(member: Member, message: LineMessage): void {
    switch (message.bus) {
      case 'hello':
        member.self = message.self;
        return;
      case 'subscribe':
        member.channels.add(message.channel);
        member.sender.send({ bus: 'subscribed', channel: message.channel });
        return;
      case 'unsubscribe':
        member.channels.delete(message.channel);
        return;
      case 'publish':
        for (const other of this.#members.values()) {
          if (other === member || !other.channels.has(message.channel)) continue;
          other.sender.send(message, message.text.length);
        }
        return;
      case 'subscribed':
      case 'gone':
        return;
    }
  }

  /** The worker has ended: the others need not wait until it has been silent for long. */
  remove(line: Line): void {
    const self = this.#members.get(line)?.self;
    this.#members.delete(line);
    if (!self) return;
    for (const { sender } of this.#members.values()) sender.send({ bus: 'gone', self });
  }
}
