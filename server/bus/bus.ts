// What processes on one store say to each other: hints, which may be lost, so that nobody waits for the
// next look at the store. Nothing is correct because of a bus; everything is because of the log. Its
// rules (B1 …) are held for every bus by test/contract/bus-contract.ts.
//
//   B1 A message reaches whoever else has subscribed to its channel, never its sender, once.
//   B2 Messages of one sender arrive in the order in which they were published.
//   B3 When `subscribe` has resolved on a bus that works, what is published afterwards arrives.
//   B4 After `unsubscribe`, and after `close`, nothing arrives.
//   B5 Any JSON and any Unicode arrives equal; what is larger than `maxBusMessageBytes` is not sent.
//   B6 `publish` neither throws nor waits, whatever became of the line; what it cannot send is lost.
//   B7 A listener that throws disturbs nobody.
//   B8 After messages may have been lost, `onGap` calls back when everything is subscribed again.

import { limits } from '../../core/limits.ts';

/** `from` names the process that published it. */
export type BusListener = (message: unknown, from: string) => void;

export interface Bus {
  /** The name of this process, unlike any other's. */
  readonly self: string;
  /** False: it was not sent. */
  publish(channel: string, message: unknown): boolean;
  /** One listener a channel. Resolves when others are heard, or when that cannot be had for now. */
  subscribe(channel: string, listener: BusListener): Promise<void>;
  unsubscribe(channel: string): void;
  onGap(listener: () => void): void;
  /** A process is known to have ended. Not every bus can tell; the others' beats do. */
  onGone(listener: (process: string) => void): void;
  close(): Promise<void>;
}

/** The text that travels, or null when it is too large. */
export function toText(from: string, message: unknown): string | null {
  const text = JSON.stringify([from, message]);
  // A character is three bytes at most; what is surely small enough is not counted.
  const fits =
    text.length * 3 <= limits.maxBusMessageBytes ||
    new TextEncoder().encode(text).length <= limits.maxBusMessageBytes;
  return fits ? text : null;
}

/** Who listens to what in this process. */
export class Listeners {
  readonly #byChannel = new Map<string, BusListener>();
  readonly #gap: (() => void)[] = [];
  readonly #gone: ((process: string) => void)[] = [];
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  set(channel: string, listener: BusListener): void {
    this.#byChannel.set(channel, listener);
  }

  delete(channel: string): void {
    this.#byChannel.delete(channel);
  }

  clear(): void {
    this.#byChannel.clear();
    this.#gap.length = 0;
    this.#gone.length = 0;
  }

  onGap(listener: () => void): void {
    this.#gap.push(listener);
  }

  onGone(listener: (process: string) => void): void {
    this.#gone.push(listener);
  }

  /** `text` is what `toText` made, here or in another process. */
  hear(channel: string, text: string, self: string): void {
    const listener = this.#byChannel.get(channel);
    if (!listener) return;
    this.#try(() => {
      const [from, message] = JSON.parse(text) as [string, unknown];
      if (from !== self) listener(message, from);
    });
  }

  tellGap(): void {
    for (const listener of this.#gap) this.#try(listener);
  }

  tellGone(process: string): void {
    for (const listener of this.#gone) this.#try(() => listener(process));
  }

  #try(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }
}
