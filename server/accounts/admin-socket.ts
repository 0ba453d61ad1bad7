// How `npm run admin` reaches a server that runs: a Unix socket in the data folder that only its owner
// can open. One JSON line each way. Who may write into that folder owns everything in it anyway.

import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../log.ts';
import { type Admin, type AdminVerb, adminVerbs } from './admin.ts';

export interface AdminReply {
  ok: boolean;
  lines: string[];
}

const MAX_LINE = 64 * 1024;
const MAX_REPLY = 16 * 1024 * 1024;
const ANSWER_MS = 60_000;
/** What a system takes as the path of a socket (sun_path is 104 to 108 bytes). */
const MAX_PATH = 100;

/** Null: the folder's path is too long for a socket. */
export function adminSocketPath(dataDir: string): string | null {
  const path = join(resolve(dataDir), 'admin.sock');
  return Buffer.byteLength(path) <= MAX_PATH ? path : null;
}

/** The first line of what comes; rejects when it is too long, or does not come. */
function readLine(socket: Socket, most: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('It did not answer.')));
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > most) socket.destroy(new Error('That is too long.'));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('It hung up.')));
  });
}

async function answer(socket: Socket, admin: Admin, log: Log): Promise<void> {
  let reply: AdminReply;
  try {
    const { verb, name } = JSON.parse(await readLine(socket, MAX_LINE)) as Record<string, unknown>;
    if (!adminVerbs.includes(verb as AdminVerb)) throw new AppError('bad-request', 'No such verb.');
    const lines = await admin(verb as AdminVerb, typeof name === 'string' ? name : undefined);
    reply = { ok: true, lines };
  } catch (error) {
    if (!(error instanceof AppError)) log.error({ err: error }, 'an admin command failed');
    const line = error instanceof AppError ? error.message : 'That failed; the log says why.';
    reply = { ok: false, lines: [line] };
  }
  if (socket.writable) socket.end(`${JSON.stringify(reply)}\n`);
}

const listening = (server: Server, path: string) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Before anybody could connect: the file is made with these rights.
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });

const isServed = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Resolves to how to end it. Without a socket the server serves all the same, and says so. */
export async function serveAdmin(
  dataDir: string,
  admin: Admin,
  log: Log,
): Promise<() => Promise<void>> {
  const path = adminSocketPath(dataDir);
  const none = async () => undefined;
  if (path === null) {
    log.warn({}, 'DATA_DIR is too long a path for npm run admin while the server runs');
    return none;
  }
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    void answer(socket, admin, log);
  });
  server.maxConnections = 4;
  try {
    await listening(server, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      // Another process of this folder has it, or one that was killed left it behind.
      if (await isServed(path)) throw error;
      await rm(path, { force: true });
      await listening(server, path);
    });
    await chmod(path, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') log.warn({ err: error }, 'npm run admin cannot reach this server');
    return none;
  }
  server.on('error', (error) => log.warn({ err: error }, 'the admin socket failed'));
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of open) socket.destroy();
    await closed;
  };
}

/** Null: no server of this folder runs. */
export async function askServer(
  dataDir: string,
  verb: AdminVerb,
  name: string | undefined,
): Promise<AdminReply | null> {
  const path = adminSocketPath(dataDir);
  if (path === null) return null;
  const socket = connect(path);
  try {
    const reply = readLine(socket, MAX_REPLY);
    // Looked at below; a connection that is refused fails both.
    reply.catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.write(`${JSON.stringify({ verb, name })}\n`);
    return JSON.parse(await reply) as AdminReply;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return null;
    throw error;
  } finally {
    socket.destroy();
  }
}
