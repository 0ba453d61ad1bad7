// From an HTTP upgrade request to an op socket: path, origin, identity and how many, each settled before
// the 101. Watches over the open sockets: those that give no sign of life are cut.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { type CloseReason, closeCodes, subprotocol } from '../../core/protocol.ts';
import type { Actor } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import { createSeldom, type Log } from '../log.ts';
import { OtStream, type SocketStream } from './ot-socket.ts';
import { Outbox } from './outbox.ts';

export interface SocketsDeps {
  readonly server: Server;
  /** The only path that is upgraded. */
  readonly path: string;
  /** Who is asking, or null: nobody we know. */
  readonly authenticate: (request: IncomingMessage) => Promise<Actor | null>;
  readonly originAllowed: (request: IncomingMessage) => boolean;
  /** The client's address, for its cap; behind a proxy only the HTTP side knows how to tell. */
  readonly addressOf?: (request: IncomingMessage) => string;
  readonly connect: (stream: SocketStream, actor: Actor, notices: boolean) => void;
  /** Told why, of each socket that is ended from here. */
  readonly onCut?: (reason: CloseReason) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Off lifts the caps and the message rate, not the size limits: for measuring. */
  readonly rateLimits?: boolean;
}

export interface Sockets {
  /** Refuses new ones and ends those that are open with `restart`. Resolves when all are closed. */
  close(): Promise<void>;
  count(): number;
}

type Refusal = readonly [status: number, reason: string];

const NOT_FOUND: Refusal = [404, 'Not Found'];
const FOREIGN: Refusal = [403, 'Forbidden'];
const NOT_SIGNED_IN: Refusal = [401, 'Unauthorized'];
const TOO_MANY: Refusal = [429, 'Too Many Requests'];
const NOT_NOW: Refusal = [503, 'Service Unavailable'];

function refuse(socket: Duplex, [status, reason]: Refusal): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}

/** Ours, or whatever other version of ours is asked for: it is told why it cannot stay. */
function chooseProtocol(offered: Set<string>): string | false {
  if (offered.has(subprotocol)) return subprotocol;
  for (const name of offered) if (/^deltapad\.\d{1,4}$/.test(name)) return name;
  return false;
}

const isOurs = ({ headers }: IncomingMessage): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((name) => name.trim() === subprotocol);

/** Counts by key, and forgets those at zero. */
class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string, change: 1 | -1): void {
    const count = this.of(key) + change;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}

export function attachSockets(deps: SocketsDeps): Sockets {
  const { server, clock, log } = deps;
  const rateLimits = deps.rateLimits ?? true;
  const addressOf = deps.addressOf ?? ((request) => request.socket.remoteAddress ?? '');
  const streams = new Set<OtStream>();
  const byUser = new Tally();
  const byAddress = new Tally();
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.maxFrameBytes,
    // Compression would cost memory for every socket; ops are small.
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  const seldom = createSeldom(clock, limits.sameWarningMs);
  let isClosing = false;
  let whenEmpty: () => void = () => undefined;

  const outbox = new Outbox();

  function open(ws: WebSocket, line: Duplex, actor: Actor, address: string): void {
    const user = actor.kind === 'system' ? 'system' : actor.id;
    const notices = ws.protocol === subprotocol;
    const stream = new OtStream(ws, {
      line,
      outbox,
      clock,
      batches: notices,
      rateLimits,
      onCut: (reason) => {
        deps.onCut?.(reason);
        if (reason !== 'restart' && reason !== 'not-now')
          log.info({ user, reason }, 'A socket was closed');
      },
    });
    streams.add(stream);
    byUser.add(user, 1);
    byAddress.add(address, 1);
    ws.once('close', () => {
      streams.delete(stream);
      byUser.add(user, -1);
      byAddress.add(address, -1);
      if (streams.size === 0) whenEmpty();
    });
    if (isClosing) stream.closeWith('restart');
    else if (!notices && ws.protocol !== '') stream.closeWith('old-client');
    else if (rateLimits && byUser.of(user) > limits.maxConnectionsPerUser) {
      stream.closeWith('too-many');
    } else deps.connect(stream, actor, notices);
  }

  /** Null: the request may go on. */
  function refusalOf(request: IncomingMessage): Refusal | null {
    if (request.url?.split('?', 1)[0] !== deps.path) return NOT_FOUND;
    if (isClosing) return NOT_NOW;
    if (!deps.originAllowed(request)) return FOREIGN;
    const isFull = byAddress.of(addressOf(request)) >= limits.maxConnectionsPerAddress;
    return rateLimits && isFull ? TOO_MANY : null;
  }

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = refusalOf(request);
    if (refusal) return refuse(socket, refusal);
    const cancel = clock.after(limits.handshakeMs, () => socket.destroy());
    try {
      const actor = await deps.authenticate(request);
      if (!actor) return refuse(socket, NOT_SIGNED_IN);
      if (isClosing) return refuse(socket, NOT_NOW);
      webSockets.handleUpgrade(request, socket, head, (ws) =>
        open(ws, socket, actor, addressOf(request)),
      );
    } finally {
      cancel();
    }
  }

  /** A browser tells nobody the status of a refused upgrade; a close code it does. */
  function sayNotNow(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    webSockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => undefined);
      ws.close(closeCodes['not-now'].code, 'not-now');
      const cancel = clock.after(limits.closeGraceMs, () => ws.terminate());
      ws.once('close', cancel);
    });
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    admit(request, socket, head).catch((error) => {
      const isOnlyNow = error instanceof AppError && error.code === 'not-now';
      if (isOnlyNow) {
        seldom((leftOut) => log.warn({ err: error, leftOut }, 'Who asks cannot be looked up now'));
      } else log.error({ err: error }, 'An upgrade failed');
      if (isOnlyNow && isOurs(request) && socket.writable) sayNotNow(request, socket, head);
      else refuse(socket, NOT_NOW);
    });
  }
  server.on('upgrade', upgrade);

  /** A quiet socket is asked, and cut when it stays quiet: within two ping intervals. */
  function watch(): () => void {
    const step = limits.pingIntervalMs / 3;
    return clock.after(step, () => {
      const now = clock.now();
      for (const { ws, heardAt } of streams) {
        const quiet = now - heardAt;
        if (quiet > 2 * limits.pingIntervalMs - 2 * step) ws.terminate();
        else if (quiet >= limits.pingIntervalMs - step && ws.readyState === ws.OPEN) ws.ping();
      }
      stopWatch = watch();
    });
  }
  let stopWatch = watch();

  return {
    count: () => streams.size,
    async close() {
      isClosing = true;
      stopWatch();
      for (const stream of streams) stream.closeWith('restart');
      if (streams.size > 0) {
        await new Promise<void>((resolve) => {
          whenEmpty = resolve;
        });
      }
      server.off('upgrade', upgrade);
      webSockets.close();
    },
  };
}
