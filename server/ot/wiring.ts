// ShareDB's Backend with everything of ours plugged into it: the store behind it, the order of the
// checks before it, and no emitter without somebody who listens to its errors.

import sharedb, { type Backend, type PubSub } from 'sharedb';
import { type DocumentRef, parseDocumentRef } from '../../core/ids.ts';
import type { Log } from '../log.ts';
import type { OpLog } from '../store/store.ts';
import type { EditedEvent } from './backend.ts';
import type { ClientIds } from './client-id.ts';
import type { Connection, Connections } from './connections.ts';
import { type createGuard, submitter } from './guard.ts';
import type { LiveDocuments } from './live-documents.ts';
import { StoreMilestones } from './milestone-db.ts';
import { StoreDb } from './store-db.ts';
import type { SubmitQueue } from './submit-queue.ts';

export interface WiringDeps {
  readonly ops: OpLog;
  readonly live: LiveDocuments;
  readonly queue: SubmitQueue;
  readonly pubsub: PubSub;
  readonly guard: ReturnType<typeof createGuard>;
  readonly connections: Connections;
  readonly clientIds: ClientIds;
  readonly log: Log;
  /** Our own client has a document open from now on. */
  readonly onOpened: (connection: Connection, ref: DocumentRef) => void;
}

/** `onEdited` is called after each commit and must not throw. */
export function wireShareDb(deps: WiringDeps, onEdited: (event: EditedEvent) => void): Backend {
  const { ops, live, queue, pubsub, guard, connections, clientIds, log } = deps;
  // Its own lines hold requests and replies: documents' texts.
  sharedb.logger.setMethods({
    info: () => undefined,
    warn: (...parts) => log.debug({ parts: parts.length }, 'ShareDB warns'),
    error: (...parts) => log.error({ err: parts.find((part) => part instanceof Error) }, 'ShareDB'),
  });
  const logError = (error: unknown) => log.error({ err: error }, 'ShareDB');
  const milestones = new StoreMilestones(ops);
  const backend = new sharedb({
    db: new StoreDb(live, queue),
    pubsub,
    milestoneDb: milestones,
    presence: true,
    doNotForwardSendPresenceErrorsToClient: true,
    errorHandler: logError,
  });
  // There are no projections and nothing listens to `op`: it would wait a turn for each op of a reply.
  backend._sanitizeOps = (_agent, _projection, _collection, _id, _ops, callback) => callback();
  // Without a listener an `error` would end the process.
  pubsub.on('error', logError);
  milestones.on('error', logError);
  backend.on('error', logError);

  backend.on('send', (agent, message) => {
    if (message.a === 's' && !message.error) {
      const opened = connections.ofAgent(agent);
      const ref = parseDocumentRef(message.c, message.d);
      if (opened?.notices && ref) deps.onOpened(opened, ref);
    }
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
    // With its acknowledgement an author is sent what came since the version it wrote on. Its own ops it
    // has: a thousand made on one version would be half a million messages.
    request.ops = request.ops.filter(({ src }) => src !== op.src);
    onEdited({
      ref: { collection, id } as DocumentRef,
      version: (op.v as number) + 1,
      actor: submitter(request.agent).actor,
      at: request.custom.at as number,
      created: op.create !== undefined,
    });
    next();
  });
  return backend;
}
