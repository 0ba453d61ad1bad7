// What the processes on one store tell each other over the bus: ops that were committed, presence, who
// is where, and what changed beside the text. All of it may be lost: ops and rights are looked for in
// the store every few seconds, and people say again where they are.

import type { PersonSummary } from '../../core/api.ts';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentRef,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { CloseReason } from '../../core/protocol.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { LogEntry } from '../store/store.ts';
import type { ToldPresence } from './elsewhere.ts';

export interface DocumentChange {
  title?: string;
  trashed?: boolean;
}

/** Sockets of a person, or of a session or token, that must close. */
export type Ended = { id: string; reason: CloseReason } | { via: string; reason: CloseReason };

/** On the channel of a document that is open, and on the one that everybody hears. */
type PeerMessage =
  | { k: 'ops'; v: number; e?: LogEntry[] }
  | { k: 'presence'; m: ToldPresence[] }
  | { k: 'who' }
  | { k: 'changed'; c: string; d: string; change: DocumentChange }
  | { k: 'here'; c: string; d: string; people: PersonSummary[] }
  | { k: 'person'; person: PersonSummary }
  | { k: 'ended'; who: Ended }
  | { k: 'claim'; id: string }
  | { k: 'hello' }
  | { k: 'beat' };

/** What becomes of it here. */
export interface PeerListener {
  /** Others have committed up to `version`; the last of it, when it is not too much. */
  ops(ref: DocumentRef, version: number, entries: readonly LogEntry[]): void;
  presence(from: string, message: ToldPresence): void;
  people(from: string, ref: DocumentRef, people: readonly PersonSummary[]): void;
  changed(ref: DocumentRef, change: DocumentChange): void;
  personChanged(person: PersonSummary): void;
  ended(who: Ended): void;
  /** A client has connected to another process under this id. */
  claimed(clientId: string): void;
  /** A process has ended, or is silent for too long. */
  gone(process: string): void;
  /** Messages may have been lost. */
  gap(): void;
  /** Asked from time to time: whoever was not heard of is gone. */
  sweep(): void;
  presenceHere(ref: DocumentRef): ToldPresence[];
  peopleHere(ref: DocumentRef): PersonSummary[];
  /** Documents in which somebody is. */
  rooms(): DocumentRef[];
}

const EVERYBODY = 'everybody';
const channelOf = (ref: DocumentRef) => `document ${documentKey(ref)}`;

export class Peers {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #here: PeerListener;
  /** When each other process was heard last. */
  readonly #heardAt = new Map<string, number>();
  /** What goes out together at the end of this turn of the loop. */
  readonly #ops = new Map<DocumentKey, { ref: DocumentRef; entries: LogEntry[] }>();
  readonly #people = new Map<DocumentKey, DocumentRef>();
  /** When it was last answered who is in a document. */
  readonly #answeredAt = new Map<DocumentKey, number>();
  #isFlushing = false;
  #isClosed = false;
  #stopBeat: () => void;

  constructor(bus: Bus, clock: Clock, here: PeerListener) {
    this.#bus = bus;
    this.#clock = clock;
    this.#here = here;
    this.#stopBeat = this.#beatLater();
    bus.onGone((process) => this.#gone(process));
    bus.onGap(() => {
      here.gap();
      this.#say({ k: 'hello' });
      this.#retell();
    });
    bus
      .subscribe(EVERYBODY, (message, from) => this.#hearAll(message as PeerMessage, from))
      .then(() => this.#say({ k: 'hello' }))
      .catch(() => undefined);
  }

  /** Somebody here opens the document: heard from now on. Never holds anybody up for long. */
  async opened(ref: DocumentRef): Promise<void> {
    const channel = channelOf(ref);
    let stopWaiting = () => {};
    const late = new Promise<void>((resolve) => {
      stopWaiting = this.#clock.after(limits.busSubscribeMs, resolve);
    });
    const heard = this.#bus.subscribe(channel, (message, from) =>
      this.#hear(ref, message as PeerMessage, from),
    );
    await Promise.race([heard, late]).finally(stopWaiting);
    this.#bus.publish(channel, { k: 'who' } satisfies PeerMessage);
  }

  closed(ref: DocumentRef): void {
    this.#bus.unsubscribe(channelOf(ref));
    this.#answeredAt.delete(documentKey(ref));
  }

  committed(ref: DocumentRef, entry: LogEntry): void {
    const key = documentKey(ref);
    const waiting = this.#ops.get(key);
    if (waiting) waiting.entries.push(entry);
    else this.#ops.set(key, { ref, entries: [entry] });
    this.#flushSoon();
  }

  presence(ref: DocumentRef, message: ToldPresence): void {
    this.#bus.publish(channelOf(ref), { k: 'presence', m: [message] } satisfies PeerMessage);
  }

  /** Somebody came, went, or has another name. */
  peopleChanged(ref: DocumentRef): void {
    this.#people.set(documentKey(ref), ref);
    this.#flushSoon();
  }

  changed({ collection: c, id: d }: DocumentRef, change: DocumentChange): void {
    this.#say({ k: 'changed', c, d, change });
  }

  personChanged(person: PersonSummary): void {
    this.#say({ k: 'person', person });
  }

  ended(who: Ended): void {
    this.#say({ k: 'ended', who });
  }

  claim(id: string): void {
    this.#say({ k: 'claim', id });
  }

  #say(message: PeerMessage): void {
    if (!this.#isClosed) this.#bus.publish(EVERYBODY, message);
  }

  #flushSoon(): void {
    if (this.#isFlushing || this.#isClosed) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const { ref, entries } of this.#ops.values()) {
      const v = entries.at(-1)!.v + 1;
      // Too large for the bus: the others read it from the store.
      const isSent = this.#bus.publish(channelOf(ref), { k: 'ops', v, e: entries });
      if (!isSent) this.#bus.publish(channelOf(ref), { k: 'ops', v });
    }
    this.#ops.clear();
    for (const ref of this.#people.values()) {
      const { collection: c, id: d } = ref;
      const people = this.#here.peopleHere(ref).slice(0, limits.maxPeopleTold);
      this.#say({ k: 'here', c, d, people });
    }
    this.#people.clear();
  }

  #hear(ref: DocumentRef, message: PeerMessage, from: string): void {
    this.#alive(from);
    switch (message.k) {
      case 'ops':
        this.#here.ops(ref, message.v, message.e ?? []);
        return;
      case 'presence':
        for (const one of message.m) this.#here.presence(from, one);
        return;
      case 'who':
        this.#answer(ref);
        return;
      default:
        // From a newer server.
        return;
    }
  }

  /** Who comes late is told by each process who is there: once for all who ask within a second. */
  #answer(ref: DocumentRef): void {
    const key = documentKey(ref);
    const now = this.#clock.now();
    const wait = (this.#answeredAt.get(key) ?? 0) + limits.whoAnswerMs - now;
    if (wait > limits.whoAnswerMs) return;
    this.#answeredAt.set(key, Math.max(now, now + wait));
    const tell = () => {
      const here = this.#here.presenceHere(ref);
      for (let i = 0; i < here.length; i += limits.maxPeopleTold) {
        const m = here.slice(i, i + limits.maxPeopleTold);
        this.#bus.publish(channelOf(ref), { k: 'presence', m } satisfies PeerMessage);
      }
    };
    if (wait <= 0) tell();
    else this.#clock.after(wait, tell);
  }

  #hearAll(message: PeerMessage, from: string): void {
    const isNew = !this.#heardAt.has(from);
    this.#alive(from);
    if (isNew || message.k === 'hello') this.#retell();
    switch (message.k) {
      case 'changed':
      case 'here': {
        const ref = parseDocumentRef(message.c, message.d);
        if (!ref) return;
        if (message.k === 'here') this.#here.people(from, ref, message.people);
        else this.#here.changed(ref, message.change);
        return;
      }
      case 'person':
        this.#here.personChanged(message.person);
        return;
      case 'ended':
        this.#here.ended(message.who);
        return;
      case 'claim':
        this.#here.claimed(message.id);
        return;
      default:
        return;
    }
  }

  #alive(from: string): void {
    this.#heardAt.set(from, this.#clock.now());
  }

  /** Who is here, for one that cannot know. */
  #retell(): void {
    for (const ref of this.#here.rooms()) this.peopleChanged(ref);
  }

  #gone(process: string): void {
    this.#heardAt.delete(process);
    this.#here.gone(process);
  }

  #beatLater(): () => void {
    return this.#clock.after(limits.processBeatMs, () => {
      this.#say({ k: 'beat' });
      const since = this.#clock.now() - limits.silentProcessMs;
      for (const [process, at] of this.#heardAt) if (at < since) this.#gone(process);
      this.#here.sweep();
      this.#stopBeat = this.#beatLater();
    });
  }

  /** Says what is left to say. */
  close(): void {
    this.#flush();
    this.#stopBeat();
    this.#isClosed = true;
  }
}
