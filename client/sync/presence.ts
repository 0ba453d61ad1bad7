// Where I am, told to the others, and where the others are, told to me: ShareDB's generic presence on
// the document's channel (internals.md §3). Positions travel in the coordinates of a version.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Presence as Channel, Connection, LocalPresence } from 'sharedb/lib/client/index.js';
import type { PersonSummary } from '../../core/api.ts';
import { type DocumentRef, presenceChannel } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { PresenceInput } from '../../core/presence.ts';
import { isDeepEqual } from './drift.ts';
import type { Environment } from './environment.ts';
import type { Caret, OpHistory } from './op-history.ts';
import { People } from './people.ts';
import type { PersonHere } from './session-api.ts';

/** Where positions are, between the newest acknowledged version and my screen. */
export interface Coordinates {
  /** The acknowledged version; null while there is none. */
  version(): number | null;
  toScreen(index: number): number;
  toServer(index: number): number;
  /** Length of what is on the screen. */
  length(): number;
}

export interface PresenceDeps {
  readonly connection: Connection;
  readonly ref: DocumentRef;
  readonly me: () => PersonSummary;
  readonly environment: Environment;
  readonly history: OpHistory;
  readonly coordinates: Coordinates;
  /** The server does not take where I am: often the first that is heard of a right that was lost. */
  readonly onRefused: (code: string) => void;
}

export interface MySelection {
  readonly index: number;
  readonly length: number;
  readonly backward?: boolean;
}

/** How often it is looked for who has gone silent, and which carets are idle. */
const SWEEP_MS = 2_000;

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #people: People;
  readonly #shown = signal<readonly PersonHere[]>([]);
  readonly #channel: Channel;
  #local: { presence: LocalPresence; clientId: string } | null = null;
  /** As the others see me; the server has the last word on the colour. */
  #asTold: { name: string; color: number } | null = null;
  #selection: MySelection | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #cancelSend: (() => void) | null = null;
  #cancelFrame: (() => void) | null = null;
  #ends: (() => void)[];

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    const { connection, environment, ref } = deps;
    this.#people = new People(deps.history);
    this.#channel = connection.getPresence(presenceChannel(ref));
    this.#channel.on('error', () => undefined);
    this.#channel.on('receive', (id, value) => {
      this.#people.heard(id, value, environment.now());
      this.changed();
    });
    // Refused to who may not read: the document says so itself.
    this.#channel.subscribe(() => undefined);
    connection.on('connected', () => this.#connected());
    connection.on('disconnected', () => this.changed());
    connection.on('receive', ({ data }) => this.#echo(data));
    this.#ends = [
      environment.onVisible(() => {
        this.#sendSoon();
        this.changed();
      }),
      this.#every(limits.presenceRefreshMs, () => this.#sendSoon()),
      this.#every(SWEEP_MS, () => this.#sweep()),
    ];
    this.#show();
  }

  get people(): ReadonlySignal<readonly PersonHere[]> {
    return this.#shown;
  }

  select(selection: MySelection | null): void {
    if (isDeepEqual(selection, this.#selection)) return;
    this.#selection = selection;
    this.#sendSoon();
    this.changed();
  }

  /** Something that carets depend on is different: shown with the next frame. */
  changed(): void {
    this.#cancelFrame ??= this.#deps.environment.frame(() => {
      this.#cancelFrame = null;
      this.#show();
    });
  }

  #every(ms: number, call: () => void): () => void {
    const { environment } = this.#deps;
    let cancel = () => {};
    const again = () => {
      cancel = environment.after(ms, () => {
        again();
        call();
      });
    };
    again();
    return () => cancel();
  }

  #connected(): void {
    const { connection, environment } = this.#deps;
    this.#people.expectAll(environment.now());
    if (connection.id !== null && this.#local?.clientId !== connection.id) {
      const presence = this.#channel.create(`${connection.id}.1`);
      presence.on('error', () => undefined);
      this.#local = { presence, clientId: connection.id };
    }
    this.#sentAt = Number.NEGATIVE_INFINITY;
    this.#sendSoon();
    this.changed();
  }

  /** My own presence as the server tells it to everybody: with the colour I have here. */
  #echo(message: Record<string, unknown>): void {
    if (message.a !== 'p' || !this.#local || message.id !== `${this.#local.clientId}.1`) return;
    const { n, k } = (message.p ?? {}) as { n?: unknown; k?: unknown };
    if (typeof n !== 'string' || typeof k !== 'number') return;
    this.#asTold = { name: n, color: k };
    this.changed();
  }

  #sendSoon(): void {
    if (this.#cancelSend) return;
    const { environment } = this.#deps;
    const wait = this.#sentAt + limits.presenceThrottleMs - environment.now();
    if (wait <= 0) {
      this.#send();
      return;
    }
    this.#cancelSend = environment.after(wait, () => {
      this.#cancelSend = null;
      this.#send();
    });
  }

  #send(): void {
    const { connection, coordinates, environment } = this.#deps;
    const version = coordinates.version();
    // ShareDB would queue every value and send all of them later; the refresh sends the last one.
    if (!this.#local || !connection.canSend || version === null) return;
    this.#sentAt = environment.now();
    const range = this.#selection;
    const start = range ? coordinates.toServer(range.index) : null;
    const end = range ? coordinates.toServer(range.index + range.length) : 0;
    const value: PresenceInput = {
      i: start,
      l: start === null ? 0 : Math.max(0, end - start),
      v: version,
      ...(range?.backward ? { b: true } : {}),
      ...(environment.isVisible() ? {} : { away: true }),
    };
    this.#local.presence.submit(value, (error) => {
      if (error?.code) this.#deps.onRefused(error.code);
    });
  }

  #sweep(): void {
    const { connection, environment } = this.#deps;
    if (this.#people.isEmpty) return;
    // Cut off, nobody can be heard: they are shown as away until the line is back.
    if (connection.canSend) this.#people.expire(environment.now());
    this.changed();
  }

  #show(): void {
    const { connection, coordinates, environment, me } = this.#deps;
    const version = coordinates.version();
    if (version !== null) this.#people.advance(version);
    const longest = coordinates.length();
    const place = ({ index, length }: Caret): Caret => {
      const start = Math.min(coordinates.toScreen(index), longest);
      const end = Math.min(coordinates.toScreen(index + length), longest);
      return { index: start, length: Math.max(0, end - start) };
    };
    const at = connection.canSend && version !== null ? { version, place } : null;
    const myself = me();
    const others = this.#people.list(myself, environment.now(), at);
    const mine: PersonHere = {
      userId: myself.id,
      name: myself.name,
      color: this.#asTold?.color ?? myself.color,
      me: true,
      away: !environment.isVisible(),
      caret: this.#selection && {
        index: this.#selection.index,
        length: this.#selection.length,
      },
    };
    const list = [...others, mine];
    if (!isDeepEqual(list, this.#shown.peek())) this.#shown.value = list;
  }

  /** Says goodbye, so that the others need not wait until I am forgotten. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#cancelSend?.();
    this.#cancelFrame?.();
    if (this.#local && this.#deps.connection.canSend) this.#local.presence.submit(null);
    this.#channel.unsubscribe(() => undefined);
  }
}
