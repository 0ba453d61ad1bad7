// Who is where. Presence is ShareDB's generic kind on the channel of a document; what a client sends is
// only a position, and who it is from is put there by the server (internals.md §3). This process keeps
// what was said last, so that a newcomer is told by the server instead of by everybody at once.

import type { PubSub } from 'sharedb';
import type { PersonSummary } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, presenceChannel } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { chooseColor } from '../../core/people.ts';
import { type PresenceInput, type PresenceValue, parsePresenceInput } from '../../core/presence.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from './connections.ts';
import type { Elsewhere, ToldPresence } from './elsewhere.ts';
import { parseChannel } from './messages.ts';

interface Present {
  readonly connection: Connection;
  readonly channel: string;
  readonly id: string;
  /** Grows with each message of the client; receivers ignore older ones. */
  pv: number;
  input: PresenceInput;
}

/** One document's people: presence by its id, in the order they came. */
interface Room {
  readonly present: Map<string, Present>;
  /** Colours of those here, by user id. */
  readonly colors: Map<string, number>;
}

/** One connection: what it has said, and how soon it may be told again. */
interface Speaker {
  readonly present: Set<Present>;
  tokens: number;
  at: number;
  /** What changed when it was too soon: told together, later. */
  readonly late: Set<Present>;
}

export interface PresenceMessage {
  readonly ch: string;
  readonly id: string;
  readonly p: unknown;
  readonly pv: number;
}

export interface PresenceDeps {
  readonly pubsub: PubSub;
  readonly clock: Clock;
  /** The newest version of a document, if it is in memory. */
  readonly versionOf: (ref: DocumentRef) => number | null;
  /** Who is at other processes. */
  readonly elsewhere: Elsewhere;
  /** Told to other processes, too. */
  readonly onTold: (ref: DocumentRef, message: ToldPresence) => void;
  /** Somebody came, went, or has another name. */
  readonly onPeople: (ref: DocumentRef) => void;
}

export class PresenceRegistry {
  readonly #deps: PresenceDeps;
  readonly #rooms = new Map<string, Room>();
  readonly #speakers = new WeakMap<Connection, Speaker>();

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** Returns the message as it is told to everybody. Throws AppError for what is no presence. */
  update(connection: Connection, ref: DocumentRef, message: PresenceMessage): ToldPresence {
    const { ch, id, pv } = message;
    if (!id.startsWith(connection.clientId)) {
      throw new AppError('no-access', 'A presence id begins with the id of its own client.');
    }
    const there = this.#rooms.get(ch)?.present.get(id);
    // Left behind by a connection that ended without a word: its client has come back.
    const known = there?.connection === connection ? there : undefined;
    if (message.p === null) {
      if (known) this.#remove(known);
      return { a: 'p', ch, src: connection.clientId, id, p: null, pv };
    }
    const parsed = parsePresenceInput(message.p);
    if (!parsed) throw new AppError('bad-request', 'This is not a presence.');
    const input = this.#withinReach(parsed, ref);
    const present = known ?? this.#enter(connection, ch, id);
    if (known && pv < known.pv) return this.#message(known);
    present.pv = pv;
    present.input = input;
    const told = this.#message(present);
    const speaker = this.#speaker(connection);
    if (this.#mayTell(speaker)) this.#publish(told);
    else speaker.late.add(present);
    return told;
  }

  /** A caret on a version far away would have to be carried over as many ops by everybody. */
  #withinReach(input: PresenceInput, ref: DocumentRef): PresenceInput {
    const version = this.#deps.versionOf(ref);
    if (version === null || (input.v <= version && input.v >= version - limits.maxPresenceLag)) {
      return input;
    }
    return { ...input, i: null, l: 0, v: version };
  }

  #enter(connection: Connection, channel: string, id: string): Present {
    const speaker = this.#speaker(connection);
    if (speaker.present.size >= limits.maxPresencePerConnection) {
      throw new AppError('too-many-requests', 'Too many presences on one connection.');
    }
    let room = this.#rooms.get(channel);
    if (!room) {
      room = { present: new Map(), colors: new Map() };
      this.#rooms.set(channel, room);
    }
    const { userId } = connection;
    const { elsewhere } = this.#deps;
    elsewhere.forget(channel, id);
    const isNew = !room.colors.has(userId);
    if (isNew) {
      const theirs = elsewhere.colorsIn(channel);
      const taken = new Set([...room.colors.values(), ...theirs.values()]);
      room.colors.set(userId, theirs.get(userId) ?? chooseColor(userId, taken));
    }
    const present = { connection, channel, id, pv: 0, input: { i: null, l: 0, v: 0 } };
    room.present.set(id, present);
    speaker.present.add(present);
    if (isNew) this.#peopleChanged(channel);
    return present;
  }

  #peopleChanged(channel: string): void {
    const ref = parseChannel(channel);
    if (ref) this.#deps.onPeople(ref);
  }

  #message({ connection, channel, id, pv, input }: Present): ToldPresence {
    const { actor, userId } = connection;
    const p: PresenceValue = {
      ...input,
      u: userId,
      n: actor.kind === 'system' ? '' : actor.name,
      k: this.#rooms.get(channel)?.colors.get(userId) ?? 1,
    };
    return { a: 'p', ch: channel, src: connection.clientId, id, p, pv };
  }

  #publish(message: ToldPresence): void {
    // A lost presence is told again within seconds; nobody waits for it.
    this.#deps.pubsub.publish([`$presence.${message.ch}`], message, () => undefined);
    const ref = parseChannel(message.ch);
    if (ref) this.#deps.onTold(ref, message);
  }

  /** Another process tells where a client of its own is. */
  heard(from: string, message: ToldPresence): void {
    const here = this.#rooms.get(message.ch)?.present.get(message.id);
    if (here) {
      if (message.p === null || message.pv <= here.pv) return;
      // The client has moved there; what is left of it here has not noticed yet.
      this.#forget(here);
    }
    this.#deps.elsewhere.heard(from, message);
  }

  #speaker(connection: Connection): Speaker {
    let speaker = this.#speakers.get(connection);
    if (!speaker) {
      const at = this.#deps.clock.now();
      speaker = { present: new Set(), tokens: limits.presencePerSecond, at, late: new Set() };
      this.#speakers.set(connection, speaker);
    }
    return speaker;
  }

  #mayTell(speaker: Speaker): boolean {
    const now = this.#deps.clock.now();
    const earned = ((now - speaker.at) / 1000) * limits.presencePerSecond;
    speaker.tokens = Math.min(limits.presencePerSecond, speaker.tokens + earned);
    speaker.at = now;
    if (speaker.tokens >= 1) {
      speaker.tokens--;
      return true;
    }
    if (speaker.late.size === 0) {
      this.#deps.clock.after(1000 / limits.presencePerSecond, () => this.#tellLate(speaker));
    }
    return false;
  }

  #tellLate(speaker: Speaker): void {
    for (const present of speaker.late) {
      if (speaker.present.has(present)) this.#publish(this.#message(present));
    }
    speaker.late.clear();
  }

  /** Without a word to anybody. False: another connection is here under its id. */
  #forget(present: Present): boolean {
    const { connection, channel, id } = present;
    this.#speaker(connection).present.delete(present);
    const room = this.#rooms.get(channel);
    if (room?.present.get(id) !== present) return false;
    room.present.delete(id);
    if (room.present.size === 0) this.#rooms.delete(channel);
    const { userId } = connection;
    const stays = [...room.present.values()].some((other) => other.connection.userId === userId);
    if (!stays) {
      room.colors.delete(userId);
      this.#peopleChanged(channel);
    }
    return true;
  }

  #remove(present: Present): void {
    const { connection, channel, id, pv } = present;
    if (!this.#forget(present)) return;
    this.#publish({ a: 'p', ch: channel, src: connection.clientId, id, p: null, pv: pv + 1 });
  }

  /** The connection has ended, or may no longer read the document: the others are told at once. */
  leave(connection: Connection, ref?: DocumentRef): void {
    const only = ref ? presenceChannel(ref) : null;
    for (const present of [...this.#speaker(connection).present]) {
      if (only === null || only === present.channel) this.#remove(present);
    }
  }

  /** Tells one connection of everybody else on the channel. */
  tellAll(connection: Connection, channel: string): void {
    for (const present of this.#rooms.get(channel)?.present.values() ?? []) {
      if (present.connection !== connection) connection.agent.send(this.#message(present));
    }
    this.#deps.elsewhere.tellAll(connection, channel);
  }

  /** Documents in which somebody is, at this process. */
  rooms(): DocumentRef[] {
    return [...this.#rooms.keys()].map(parseChannel).filter((ref) => ref !== null);
  }

  /** As it is told; of this process alone. */
  presenceHere(ref: DocumentRef): ToldPresence[] {
    const room = this.#rooms.get(presenceChannel(ref));
    return [...(room?.present.values() ?? [])].map((present) => this.#message(present));
  }

  /** Of this process alone. */
  peopleHere(ref: DocumentRef): PersonSummary[] {
    const room = this.#rooms.get(presenceChannel(ref));
    const people = new Map<string, PersonSummary>();
    for (const { connection } of room?.present.values() ?? []) {
      const { actor, userId } = connection;
      if (actor.kind === 'system' || people.has(userId)) continue;
      people.set(userId, { id: userId, name: actor.name, color: room!.colors.get(userId) ?? 1 });
    }
    return [...people.values()];
  }

  peopleIn(ref: DocumentRef): PersonSummary[] {
    const people = new Map<string, PersonSummary>();
    for (const person of [...this.peopleHere(ref), ...this.#deps.elsewhere.peopleIn(ref)]) {
      if (!people.has(person.id)) people.set(person.id, person);
    }
    return [...people.values()];
  }

  /** The name behind these connections has changed: all their presence is told again. */
  retell(userId: string): void {
    for (const [channel, { present }] of this.#rooms) {
      const theirs = [...present.values()].filter((one) => one.connection.userId === userId);
      for (const one of theirs) this.#publish(this.#message(one));
      if (theirs.length > 0) this.#peopleChanged(channel);
    }
  }
}
