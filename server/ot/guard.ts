// The checks between a client and ShareDB, in the order in which a message meets them: its shape, who
// it is from, whether that person may (asked for every message), and for an op whether it is well
// formed, then whether it fits the document. Reads and passes on or refuses; it repairs nothing.

import type { Agent, Next, SubmitRequest } from 'sharedb';
import { parseOp } from '../../core/check-op.ts';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import { type Capability, can, type Role } from '../../core/roles.ts';
import type { Actor } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { OpMeta } from '../store/store.ts';
import type { ClientIds } from './client-id.ts';
import type { Connection, Connections } from './connections.ts';
import { notNow } from './live-document.ts';
import { type Bulk, type ClientMessage, parseChannel, parseMessage } from './messages.ts';
import type { PresenceRegistry } from './presence.ts';
import { errorReply, expectedError, requestFields, unexpectedError } from './replies.ts';
import type { CheckForDocument } from './rich-text-type.ts';
import { actorId, type RoleCache } from './role-cache.ts';

export interface GuardDeps {
  readonly connections: Connections;
  readonly roles: RoleCache;
  readonly clientIds: ClientIds;
  readonly presence: PresenceRegistry;
  readonly checkForDocument: CheckForDocument;
  readonly clock: Clock;
}

type Of<A extends ClientMessage['a']> = Extract<ClientMessage, { a: A }>;

const noAccess = () => new AppError('no-access', 'You do not have access to this.');

const refOf = ({ c, d }: { c: string; d: string }) => ({ collection: c, id: d }) as DocumentRef;

/** Who submits, and how it came; a socket's agent has its connection, a caller's is made for the call. */
export function submitter(agent: Agent): { actor: Actor; via: NonNullable<OpMeta['via']> } {
  const connection = agent.custom.connection as Connection | undefined;
  if (connection) return { actor: connection.actor, via: connection.notices ? 'page' : 'sharedb' };
  return agent.custom as unknown as { actor: Actor; via: NonNullable<OpMeta['via']> };
}

export function createGuard(deps: GuardDeps) {
  const { connections, roles, clientIds, presence, checkForDocument, clock } = deps;

  /** Calls `next` with nothing when the person may, else with why not. */
  function permit(connection: Connection, ref: DocumentRef, capability: Capability, next: Next) {
    const answer = (role: Role | null) => {
      next(role && can(role, capability) ? undefined : noAccess());
    };
    const role = roles.roleOf(connection.actor, ref);
    if (role instanceof Promise) role.then(answer, (error) => next(notNow(error)));
    else answer(role);
  }

  /** What a guest has not sent yet goes on under the account that took the guest in. */
  function isOwn({ actor, userId }: Connection, clientId: string): boolean {
    const was = actor.kind === 'system' ? [] : (actor.was ?? []);
    return [userId, ...was].some((id) => clientIds.isOwn(clientId, id));
  }

  function handshake(connection: Connection, message: Of<'hs'>) {
    const { agent } = connection;
    // Without one of its own it gets the one issued when it connected.
    const isKept = agent.src === null || agent.src === message.id;
    if (message.id !== undefined && isKept && isOwn(connection, message.id)) {
      agent.clientId = message.id;
    } else {
      delete message.id;
    }
    connections.claim(connection.clientId, connection);
  }

  /** A client with several documents must not lose all of them because it may no longer read one. */
  function bulk(connection: Connection, message: Of<'bf' | 'bs'>, next: Next) {
    const ids = Array.isArray(message.b) ? message.b : Object.keys(message.b);
    const denied: string[] = [];
    let left = ids.length;
    if (left === 0) return next();
    const decided = (id: string) => (error?: unknown) => {
      if (left < 0) return;
      if (error !== undefined && expectedError(error)?.code !== 'no-access') {
        left = -1;
        return next(error);
      }
      if (error !== undefined) denied.push(id);
      left--;
      if (left > 0) return;
      if (denied.length > 0) {
        const error = expectedError(noAccess()) ?? unexpectedError;
        connection.agent.send({ ...errorReply({ ...message, b: denied }, error) });
      }
      if (denied.length === ids.length) return connection.subscribeEnded(message);
      message.b = without(message.b, denied);
      next();
    };
    for (const id of ids) permit(connection, refOf({ c: message.c, d: id }), 'read', decided(id));
  }

  /** Those that are asked for count from now on: a hundred in one frame are a hundred. */
  function subscribing(
    connection: Connection,
    message: ClientMessage,
    more: number,
    next: Next,
  ): boolean {
    if (connection.subscriptions + more <= limits.maxSubscriptions) {
      connection.subscribeBegan(message, more);
      return true;
    }
    const most = `At most ${limits.maxSubscriptions} documents on one connection.`;
    next(new AppError('too-many-requests', most));
    return false;
  }

  function submitting(connection: Connection, message: Of<'op'>, next: Next) {
    connection.opBegan();
    if (message.src !== undefined && message.src !== connection.clientId) {
      const whose = 'This change names another client as its source.';
      return next(new AppError('other-client', whose));
    }
    permit(connection, refOf(message), 'edit', (error) => {
      if (error === undefined || expectedError(error)?.code !== 'no-access') return next(error);
      // Perhaps it is in the log: sent again after its acknowledgement was lost, and the right meanwhile.
      // To refuse it then would put text aside that is in the document. `apply` comes after that question.
      permit(connection, refOf(message), 'read', (unreadable) => {
        if (unreadable !== undefined) return next(error);
        message.x = { denied: true };
        next();
      });
    });
  }

  /** Handled here as a whole: ShareDB never sees it. */
  function present(connection: Connection, message: Of<'p'>, next: Next) {
    const ref = parseChannel(message.ch)!;
    permit(connection, ref, 'read', (error) => {
      if (error !== undefined) return next(error);
      try {
        // The sender's own is its acknowledgement.
        connection.agent.send(presence.update(connection, ref, message));
      } catch (refusal) {
        next(refusal);
      }
    });
  }

  function route(connection: Connection, message: ClientMessage, next: Next) {
    switch (message.a) {
      case 'u':
        connection.waiting.delete(documentKey(refOf(message)));
        return next();
      case 'pp':
      case 'bu':
      case 'pu':
        return next();
      case 'hs':
        handshake(connection, message);
        return next();
      case 'f':
        return permit(connection, refOf(message), 'read', next);
      case 's':
        if (!subscribing(connection, message, 1, next)) return;
        return permit(connection, refOf(message), 'read', (error) => {
          if (error !== undefined && connection.notices) connection.denied(refOf(message));
          next(error);
        });
      case 'bf':
        return bulk(connection, message, next);
      case 'bs':
        if (!subscribing(connection, message, Object.keys(message.b).length, next)) return;
        return bulk(connection, message, next);
      case 'op':
        return submitting(connection, message, next);
      case 'p':
        return present(connection, message, next);
      case 'ps':
        if (connection.presenceSubscriptions >= limits.maxSubscriptions) {
          return next(new AppError('too-many-requests', 'Too many presence channels.'));
        }
        connection.subscribeBegan(message, 1);
        return permit(connection, parseChannel(message.ch)!, 'read', next);
      case 'pr':
        return permit(connection, parseChannel(message.ch)!, 'read', (error) => {
          if (error === undefined) presence.tellAll(connection, message.ch);
          else next(error);
        });
    }
  }

  return {
    receive(context: { agent: Agent; data: unknown }, next: Next) {
      const connection = connections.ofAgent(context.agent);
      if (!connection) return next(new Error('A message on a stream that is not ours'));
      let message: ClientMessage;
      try {
        message = parseMessage(context.data);
      } catch (error) {
        context.data = requestFields(context.data);
        return next(error);
      }
      context.data = message;
      route(connection, message, next);
    },

    /** Before anything transforms the op: a malformed one would derail the transforms. */
    submit(request: SubmitRequest, next: Next) {
      const { op } = request;
      const { actor, via } = submitter(request.agent);
      const ts = clock.now();
      request.custom.at = ts;
      op.m = actor.kind === 'system' ? { ts, via } : { ts, uid: actorId(actor), via };
      try {
        if (op.op !== undefined) op.op = parseOp(op.op);
      } catch (error) {
        return next(error);
      }
      next();
    },

    /** After the transforms, on the document as it is: what passes is what is stored and told. */
    apply(request: SubmitRequest, next: Next) {
      const { op, snapshot, extra } = request;
      if (extra?.denied) return next(noAccess());
      // A document that does not exist is ShareDB's to say.
      if (op.op === undefined || !snapshot?.type) return next();
      if (!(snapshot.data instanceof LazyDelta)) {
        return next(new AppError('bad-op', 'Only rich text can be edited.'));
      }
      try {
        op.op = checkForDocument(snapshot.data, op.op);
      } catch (error) {
        return next(error);
      }
      next();
    },

    /** No queries here: nobody listens on the channel of a whole collection. */
    commit(request: SubmitRequest, next: Next) {
      request.channels = [`${request.collection}.${request.id}`];
      next();
    },
  };
}

function without(bulk: Bulk, denied: readonly string[]): Bulk {
  if (Array.isArray(bulk)) return bulk.filter((id) => !denied.includes(id));
  return Object.fromEntries(Object.entries(bulk).filter(([id]) => !denied.includes(id)));
}
