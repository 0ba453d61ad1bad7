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
import type { Actor, Person } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { createSeldom, type Log } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import { createClientIds } from './client-id.ts';
import { Connection, Connections } from './connections.ts';
import { createGuard } from './guard.ts';
import { LiveDocuments } from './live-documents.ts';
import { adaptAgent } from './own-agent.ts';
import { PresenceRegistry } from './presence.ts';
import { toAppError } from './replies.ts';
import { registerRichText } from './rich-text-type.ts';
import { RoleCache } from './role-cache.ts';
import { SubmitQueue } from './submit-queue.ts';
import { wireShareDb } from './wiring.ts';

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
  /** Like `write`, of what goes to many: under load it may wait a few milliseconds for more. */
  tell(message: Record<string, unknown>): void;
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
  /** Closes the sockets of somebody who is nobody any more. */
  personEnded(id: string): void;
  /** Closes the sockets of everybody for whom `reasonOf` has a reason. */
  endWhere(reasonOf: (person: Person) => CloseReason | null): void;
  /** Who has a socket here, one entry for each socket. */
  people(): Person[];
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
  /** The title as it is now, told to each of our clients that opens the document; null: none is stored. */
  readonly titleOf?: (ref: DocumentRef) => Promise<string | null>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Signs client ids; the same after a restart, so that clients may keep theirs. */
  readonly secret: string;
  /** Names the client bundle that is served now. */
  readonly build: string;
  readonly log: Log;
  /** Told the code of each message of a socket that is refused. */
  readonly onRefused?: (code: string) => void;
}

export function createBackend(deps: OtBackendDeps): OtBackend {
  const { clock, log } = deps;
  const listeners: ((event: EditedEvent) => void)[] = [];
  const seldom = createSeldom(clock, limits.sameWarningMs);
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

  /** What changed between the making of its page, or its last connection, and now. */
  async function tellOpened(connection: Connection, ref: DocumentRef): Promise<void> {
    const title = await deps.titleOf?.(ref);
    if (typeof title === 'string') await tellChange(connection, ref, { title });
  }
  const onOpened = (connection: Connection, ref: DocumentRef) => {
    tellOpened(connection, ref).catch((error) =>
      log.warn({ err: error }, 'A title could not be told'),
    );
  };

  const backend = wireShareDb(
    { ops: deps.ops, live, queue, pubsub, guard, connections, clientIds, log, onOpened },
    (event) => {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          log.error({ err: error }, 'A listener to edits failed');
        }
      }
    },
  );

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
    const { collection: c, id: d } = ref;
    const notice = { a: 'dp', type: 'document', c, d, ...change } as const;
    let role: Role | null;
    try {
      role = await roles.roleOf(connection.actor, ref);
    } catch (error) {
      // The next message of this connection asks again; what changed is told all the same.
      log.warn({ err: error, user: connection.userId }, 'A role could not be asked');
      connection.notify(notice);
      return;
    }
    connection.notify({ ...notice, role });
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
      adaptAgent(connection, {
        live,
        presence,
        log,
        seldom,
        onRefused: deps.onRefused ?? (() => undefined),
      });
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

    personEnded(id) {
      for (const connection of [...connections]) {
        if (connection.userId === id) connection.stream.closeWith('not-signed-in');
      }
    },

    endWhere(reasonOf) {
      for (const { actor, stream } of [...connections]) {
        const reason = actor.kind === 'system' ? null : reasonOf(actor);
        if (reason) stream.closeWith(reason);
      }
    },

    people: () => [...connections].flatMap(({ actor }) => (actor.kind === 'system' ? [] : [actor])),

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
