// A Mongo server for the tests: MONGO_URL, else mongod from PATH, else the Mongo-compatible server of
// mongo-server/ (Java and Maven). Null when none can be had; then the caller skips loudly.
// The stand-in cannot show what `w: majority, j: true` promises, failover, transactions or the 16 MB limit.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface MongoForTests {
  /** A URL with a database of its own. */
  url: string;
  kind: 'given' | 'mongod' | 'stand-in';
  /** Ends the server and starts it again on the same port and data; for outage tests. Not for `given`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const here = fileURLToPath(new URL('./mongo-server/', import.meta.url));
const has = (command: string) => spawnSync('which', [command]).status === 0;
const ready = 30_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** The jars, fetched once per machine; null when Maven cannot bring them. */
function jars(): string | null {
  const folder = join(homedir(), '.cache', 'deltapad-test-mongo-1.47.0');
  if (existsSync(join(folder, 'complete'))) return folder;
  mkdirSync(folder, { recursive: true });
  const run = spawnSync(
    'mvn',
    [
      '-q',
      '-f',
      join(here, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${folder}`,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], timeout: 180_000 },
  );
  if (run.status !== 0) return null;
  mkdirSync(join(folder, 'complete'), { recursive: true });
  return folder;
}

function waitForLine(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => reject(new Error(`no Mongo server: ${seen}`)), ready);
    const read = (chunk: Buffer) => {
      seen += chunk.toString();
      if (!pattern.test(seen)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the Mongo server ended with ${code}: ${seen}`));
    });
  });
}

/** A server of this test's own, or the one of MONGO_URL with a fresh database. */
export async function startMongo(): Promise<MongoForTests | null> {
  const database = `deltapad_test_${randomBytes(6).toString('hex')}`;
  const given = process.env.MONGO_URL;
  if (given) {
    const url = new URL(given);
    url.pathname = `/${database}`;
    const nothing = async () => {};
    return { url: url.href, kind: 'given', stop: nothing, start: nothing, close: nothing };
  }
  const kind = has('mongod') ? 'mongod' : 'stand-in';
  const lib = kind === 'stand-in' && has('java') && has('mvn') ? jars() : null;
  if (kind === 'stand-in' && !lib) return null;

  const folder = mkdtempSync(join(tmpdir(), 'deltapad-mongo-'));
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = async () => {
    child =
      kind === 'mongod'
        ? spawn('mongod', ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'])
        : spawn('java', [
            '-cp',
            `${lib}/*`,
            join(here, 'Main.java'),
            String(port),
            join(folder, 'data.h2'),
          ]);
    await waitForLine(child, kind === 'mongod' ? /Waiting for connections/i : /listening \d+/);
  };
  const stop = async () => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    await new Promise<void>((done) => {
      running.once('exit', () => done());
      running.kill('SIGTERM');
    });
  };
  await start();
  return {
    url: `mongodb://127.0.0.1:${port}/${database}`,
    kind,
    stop,
    start,
    close: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
