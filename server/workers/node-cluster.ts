// Workers as node:cluster has them: the parent listens and hands connections out in turn; a worker that
// starts joins, one that closes its server leaves.

import cluster from 'node:cluster';
import type { Bus } from '../bus/bus.ts';
import { type LineMessage, ParentBus } from '../bus/parent-bus.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import type { ReadyMessage, WorkerProcess } from './workers.ts';

export const isWorker = (): boolean => cluster.isWorker;

/** In the parent. */
export function startWorker(): WorkerProcess {
  const worker = cluster.fork();
  worker.on('error', () => undefined);
  return {
    pid: worker.process.pid ?? 0,
    send(message, sent) {
      // Called back also when it could not be sent.
      if (worker.isConnected()) worker.process.send?.(message, undefined, undefined, sent);
      else sent();
    },
    onMessage: (listener) => void worker.on('message', (message: unknown) => listener(message)),
    onExit: (listener) =>
      void worker.once('exit', (code, signal) => listener(signal ?? `exit code ${code}`)),
    kill: (signal) => void worker.process.kill(signal),
  };
}

/** In a worker: the bus through its parent. */
export function busToParent(deps: { ids: Ids; log: Log }): Bus {
  const line = {
    send(message: LineMessage, sent: () => void) {
      if (process.connected) process.send?.(message, undefined, undefined, sent);
      else sent();
    },
    onMessage: (listener: (message: unknown) => void) => void process.on('message', listener),
  };
  return new ParentBus(line, deps);
}

/** In a worker: it listens. */
export function tellReady(lines: readonly string[]): void {
  const message: ReadyMessage = { ready: lines };
  if (process.connected) process.send?.(message);
}
