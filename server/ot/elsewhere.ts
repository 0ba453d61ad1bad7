// Who is at other processes: their presence in documents that are open here, and who is where at all,
// for lists. Told by them, and forgotten when they have been silent for too long.

import type { Message, PubSub } from 'sharedb';
import type { PersonSummary } from '../../core/api.ts';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { PresenceValue } from '../../core/presence.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from './connections.ts';

/** A presence as it is told, by whichever process. */
export interface ToldPresence extends Message {
  readonly ch: string;
  readonly id: string;
  readonly src: string;
  readonly p: PresenceValue | null;
  readonly pv: number;
}

interface Heard {
  readonly message: ToldPresence;
  readonly from: string;
  readonly at: number;
}

export class Elsewhere {
  readonly #pubsub: PubSub;
  readonly #clock: Clock;
  /** By channel, then by presence id. */
  readonly #rooms = new Map<string, Map<string, Heard>>();
  /** By process, then by document. */
  readonly #people = new Map<string, Map<DocumentKey, readonly PersonSummary[]>>();

  constructor(pubsub: PubSub, clock: Clock) {
    this.#pubsub = pubsub;
    this.#clock = clock;
  }

  heard(from: string, message: ToldPresence): void {
    const { ch, id, p, pv } = message;
    const room = this.#rooms.get(ch) ?? new Map<string, Heard>();
    const known = room.get(id);
    if (p === null) {
      // A client that has moved on: where it was before has nothing to say about it.
      if (known && known.from !== from) return;
      room.delete(id);
      if (room.size === 0) this.#rooms.delete(ch);
    } else {
      if (known && pv < known.message.pv) return;
      if (!known && room.size >= limits.maxElsewhere) return;
      room.set(id, { message, from, at: this.#clock.now() });
      this.#rooms.set(ch, room);
    }
    this.#publish(message);
  }

  /** The client is here now. */
  forget(channel: string, id: string): void {
    this.#rooms.get(channel)?.delete(id);
  }

  /** Nobody here has the document open any more: what happens there is not heard either. */
  close(channel: string): void {
    this.#rooms.delete(channel);
  }

  tellAll(connection: Connection, channel: string): void {
    for (const { message } of this.#rooms.get(channel)?.values() ?? []) {
      connection.agent.send(message);
    }
  }

  /** Colours that people have there, by user id. */
  colorsIn(channel: string): Map<string, number> {
    const colors = new Map<string, number>();
    for (const { message } of this.#rooms.get(channel)?.values() ?? []) {
      if (message.p) colors.set(message.p.u, message.p.k);
    }
    return colors;
  }

  /** All of a document's people at another process. */
  heardPeople(from: string, ref: DocumentRef, people: readonly PersonSummary[]): void {
    const documents = this.#people.get(from) ?? new Map<DocumentKey, readonly PersonSummary[]>();
    const key = documentKey(ref);
    if (people.length === 0) documents.delete(key);
    else if (documents.has(key) || documents.size < limits.maxElsewhere) documents.set(key, people);
    this.#people.set(from, documents);
  }

  peopleIn(ref: DocumentRef): PersonSummary[] {
    const key = documentKey(ref);
    return [...this.#people.values()].flatMap((documents) => documents.get(key) ?? []);
  }

  /** The process has ended, or has been silent for too long. */
  gone(from: string): void {
    this.#people.delete(from);
    this.#remove((heard) => heard.from === from);
  }

  /** Clients say again where they are: who is not heard of any more has gone, and its goodbye was lost. */
  sweep(): void {
    const since = this.#clock.now() - limits.elsewhereTtlMs;
    this.#remove((heard) => heard.at < since);
  }

  #remove(isGone: (heard: Heard) => boolean): void {
    for (const [channel, room] of this.#rooms) {
      for (const [id, heard] of room) {
        if (!isGone(heard)) continue;
        room.delete(id);
        this.#publish({ ...heard.message, p: null, pv: heard.message.pv + 1 });
      }
      if (room.size === 0) this.#rooms.delete(channel);
    }
  }

  #publish(message: ToldPresence): void {
    this.#pubsub.publish([`$presence.${message.ch}`], message, () => undefined);
  }
}
