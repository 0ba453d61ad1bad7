// The op sockets that are open: who is behind each, under which client id, and what it has open.

import type { Agent } from 'sharedb';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { ServerNotice } from '../../core/protocol.ts';
import type { Role } from '../../core/roles.ts';
import type { Actor } from '../access/actor.ts';
import type { MessageStream } from './backend.ts';
import { parseChannel } from './messages.ts';
import { actorId } from './role-cache.ts';

export class Connection {
  readonly stream: MessageStream;
  /** Whether our own client is at the other end. */
  readonly notices: boolean;
  /** Its name changes when the person changes it. */
  actor: Actor;
  readonly userId: string;
  /** What was said last of the documents it has open. */
  readonly told = new Map<DocumentKey, { role?: Role | null; title?: string; trashed?: boolean }>();
  /** Documents that it wanted and may not have: it is told when that changes. */
  readonly waiting = new Set<DocumentKey>();
  #agent: Agent | null = null;
  #opsInFlight = 0;
  #isHeld = false;
  /** Asked for and not answered yet: how many documents each of these messages names. */
  readonly #subscribing = new Map<{ a?: unknown }, number>();

  constructor(stream: MessageStream, actor: Actor, notices: boolean) {
    this.stream = stream;
    this.actor = actor;
    this.notices = notices;
    this.userId = actorId(actor);
  }

  attach(agent: Agent): void {
    this.#agent = agent;
    agent.custom.connection = this;
  }

  get agent(): Agent {
    if (!this.#agent) throw new Error('A connection without its agent');
    return this.#agent;
  }

  /** The id under which it submits and is present. */
  get clientId(): string {
    return this.agent.src ?? this.agent.clientId;
  }

  /** A client that sends ops faster than they are stored is read slower, not refused. */
  opBegan(): void {
    this.#opsInFlight++;
    if (this.#isHeld || this.#opsInFlight <= limits.maxOpsInFlight) return;
    this.#isHeld = true;
    this.stream.hold();
  }

  opEnded(): void {
    this.#opsInFlight--;
    if (!this.#isHeld || this.#opsInFlight > limits.maxOpsInFlight / 2) return;
    this.#isHeld = false;
    this.stream.release();
  }

  notify(notice: ServerNotice): void {
    if (this.notices && this.stream.writable) this.stream.write(notice);
  }

  subscribeBegan(message: { a?: unknown }, documents: number): void {
    this.#subscribing.set(message, documents);
  }

  subscribeEnded(message: { a?: unknown }): void {
    this.#subscribing.delete(message);
  }

  get subscriptions(): number {
    let count = 0;
    for (const [{ a }, documents] of this.#subscribing) if (a !== 'ps') count += documents;
    for (const documents of Object.values(this.agent.subscribedDocs)) {
      count += Object.keys(documents).length;
    }
    return count;
  }

  get presenceSubscriptions(): number {
    let count = Object.keys(this.agent.subscribedPresences).length;
    for (const { a } of this.#subscribing.keys()) if (a === 'ps') count++;
    return count;
  }

  hasOpen({ collection, id }: DocumentRef): boolean {
    return (
      this.agent.subscribedDocs[collection]?.[id] !== undefined ||
      this.agent.subscribedPresences[`${collection}.${id}`] !== undefined
    );
  }

  /** It may not have the document, and waits for it. */
  denied(ref: DocumentRef): void {
    // As many as it may have open; a forgotten one is found by asking again.
    for (const oldest of this.waiting) {
      if (this.waiting.size < limits.maxSubscriptions) break;
      this.waiting.delete(oldest);
    }
    this.waiting.add(documentKey(ref));
  }

  /** Ends what it receives of a document. */
  unsubscribe({ collection, id }: DocumentRef): void {
    this.agent.subscribedDocs[collection]?.[id]?.destroy();
    this.agent.subscribedPresences[`${collection}.${id}`]?.destroy();
  }

  *openDocuments(): Generator<DocumentKey> {
    for (const [collection, documents] of Object.entries(this.agent.subscribedDocs)) {
      for (const id of Object.keys(documents)) yield `${collection}/${id}` as DocumentKey;
    }
    for (const channel of Object.keys(this.agent.subscribedPresences)) {
      const ref = parseChannel(channel);
      if (ref) yield `${ref.collection}/${ref.id}` as DocumentKey;
    }
  }
}

export class Connections {
  readonly #all = new Set<Connection>();
  readonly #byStream = new WeakMap<object, Connection>();
  readonly #byClientId = new Map<string, Connection>();

  readonly #onClaim: (clientId: string) => void;

  constructor(onClaim: (clientId: string) => void = () => undefined) {
    this.#onClaim = onClaim;
  }

  add(connection: Connection): void {
    this.#all.add(connection);
    this.#byStream.set(connection.stream, connection);
  }

  remove(connection: Connection): void {
    this.#all.delete(connection);
    for (const id of [connection.agent.clientId, connection.agent.src]) {
      if (id !== null && this.#byClientId.get(id) === connection) this.#byClientId.delete(id);
    }
  }

  ofAgent(agent: Agent): Connection | null {
    return this.#byStream.get(agent.stream) ?? null;
  }

  /**
   * A client connects again under the id it had: what is left of its old connection is cut, which no
   * one else would notice for a while. Two that live under one id would lose each other's ops.
   */
  claim(clientId: string, connection: Connection): void {
    const other = this.#byClientId.get(clientId);
    this.#byClientId.set(clientId, connection);
    if (other && other !== connection) other.stream.closeWith('restart');
    this.#onClaim(clientId);
  }

  /** The client has connected to another process. */
  claimedElsewhere(clientId: string): void {
    this.#byClientId.get(clientId)?.stream.closeWith('restart');
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#all[Symbol.iterator]();
  }

  /** Those that have the document open, or wait until they may. */
  following(ref: DocumentRef): Connection[] {
    const key = documentKey(ref);
    return [...this.#all].filter(
      (connection) => connection.hasOpen(ref) || connection.waiting.has(key),
    );
  }

  openDocuments(): Set<DocumentKey> {
    const keys = new Set<DocumentKey>();
    for (const connection of this.#all) {
      for (const key of connection.openDocuments()) keys.add(key);
    }
    return keys;
  }
}
