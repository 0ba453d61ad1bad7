// A world without real time or real lines: a clock that jumps from one event to the next, and links that
// deliver in order after the delay they are told, are cut, or fall silent, only when the script says.

import { Duplex } from 'node:stream';
import type { Environment } from '../../client/sync/environment.ts';
import type { Wire } from '../../client/sync/socket.ts';
import { type CloseReason, closeCodes } from '../../core/protocol.ts';
import type { Random } from './random.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

export class VirtualTime {
  now = 1_000_000;
  /** Events run so far: bounds a script that never comes to rest. */
  count = 0;
  readonly #turns: number;
  /** A heap: the earliest first, of two at once the one that was asked for first. */
  readonly #heap: Event[] = [];
  readonly #cancelled = new WeakSet<Event>();
  #order = 0;

  /** `turns` of the event loop pass after each event: more when the server works in several. */
  constructor(turns = 1) {
    this.#turns = turns;
  }

  after(ms: number, call: () => void): () => void {
    const event = { at: this.now + Math.max(0, ms), order: this.#order++, call };
    this.#push(event);
    return () => {
      this.#cancelled.add(event);
    };
  }

  #isBefore(one: Event, other: Event): boolean {
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  async #rest(): Promise<void> {
    for (let i = 0; i < this.#turns; i++) await new Promise<void>((done) => setImmediate(done));
  }

  /** Runs what is due within `ms`, each event to its end before the next. */
  async run(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.#rest();
    while (this.#heap.length > 0 && this.#heap[0]!.at <= end) {
      const event = this.#pop();
      if (this.#cancelled.has(event)) continue;
      // A test may have put the clock forward: then the event is late, as after a sleep.
      this.now = Math.max(this.now, event.at);
      this.count++;
      event.call();
      await this.#rest();
    }
    this.now = end;
  }

  /** Runs until the condition holds; false when it does not within `ms`. */
  async runUntil(condition: () => boolean, ms: number, stepMs = 50): Promise<boolean> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      if (condition()) return true;
      await this.run(stepMs);
    }
    return condition();
  }
}

/** What a client takes from its surroundings, here from the script. */
export class TestEnvironment implements Environment {
  readonly #time: VirtualTime;
  readonly #random: Random;
  #online = true;
  #visible = true;
  readonly #onOnline = new Set<(online: boolean) => void>();
  readonly #onVisible = new Set<(visible: boolean) => void>();

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  now = () => this.#time.now;
  after = (ms: number, call: () => void) => this.#time.after(ms, call);
  random = () => this.#random.next();
  frame = (call: () => void) => this.#time.after(16, call);
  isOnline = () => this.#online;
  isVisible = () => this.#visible;

  onOnline(listener: (online: boolean) => void): () => void {
    this.#onOnline.add(listener);
    return () => this.#onOnline.delete(listener);
  }

  onVisible(listener: (visible: boolean) => void): () => void {
    this.#onVisible.add(listener);
    return () => this.#onVisible.delete(listener);
  }

  setOnline(online: boolean): void {
    this.#online = online;
    for (const listener of [...this.#onOnline]) listener(online);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const listener of [...this.#onVisible]) listener(visible);
  }
}

/** The server's end of a link, as both servers take it. */
export class ServerEnd extends Duplex {
  readonly #link: Link;

  constructor(link: Link) {
    super({ objectMode: true });
    this.#link = link;
    this.on('error', () => undefined);
  }

  override _read(): void {}

  override _write(message: object, _encoding: string, done: () => void): void {
    this.#link.toClient(message);
    done();
  }

  tell(message: object): void {
    if (this.writable) this.write(message);
  }

  closeWith(reason: CloseReason): void {
    this.#link.endByServer(closeCodes[reason].code);
  }

  hold(): void {}
  release(): void {}

  /** The line has ended. */
  leave(): void {
    this.push(null);
    this.end();
    this.destroy();
  }
}

export interface LinkOptions {
  readonly time: VirtualTime;
  /** Milliseconds that the next message takes; messages never overtake each other. */
  readonly delay: () => number;
  /** Whether several messages share a frame, as our server does it. */
  readonly batches: boolean;
}

export class Link implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly server: ServerEnd;
  /** Messages to the client that are to vanish, newest rule first; each is used once. */
  readonly losses: ((message: Record<string, unknown>) => boolean)[] = [];
  readonly #options: LinkOptions;
  #state: 'opening' | 'open' | 'silent' | 'ended' = 'opening';
  #nextToServer = 0;
  #nextToClient = 0;
  #frame: object[] | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.server = new ServerEnd(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** The server has answered; null: there is none. */
  begin(accept: ((end: ServerEnd) => void) | null): void {
    const { time, delay } = this.#options;
    time.after(delay(), () => {
      if (this.#state !== 'opening') return;
      if (!accept) {
        this.#end(1006);
        return;
      }
      this.#state = 'open';
      accept(this.server);
      time.after(delay(), () => {
        if (this.#state === 'open') this.onopen?.();
      });
    });
  }

  send(text: string): void {
    const { time, delay } = this.#options;
    if (this.#state !== 'open') return;
    this.#nextToServer = Math.max(this.#nextToServer, time.now + delay());
    time.after(this.#nextToServer - time.now, () => {
      if (this.#state === 'open') this.server.push(JSON.parse(text));
    });
  }

  toClient(message: object): void {
    if (this.#state !== 'open') return;
    // As it is now: what the server does with the object later is not sent.
    const copy = JSON.parse(JSON.stringify(message)) as Record<string, unknown>;
    const rule = this.losses.findIndex((loses) => loses(copy));
    if (rule >= 0) {
      this.losses.splice(rule, 1);
      return;
    }
    if (this.#frame) {
      this.#frame.push(copy);
      return;
    }
    const { time, delay, batches } = this.#options;
    const frame = [copy];
    if (batches) {
      this.#frame = frame;
      time.after(2, () => {
        this.#frame = null;
      });
    }
    this.#nextToClient = Math.max(this.#nextToClient, time.now + delay() + (batches ? 2 : 0));
    time.after(this.#nextToClient - time.now, () => {
      if (this.#state !== 'open') return;
      this.onmessage?.({ data: JSON.stringify(frame.length === 1 ? frame[0] : frame) });
    });
  }

  /** The client's side gives up. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.server.leave();
  }

  /** Cut: both sides learn of it, the client a moment later; what was under way is lost. */
  cut(code = 1006): void {
    this.#end(code);
  }

  endByServer(code: number): void {
    this.#end(code);
  }

  /** Half-open: nothing arrives any more, nobody is told. The server gives up after `serverMs`. */
  fallSilent(serverMs: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'silent';
    this.#options.time.after(serverMs, () => this.server.leave());
  }

  #end(code: number): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.server.leave();
    this.#options.time.after(this.#options.delay(), () => this.onclose?.({ code }));
  }
}
