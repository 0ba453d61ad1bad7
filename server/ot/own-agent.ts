// What we change of ShareDB's Agent, one object at a time, because it offers no hook: how it answers
// with an error (it echoes the whole request), how a newcomer learns who is present (it asks everybody),
// how an op and a presence reach those who have the document open, and what an author is sent with an
// acknowledgement. Rests on the exact version in package.json; test/integration/socket.test.ts holds it.

import type { Message } from 'sharedb';
import { parseDocumentRef } from '../../core/ids.ts';
import type { Log, Seldom } from '../log.ts';
import type { Connection } from './connections.ts';
import type { LiveDocuments } from './live-documents.ts';
import type { PresenceRegistry } from './presence.ts';
import { errorReply, expectedError, isOnlyNow, unexpectedError } from './replies.ts';

export interface OwnAgentDeps {
  readonly live: LiveDocuments;
  readonly presence: PresenceRegistry;
  readonly log: Log;
  /** Told the code of each message that is refused. */
  readonly onRefused: (code: string) => void;
  /** A store that is away meets everybody, again and again. */
  readonly seldom: Seldom;
}

export function adaptAgent(connection: Connection, deps: OwnAgentDeps): void {
  const { agent } = connection;
  const reply = agent._reply.bind(agent);
  agent._reply = (request, error, message) => {
    // A refused message that was no op at all has no `op` left.
    connection.subscribeEnded(request);
    if (request.a === 'op' && request.op !== undefined) connection.opEnded();
    if (error) refuse(connection, request, error, deps);
    else reply(request, null, message);
  };
  // What goes to many goes straight to the stream: ShareDB would copy it, and wait a turn, for the use of
  // middleware that we do not have.
  agent._onOp = (collection, id, op) => {
    if (op.src === connection.clientId || op.c !== collection || op.d !== id) return;
    const { v, src, seq, create, del } = op;
    const message: Message = { a: 'op', c: collection, d: id, v, src, seq };
    if (op.op !== undefined) message.op = op.op;
    if (create !== undefined) message.create = create;
    if (del) message.del = true;
    const subscription = agent.subscribedDocs[collection]?.[id];
    if (subscription) subscription.told = v as number;
    connection.stream.tell(message);
  };
  agent._submit = (collection, id, op, callback) => {
    agent.backend.submit(agent, collection, id, op, null, (error, missed = []) => {
      const { src, seq, v } = op;
      if (error && !isKnownAlready(error)) return callback(error);
      // ShareDB sends everything since the op's own version once more; in a lively document that doubles
      // what its authors receive.
      const told = agent.subscribedDocs[collection]?.[id]?.told ?? -1;
      const news = missed.filter((other) => (other.v as number) > told);
      if (!error && news.length > 0) agent._sendOps(collection, id, news);
      callback(null, { src, seq, v });
    });
  };
  agent._handlePresenceData = (presence) => {
    if (presence.src !== connection.clientId) connection.stream.tell(presence);
  };
  agent._requestPresence = (channel, callback) => {
    deps.presence.tellAll(connection, channel);
    callback();
  };
}

/** An op that is sent again after its acknowledgement was lost. */
const isKnownAlready = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'ERR_OP_ALREADY_SUBMITTED';

function refuse(
  connection: Connection,
  request: Record<string, unknown>,
  error: unknown,
  { live, log, seldom, onRefused }: OwnAgentDeps,
): void {
  const { a } = request;
  const user = connection.userId;
  if (isOnlyNow(error)) {
    seldom((leftOut) => {
      log.warn({ err: error, user, a, leftOut }, 'A message cannot be served now');
    });
    connection.stream.closeWith('not-now');
    return;
  }
  const expected = expectedError(error);
  onRefused(expected?.code ?? unexpectedError.code);
  if (expected) log.info({ user, a, code: expected.code }, 'A message was refused');
  else log.error({ err: error, user, a }, 'A message failed');
  const answer = () =>
    connection.agent.send(errorReply(request, expected ?? unexpectedError) as never);
  const ref = a === 'op' ? parseDocumentRef(request.c, request.d) : null;
  const settled = ref && live.peek(ref)?.settled();
  if (!settled) {
    answer();
    return;
  }
  // The op was judged on versions that may still be lost: only what is durable may refuse it.
  void settled.then((durable) => {
    if (durable) answer();
    else connection.stream.closeWith('not-now');
  });
}
