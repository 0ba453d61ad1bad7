// A Redis server for the tests: the one of PATH, on a port of its own. Null when there is none; then the
// caller skips loudly, except in CI, where that is a failure.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

export interface RedisForTests {
  readonly url: string;
  /** Ends the server, and starts it again on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const readyWithinMs = 20_000;

export const noRedis = 'no redis-server on the PATH';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

export async function startRedis(): Promise<RedisForTests | null> {
  if (spawnSync('which', ['redis-server']).status !== 0) {
    if (process.env.CI === 'true') throw new Error(`${noRedis}, which CI does not allow`);
    return null;
  }
  const port = await freePort();
  let child: ChildProcess | null = null;
  const start = () =>
    new Promise<void>((resolve, reject) => {
      const args = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
      ];
      const running = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      child = running;
      let seen = '';
      const timer = setTimeout(() => reject(new Error(`no Redis: ${seen}`)), readyWithinMs);
      running.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (!/Ready to accept connections/.test(seen)) return;
        clearTimeout(timer);
        resolve();
      });
      running.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`Redis ended with ${code}: ${seen}`));
      });
    });
  const stop = async () => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    await new Promise<void>((done) => {
      running.once('exit', () => done());
      running.kill('SIGKILL');
    });
  };
  await start();
  return { url: `redis://127.0.0.1:${port}`, start, stop };
}
