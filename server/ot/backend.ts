// The face of server/ot, the only folder that knows sharedb: what the rest of the server may ask of
// live documents. Built by createBackend(deps) in this file.

import type { Duplex } from 'node:stream';
import sharedb, { type Agent, type Op } from 'sharedb';
import type { PersonSummary } from '../../core/api.ts';
import { checkDocument } from '../../core/check-op.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { CloseReason } from '../../core/protocol.ts';
import { LazyDelta, richTextUri } from '../../core/rich-text.ts';
import { can, type Role } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Actor } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import { createClientIds } from './client-id.ts';
import { Connection, Connections } from './connections.ts';
import { createGuard, submitter } from './guard.ts';
import { LiveDocuments } from './live-documents.ts';
import { adaptAgent } from './own-agent.ts';
import { PresenceRegistry } from './presence.ts';
import { toAppError } from './replies.ts';
import { registerRichText } from './rich-text-type.ts';
import { RoleCache } from './role-cache.ts';
import { StoreDb } from './store-db.ts';
import { SubmitQueue } from './submit-queue.ts';

export interface LiveSnapshot {
  version: number;
  ops: DeltaOp[];
}

/** What happened to a document's text; told after the commit, never awaited. */
export interface EditedEvent {
  ref: DocumentRef;
  /** The version after the op. */
  version: number;
  actor: Actor;
  at: number;
  created: boolean;
}

/** A socket as this folder needs it: message objects both ways (ws/ot-socket.ts). */
export interface MessageStream extends Duplex {
  /** Ends the connection with a close code, and at once for this side. */
  closeWith(reason: CloseReason): void;
  /** Nothing is read from the other side until `release`, once for each `hold`. */
  hold(): void;
  release(): void;
}

export interface OtBackend {
  /** Creates at version 1. AppError `document-exists`, `bad-op`, `too-large`. Resolves when durable. */
  create(ref: DocumentRef, actor: Actor, ops: DeltaOp[]): Promise<{ version: number }>;
  /** Applies an op made against `baseVersion`, transformed by what came since. Resolves when durable. */
  submit(grant: Grant<'edit'>, op: DeltaOp[], baseVersion: number): Promise<{ version: number }>;
  /** The last durable version, or null when there is no such document. */
  read(grant: Grant<'read'>): Promise<LiveSnapshot | null>;
  /** The same without a grant: for the server's own indexing. */
  readForSystem(ref: DocumentRef): Promise<LiveSnapshot | null>;
  /** A connected op socket. `notices`: our own client is at the other end. */
  connect(stream: MessageStream, actor: Actor, notices: boolean): void;
  /** Who is here now, each person once, in the order they came. */
  peopleIn(ref: DocumentRef): PersonSummary[];
  /** Tells every socket that has the document open; rights are asked again for each. */
  documentChanged(ref: DocumentRef, change: { title?: string; trashed?: boolean }): Promise<void>;
  /** A person changed their name: live presence is told again under it. */
  personChanged(person: PersonSummary): void;
  onEdited(listener: (event: EditedEvent) => void): void;
  /** Open documents and connections, and ops that wait for their commit: for metrics and tests. */
  stats(): { documents: number; connections: number; staged: number };
  /** Waits for commits, ends connections with `restart`, writes snapshots. */
  close(): Promise<void>;
}

/** The role that `actor` has now, or null; asked for every message (cached there). */
export type RoleLookup = (actor: Actor, ref: DocumentRef) => Promise<Role | null>;

export interface OtBackendDeps {
  readonly ops: OpLog;
  readonly roleOf: RoleLookup;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Signs client ids; the same after a restart, so that clients may keep theirs. */
  readonly secret: string;
  /** Names the client bundle that is served now. */
  readonly build: string;
  readonly log: Log;
}

export function createBackend(deps: OtBackendDeps): OtBackend {
  const { clock, log } = deps;
  const listeners: ((event: EditedEvent) => void)[] = [];
  let isClosing = false;

  const clientIds = createClientIds(deps.secret, deps.ids);
  const connections = new Connections();
  const roles = new RoleCache(deps.roleOf, clock);
  const live = new LiveDocuments({
    ops: deps.ops,
    clock,
    log,
    watched: () => connections.openDocuments(),
  });
  const queue = new SubmitQueue(live);
  const pubsub = new sharedb.MemoryPubSub();
  const versionOf = (ref: DocumentRef) => live.peek(ref)?.loaded?.newest.v ?? null;
  const presence = new PresenceRegistry({ pubsub, clock, versionOf });
  const guard = createGuard({
    connections,
    roles,
    clientIds,
    presence,
    checkForDocument: registerRichText(),
    clock,
  });

  // Its own lines hold requests and replies: documents' texts.
  sharedb.logger.setMethods({
    info: () => undefined,
    warn: (...parts) => log.debug({ parts: parts.length }, 'ShareDB warns'),
    error: (...parts) => log.error({ err: parts.find((part) => part instanceof Error) }, 'ShareDB'),
  });
  const logError = (error: unknown) => log.error({ err: error }, 'ShareDB');
  const backend = new sharedb({
    db: new StoreDb(live, queue),
    pubsub,
    presence: true,
    doNotForwardSendPresenceErrorsToClient: true,
    errorHandler: logError,
  });
  // Without a listener an `error` would end the process.
  pubsub.on('error', logError);
  backend.on('error', logError);

  backend.on('send', (agent, message) => {
    if (message.a !== 'init') return;
    // The first message of an agent, from within its constructor: the only moment before it says its id.
    const connection = connections.ofAgent(agent);
    if (!connection) return;
    connection.attach(agent);
    agent.clientId = clientIds.issue(connection.userId);
    message.id = agent.clientId;
  });
  backend.use('receive', guard.receive);
  backend.use('submit', guard.submit);
  backend.use('submit', (request, next) => queue.enter(request, next));
  backend.on('submitRequestEnd', (_error, request) => queue.leave(request.op));
  backend.use('apply', guard.apply);
  backend.use('commit', guard.commit);
  backend.use('afterWrite', (request, next) => {
    const { collection, id, op } = request;
    const event: EditedEvent = {
      ref: { collection, id } as DocumentRef,
      version: (op.v as number) + 1,
      actor: submitter(request.agent).actor,
      at: request.custom.at as number,
      created: op.create !== undefined,
    };
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error({ err: error }, 'A listener to edits failed');
      }
    }
    next();
  });

  /** An op that does not come over a socket. Resolves to the version after it. */
  function commit(ref: DocumentRef, actor: Actor, change: Op): Promise<{ version: number }> {
    if (isClosing) throw new AppError('not-now', 'The server is stopping.');
    const via = actor.kind === 'system' ? 'system' : 'api';
    // ShareDB asks nothing else of whoever submits.
    const caller = { custom: { actor, via } } as unknown as Agent;
    const op: Op = { ...change, src: deps.ids.secret(12), seq: 1 };
    return new Promise((resolve, reject) => {
      backend.submit(caller, ref.collection, ref.id, op, null, (error) => {
        if (error) reject(toAppError(error));
        else resolve({ version: (op.v as number) + 1 });
      });
    });
  }

  async function read(ref: DocumentRef): Promise<LiveSnapshot | null> {
    const document = live.open(ref);
    await document.load();
    const durable = document.loaded?.durable;
    if (!durable?.type) return null;
    if (!(durable.data instanceof LazyDelta)) throw new AppError('internal', 'Not rich text.');
    return { version: durable.v, ops: [...(durable.data.ops as DeltaOp[])] };
  }

  async function tellChange(
    connection: Connection,
    ref: DocumentRef,
    change: { title?: string; trashed?: boolean },
  ): Promise<void> {
    const role = await roles.roleOf(connection.actor, ref);
    const { collection: c, id: d } = ref;
    connection.notify({ a: 'dp', type: 'document', c, d, ...change, role });
    if (role && can(role, 'read')) return;
    connection.unsubscribe(ref);
    presence.leave(connection, ref);
  }

  return {
    async create(ref, actor, ops) {
      const data = checkDocument(ops).ops;
      return commit(ref, actor, { create: { type: richTextUri, data } });
    },
    async submit({ actor, document }, op, baseVersion) {
      return commit(document, actor, { op, v: baseVersion });
    },
    read: ({ document }) => read(document),
    readForSystem: read,

    connect(stream, actor, notices) {
      if (isClosing) return stream.closeWith('restart');
      const connection = new Connection(stream, actor, notices);
      connections.add(connection);
      stream.on('error', () => undefined);
      const leave = () => {
        connections.remove(connection);
        presence.leave(connection);
      };
      stream.once('end', leave);
      stream.once('close', leave);
      connection.notify({ a: 'dp', type: 'hello', build: deps.build, userId: connection.userId });
      backend.listen(stream);
      adaptAgent(connection, { live, presence, log });
    },

    peopleIn: (ref) => presence.peopleIn(ref),

    async documentChanged(ref, change) {
      roles.forget(ref);
      await Promise.all(connections.withOpen(ref).map((each) => tellChange(each, ref, change)));
    },

    personChanged({ id, name, color }) {
      for (const connection of connections) {
        const { actor } = connection;
        if (actor.kind !== 'system' && actor.id === id)
          connection.actor = { ...actor, name, color };
      }
      presence.retell(id);
    },

    onEdited(listener) {
      listeners.push(listener);
    },
    stats: () => ({
      documents: live.size,
      connections: connections.size,
      staged: live.staged,
    }),

    async close() {
      if (isClosing) return;
      isClosing = true;
      // What has arrived is still committed and acknowledged; nothing more is read.
      for (const { stream } of connections) stream.hold();
      const tooLate = new Promise<void>((resolve) => {
        clock.after(limits.drainMs, resolve);
      });
      await Promise.race([live.settled(), tooLate]);
      for (const { stream } of [...connections]) stream.closeWith('restart');
      await Promise.race([live.close(), tooLate]);
      roles.close();
      await new Promise<void>((resolve) => backend.close(() => resolve()));
    },
  };
}
