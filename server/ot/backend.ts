// The face of server/ot, the only folder that knows sharedb: what the rest of the server may ask of
// live documents. Built by createBackend(deps) in this file.

import type { Duplex } from 'node:stream';
import type { Agent, Op } from 'sharedb';
import type { PersonSummary } from '../../core/api.ts';
import { checkDocument } from '../../core/check-op.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { type DocumentKey, type DocumentRef, presenceChannel } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { CloseReason } from '../../core/protocol.ts';
import { LazyDelta, richTextUri } from '../../core/rich-text.ts';
import type { Role } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Actor, Person } from '../access/actor.ts';
import type { Bus } from '../bus/bus.ts';
import { createMemoryHub } from '../bus/memory-bus.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { createSeldom, type Log, withoutOutages } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import { createClientIds } from './client-id.ts';
import { CommitPace } from './commit-pace.ts';
import { Connection, Connections } from './connections.ts';
import { Elsewhere } from './elsewhere.ts';
import { createFeed } from './feed.ts';
import { createGuard } from './guard.ts';
import { LiveDocuments } from './live-documents.ts';
import { LogPoll } from './log-poll.ts';
import { type About, Notices } from './notices.ts';
import { adaptAgent } from './own-agent.ts';
import { type Ended, Peers } from './peers.ts';
import { PresenceRegistry } from './presence.ts';
import { ProcessPubSub } from './process-pubsub.ts';
import { toAppError } from './replies.ts';
import { registerRichText } from './rich-text-type.ts';
import { RightsWatch } from './rights-watch.ts';
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
  /** False: another process committed after this one did; what follows the text is its to do. */
  isOurs(ref: DocumentRef): boolean;
  /** Lets go of a document that is about to be deleted for good: nothing of it is written any more. */
  forget(ref: DocumentRef): Promise<void>;
  /** A connected op socket. `notices`: our own client is at the other end. */
  connect(stream: MessageStream, actor: Actor, notices: boolean): void;
  /** Who is here now, each person once, in the order they came. */
  peopleIn(ref: DocumentRef): PersonSummary[];
  /** Tells every socket that has the document open; rights are asked again for each. */
  documentChanged(ref: DocumentRef, change: { title?: string; trashed?: boolean }): Promise<void>;
  /** A person changed their name: live presence is told again under it. */
  personChanged(person: PersonSummary): void;
  /** Closes sockets of a person, a session or a token, at every process. */
  end(who: Ended): void;
  /** Closes the sockets of this process of everybody for whom `reasonOf` has a reason. */
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
  /** What is known of the document beside its text, told to each of our clients that opens it. */
  readonly about?: (ref: DocumentRef) => Promise<About | null>;
  /** Our own client has opened the document. */
  readonly onOpened?: (actor: Actor, ref: DocumentRef) => void;
  /** Other processes may have the store open: what they commit is followed. */
  readonly isShared?: boolean;
  /** How processes tell each other what saves them a look at the store; absent: there are no others. */
  readonly bus?: Bus;
  /** How often the store is looked at for what others did. */
  readonly followMs?: number;
  /** Asked at each such look, before rights are: to forget what is remembered of these documents. */
  readonly lookAround?: (open: readonly DocumentKey[]) => Promise<void>;
  /** Something beside the text was changed by another process: what is remembered of it is old. */
  readonly onChangedElsewhere?: (ref: DocumentRef) => void;
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
  const connections: Connections = new Connections((id) => peers.claim(id));
  const roles = new RoleCache(deps.roleOf, clock);
  const pubsub = new ProcessPubSub({
    opened: (ref) => peers.opened(ref),
    closed(ref) {
      peers.closed(ref);
      elsewhere.close(presenceChannel(ref));
    },
  });
  const live = new LiveDocuments({
    ops: deps.ops,
    clock,
    log: withoutOutages(log),
    watched: () => connections.openDocuments(),
    pace: new CommitPace(clock),
    feed: deps.isShared
      ? createFeed(pubsub, (ref, entry) => peers.committed(ref, entry))
      : undefined,
  });
  const queue = new SubmitQueue(live);
  const versionOf = (ref: DocumentRef) => live.peek(ref)?.loaded?.newest.v ?? null;
  const elsewhere = new Elsewhere(pubsub, clock);
  const presence: PresenceRegistry = new PresenceRegistry({
    pubsub,
    clock,
    versionOf,
    elsewhere,
    onTold: (ref, message) => peers.presence(ref, message),
    onPeople: (ref) => peers.peopleChanged(ref),
  });
  const guard = createGuard({
    connections,
    roles,
    clientIds,
    presence,
    checkForDocument: registerRichText(),
    clock,
  });
  const about = deps.about ?? (async () => null);
  const notices = new Notices({ connections, roles, presence, about, log });
  const poll = deps.isShared
    ? new LogPoll({
        ops: deps.ops,
        live,
        clock,
        log: withoutOutages(log),
        everyMs: deps.followMs ?? limits.followMs,
        async also() {
          await deps.lookAround?.([...connections.openDocuments()]);
          await notices.lookAround();
        },
      })
    : null;
  const bus = deps.bus ?? createMemoryHub().join(deps);
  const peers = new Peers(bus, clock, {
    ops: (ref, version, entries) => live.peek(ref)?.heard(version, entries),
    presence: (from, message) => presence.heard(from, message),
    people: (from, ref, people) => elsewhere.heardPeople(from, ref, people),
    changed(ref, change) {
      deps.onChangedElsewhere?.(ref);
      notices.documentChanged(ref, change).catch(logError);
    },
    personChanged: (person) => notices.personChanged(person),
    ended: (who) => notices.end(who),
    claimed: (clientId) => connections.claimedElsewhere(clientId),
    gone: (process) => elsewhere.gone(process),
    gap: () => void poll?.now(),
    sweep: () => elsewhere.sweep(),
    presenceHere: (ref) => presence.presenceHere(ref),
    peopleHere: (ref) => presence.peopleHere(ref),
    rooms: () => presence.rooms(),
  });

  const logError = (error: unknown) => log.warn({ err: error }, 'A change could not be told');
  const onOpened = (connection: Connection, ref: DocumentRef) => {
    notices.opened(connection, ref).catch(logError);
    deps.onOpened?.(connection.actor, ref);
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
    await (live.isShared ? document.refresh() : document.load());
    const durable = document.loaded?.durable;
    if (!durable?.type) return null;
    if (!(durable.data instanceof LazyDelta)) throw new AppError('internal', 'Not rich text.');
    return { version: durable.v, ops: [...(durable.data.ops as DeltaOp[])] };
  }

  const rights = deps.isShared ? null : new RightsWatch(notices, clock);

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
    isOurs: (ref) => live.peek(ref)?.isOurs ?? true,
    forget: (ref) => live.forget(ref),

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
      peers.changed(ref, change);
      await notices.documentChanged(ref, change);
    },
    personChanged(person) {
      peers.personChanged(person);
      notices.personChanged(person);
    },
    end(who) {
      peers.ended(who);
      notices.end(who);
    },
    endWhere: (reasonOf) => notices.endWhere(reasonOf),

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
      peers.close();
      await Promise.race([Promise.all([live.close(), poll?.close()]), tooLate]);
      roles.close();
      rights?.close();
      await bus.close();
      await new Promise<void>((resolve) => backend.close(() => resolve()));
    },
  };
}
