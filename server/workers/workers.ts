// The parent of several processes on one port: starts them, replaces those that die, restarts them one
// after another, ends them together. Serves nobody itself. What its workers tell each other goes through
// here (bus/parent-bus.ts), so that they are live without any other service.

import { limits } from '../../core/limits.ts';
import { BusRelay, type LineMessage } from '../bus/parent-bus.ts';
import type { Log } from '../log.ts';

/** A process that was started. */
export interface WorkerProcess {
  readonly pid: number;
  send(message: LineMessage, sent: () => void): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once. */
  onExit(listener: (how: string) => void): void;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** A worker says it when it listens, with what there is to tell people. */
export interface ReadyMessage {
  readonly ready: readonly string[];
}

const isReady = (message: unknown): message is ReadyMessage =>
  typeof message === 'object' && message !== null && Array.isArray((message as ReadyMessage).ready);

export interface WorkersDeps {
  readonly count: number;
  start(): WorkerProcess;
  /** Calls back once; keeps the process alive meanwhile. Returns how to cancel it. */
  after(ms: number, call: () => void): () => void;
  now(): number;
  readonly log: Log;
  /** They die too often: everything is being ended, for this reason. */
  onGivenUp(why: string): void;
}

export interface Workers {
  /** Resolves when all listen, to what the first one had to tell. Rejects when the first does not start. */
  start(): Promise<readonly string[]>;
  /** One after another: the new one listens before the old one drains. Never rejects. */
  restart(): Promise<void>;
  /** Drains all. False: some had to be killed. */
  end(): Promise<boolean>;
  pids(): number[];
}

interface Member {
  readonly process: WorkerProcess;
  readonly startedAt: number;
  readonly ready: Promise<readonly string[]>;
  readonly exited: Promise<void>;
  /** It was told to end. */
  isLeaving: boolean;
}

export function createWorkers(deps: WorkersDeps): Workers {
  const { log, after, now } = deps;
  const relay = new BusRelay();
  const members = new Set<Member>();
  let isStarted = false;
  let isEnding = false;
  /** Deaths soon after a start, since one lived for long. */
  let failures = 0;
  let restarting: Promise<void> | null = null;
  let restartsAgain = false;
  const waits = new Set<() => void>();

  function add(): Member {
    const process = deps.start();
    const line = {
      send: (message: LineMessage, sent: () => void) => process.send(message, sent),
      onMessage: (listener: (message: unknown) => void) => process.onMessage(listener),
    };
    relay.add(line);
    let exit = () => {};
    const exited = new Promise<void>((resolve) => {
      exit = resolve;
    });
    let stopSettling = () => {};
    const ready = new Promise<readonly string[]>((resolve, reject) => {
      process.onMessage((message) => {
        if (!isReady(message)) return;
        log.info({ pid: process.pid }, 'a process listens');
        resolve(message.ready);
        stopSettling = wait(limits.workerSettledMs, () => {
          failures = 0;
        });
      });
      process.onExit((how) => {
        stopSettling();
        relay.remove(line);
        members.delete(member);
        reject(new Error(`process ${process.pid} ended (${how}) before it was ready`));
        exit();
        if (!member.isLeaving && !isEnding && isStarted) replace(member, how);
      });
    });
    // Whoever waits is told; nobody may be waiting.
    ready.catch(() => undefined);
    const member: Member = { process, startedAt: now(), ready, exited, isLeaving: false };
    members.add(member);
    return member;
  }

  /** A timer that ends with everything. */
  function wait(ms: number, call: () => void): () => void {
    const cancel = after(ms, () => {
      waits.delete(cancel);
      call();
    });
    waits.add(cancel);
    return () => {
      waits.delete(cancel);
      cancel();
    };
  }

  function replace({ process: { pid }, startedAt }: Member, how: string): void {
    if (now() - startedAt < limits.workerSettledMs) failures++;
    else failures = 0;
    log.error({ pid, how, failures }, 'a process has ended; it is replaced');
    if (failures >= limits.maxWorkerFailures) {
      deps.onGivenUp(
        `${failures} processes in a row ended (the last: ${how}) within ${limits.workerSettledMs / 1000} s of their start. What they wrote above says why.`,
      );
      return;
    }
    const ms =
      failures <= 1 ? 0 : Math.min(limits.workerRetryMaxMs, 125 * 2 ** Math.min(failures, 10));
    wait(ms, () => {
      if (!isEnding) add();
    });
  }

  /** Resolves when it has gone; what hangs is killed. */
  async function leave(member: Member): Promise<boolean> {
    member.isLeaving = true;
    let isKilled = false;
    member.process.kill('SIGTERM');
    const stop = after(limits.endMs, () => {
      isKilled = true;
      member.process.kill('SIGKILL');
    });
    await member.exited;
    stop();
    return !isKilled;
  }

  async function restartAll(): Promise<void> {
    for (const old of [...members]) {
      if (isEnding) return;
      // It may have died, and been replaced, meanwhile.
      if (!members.has(old) || old.isLeaving) continue;
      const fresh = add();
      // Until it is ready it is ours alone to judge.
      fresh.isLeaving = true;
      try {
        await fresh.ready;
        fresh.isLeaving = false;
      } catch (error) {
        log.error({ err: error }, 'no new process could be started; the others go on as they are');
        return;
      }
      if (isEnding) return;
      await leave(old);
    }
    log.info({ pids: pids() }, 'all processes have been restarted');
  }

  const pids = () => [...members].map(({ process }) => process.pid);

  return {
    pids,
    async start() {
      // Alone at first: what stops one stops all, and is said once.
      const told = await add().ready;
      isStarted = true;
      const others = Array.from({ length: deps.count - 1 }, () => add().ready);
      await Promise.allSettled(others);
      return told;
    },
    restart() {
      if (restarting !== null) {
        restartsAgain = true;
        return restarting;
      }
      const rounds = async () => {
        do {
          restartsAgain = false;
          await restartAll();
        } while (restartsAgain && !isEnding);
        restarting = null;
      };
      restarting = rounds();
      return restarting;
    },
    async end() {
      isEnding = true;
      for (const cancel of waits) cancel();
      waits.clear();
      const left = await Promise.all([...members].map(leave));
      return left.every(Boolean);
    },
  };
}
