// Several processes of ours on one store: clients come to whichever is next, processes are killed and
// started again, and what they tell each other is late, out of order, twice, or lost.

import type { DeltaOp } from '../../core/delta.ts';
import type { UserId } from '../../core/ids.ts';
import { type Bus, Listeners, toText } from '../../server/bus/bus.ts';
import type { Clock } from '../../server/clock.ts';
import { silentLog } from '../../server/log.ts';
import { createBackend, type OtBackend } from '../../server/ot/backend.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import type { ServerEnd, VirtualTime } from '../helpers/network.ts';
import { createRandom, type Random } from '../helpers/random.ts';
import { type LogOp, ref, type SimServer } from './servers.ts';

/** What the bus does to messages; 0 … 1. */
export interface BusFaults {
  readonly lost: number;
  readonly twice: number;
  /** At most so late. */
  readonly lateMs: number;
}

class FaultyHub {
  isCalm = false;
  readonly #members = new Map<string, Listeners>();
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #faults: BusFaults | null;

  constructor(time: VirtualTime, random: Random, faults: BusFaults | null) {
    this.#time = time;
    this.#random = random;
    this.#faults = faults;
  }

  join(self: string): Bus {
    const listeners = new Listeners(() => undefined);
    this.#members.set(self, listeners);
    return {
      self,
      publish: (channel, message) => this.#publish(self, channel, message),
      subscribe: async (channel, listener) => listeners.set(channel, listener),
      unsubscribe: (channel) => listeners.delete(channel),
      onGap: (listener) => listeners.onGap(listener),
      onGone: (listener) => listeners.onGone(listener),
      close: async () => void this.#members.delete(self),
    };
  }

  #publish(self: string, channel: string, message: unknown): boolean {
    const text = toText(self, message);
    const faults = this.#faults;
    if (text === null || !this.#members.has(self)) return false;
    // Sent, and heard by nobody.
    if (faults === null) return true;
    for (const name of this.#members.keys()) {
      if (name === self) continue;
      if (!this.isCalm && this.#random.chance(faults.lost)) continue;
      for (let times = this.#random.chance(faults.twice) ? 2 : 1; times > 0; times--) {
        this.#time.after(this.#random.int(faults.lateMs), () =>
          this.#members.get(name)?.hear(channel, text, name),
        );
      }
    }
    return true;
  }
}

interface Process {
  readonly backend: OtBackend;
  readonly bus: Bus;
  readonly ends: Set<ServerEnd>;
}

export class SeveralServers implements SimServer {
  refusals = 0;
  readonly #time: VirtualTime;
  readonly #ops = new MemoryOpLog();
  readonly #hub: FaultyHub;
  readonly #processes: Process[] = [];
  readonly #losesRole = new Map<number, number>();
  #secrets = 0;
  #next = 0;
  #killed = 0;

  readonly isDeaf: boolean;

  constructor(time: VirtualTime, count: number, faults: BusFaults | null) {
    this.isDeaf = faults === null;
    this.#time = time;
    this.#hub = new FaultyHub(time, createRandom(count), faults);
    for (let i = 0; i < count; i++) this.#processes.push(this.#start());
  }

  #start(): Process {
    const time = this.#time;
    const clock: Clock = { now: () => time.now, after: (ms, call) => time.after(ms, call) };
    const bus = this.#hub.join(`process ${++this.#secrets}`);
    const backend = createBackend({
      ops: this.#ops,
      isShared: true,
      bus,
      roleOf: async (actor) => {
        if (actor.kind !== 'guest') return 'owner';
        const until = this.#losesRole.get(Number(actor.id.slice(-1))) ?? 0;
        return time.now < until ? 'viewer' : 'editor';
      },
      clock,
      ids: { secret: () => `${++this.#secrets}`.padStart(16, 's') } as never,
      secret: 'a secret of thirty-two characters',
      build: 'build-1',
      log: silentLog,
    });
    return { backend, bus, ends: new Set() };
  }

  connect(end: ServerEnd, client: number): void {
    const { backend, ends } = this.#processes[this.#next++ % this.#processes.length]!;
    ends.add(end);
    end.once('close', () => ends.delete(end));
    const id = `g_client00${client}` as UserId;
    const color = (client % 12) + 1;
    backend.connect(end, { kind: 'guest', id, name: `Client ${client}`, color }, true);
  }

  async create(ops: DeltaOp[]): Promise<void> {
    await this.#processes[0]!.backend.create(ref, { kind: 'system' }, ops);
  }

  /** One process is killed, not drained, and another takes its place; the others go on. */
  restart(): void {
    const at = this.#killed++ % this.#processes.length;
    const { bus, ends } = this.#processes[at]!;
    void bus.close();
    for (const end of ends) end.closeWith('restart');
    this.#processes[at] = this.#start();
  }

  calm(isCalm: boolean): void {
    this.#hub.isCalm = isCalm;
  }

  async log(): Promise<LogOp[]> {
    return this.#ops.entries(ref) as LogOp[];
  }

  refuseNext(client: number): void {
    this.refusals++;
    this.#losesRole.set(client, this.#time.now + 400);
  }
}
