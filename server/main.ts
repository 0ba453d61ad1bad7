// The process: configuration, start, signals, end. The only place that exits, and the only one that
// writes for people; each thing that can go wrong at the start is said in one sentence.

import { networkInterfaces } from 'node:os';
import { limits } from '../core/limits.ts';
import { type App, createApp } from './app.ts';
import { type Config, helpText, readConfig } from './config.ts';
import { systemIds } from './ids.ts';
import { createLog, type Log } from './log.ts';
import { busToParent, isWorker, startWorker, tellReady } from './workers/node-cluster.ts';
import { createWorkers } from './workers/workers.ts';

/** npm hands a Ctrl+C on to us although the terminal did already: these are one. */
const SAME_SIGNAL_MS = 500;

const ENDS = 'Deltapad ends: what is under way is being saved.';

const say = (line: string) => process.stdout.write(`${line}\n`);
const complain = (line: string) => process.stderr.write(`${line}\n`);

/** Why it did not start, for somebody who has never seen the code. */
function startProblem(error: unknown, { port, host, dataDir }: Config): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo') {
    if (code === 'EADDRINUSE') {
      return `Port ${port} is taken by another program. Stop it, or choose another port: PORT=${port === 65535 ? 8080 : port + 1} npm start`;
    }
    if (code === 'EACCES') {
      return `Port ${port} needs rights that this user does not have. Choose one above 1023: PORT=8080 npm start`;
    }
    return `HOST=${host} is not an address of this computer (${code}).`;
  }
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `The data folder ${dataDir} cannot be written (${code}). Give this user the right to, or set DATA_DIR to another folder.`;
    case 'EROFS':
      return `The data folder ${dataDir} is on a disk that is read-only. Mount it for writing, or set DATA_DIR to another folder.`;
    case 'ENOENT':
      if (syscall !== 'mkdir') break;
      return `The data folder ${dataDir} cannot be made. Make it, or set DATA_DIR to another one.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `The data folder ${dataDir} is not a folder. Set DATA_DIR to another one.`;
    case 'ENOSPC':
      return `There is no space left for the data folder ${dataDir}.`;
    default:
  }
  return `Deltapad cannot start: ${message}`;
}

async function greeting(app: App, config: Config): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  say(`Deltapad is running at ${app.url}`);
  say(app.store);
  if (config.redisUrl && !config.mongoUrl) {
    say('REDIS_URL is not used: what it is for needs MONGO_URL.');
  }
  if (!app.isBuilt) say('The pages are not built: run npm run build, then start again.');
  if (!config.rateLimits) {
    say('Rate limits and connection caps are off (RATE_LIMITS=off): for measuring only.');
  }
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(config.host);
  if (config.publicUrl) say(`People reach it at ${config.publicUrl}`);
  else if (isLocal) {
    say(
      'Only this computer reaches it. To let others in: HOST=0.0.0.0 npm start, and PUBLIC_URL for the address they type (README: Let others in).',
    );
  } else {
    for (const address of addressesOf(config.host)) {
      say(
        `On this network: http://${address.includes(':') ? `[${address}]` : address}:${app.port}`,
      );
    }
    say('Beyond it, put a proxy with TLS in front and set PUBLIC_URL (README: Let others in).');
  }
  // What cannot be asked just now is no reason to end.
  if (!(await app.hasAdmin().catch(() => true))) {
    say(
      `Nobody is admin yet: make an account at ${config.publicUrl ?? app.url}/sign-in, then npm run admin -- promote NAME.`,
    );
  }
  return lines;
}

/** Where others may reach what listens on `host`. */
function addressesOf(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  return Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
}

async function main(): Promise<void> {
  // A reader of our output that went away (`npm start | head`) is no reason to end.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const reading = readConfig(process.env, process.argv.slice(2));
  if (reading.kind === 'help') {
    say(helpText());
    return;
  }
  if (reading.kind === 'problems') {
    for (const problem of reading.problems) complain(problem);
    complain('See --help.');
    process.exitCode = 1;
    return;
  }
  const { config } = reading;
  const log = createLog(config.logLevel);
  if (config.workers > 1 && !isWorker()) await lead(config, log);
  else await serve(config, log);
}

/** One process: alone, or one of several on a port. */
async function serve(config: Config, log: Log): Promise<void> {
  const isAlone = !isWorker();
  let app: App | null = null;
  let endingSince = 0;
  const end = async (code: number): Promise<never> => {
    endingSince = Date.now();
    // What hangs is cut: the promise is 10 s, and a supervisor kills after that.
    setTimeout(() => process.exit(code || 1), limits.endMs).unref();
    await app?.close();
    process.exit(code);
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends its signals to the whole family; the parent passes on what is meant.
      if (!isAlone && signal !== 'SIGTERM') return;
      if (endingSince === 0) {
        if (isAlone) say(ENDS);
        void end(0);
      } else if (isAlone && Date.now() - endingSince > SAME_SIGNAL_MS) process.exit(1);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      if (endingSince === 0) void end(1);
    });
  }

  try {
    const overrides = isAlone ? {} : { bus: busToParent({ ids: systemIds, log }) };
    app = await createApp(config, { log, ...overrides });
  } catch (error) {
    complain(startProblem(error, config));
    log.debug({ err: error }, 'start failed');
    process.exit(1);
  }
  // A signal that came while it started.
  if (endingSince !== 0) return;
  const lines = await greeting(app, config);
  if (isAlone) for (const line of lines) say(line);
  else tellReady(lines);
}

/** The parent of several processes. */
async function lead(config: Config, log: Log): Promise<void> {
  // What workers listen to in the data folder is made here, and is their owner's alone.
  process.umask(0o077);
  let endingSince = 0;
  const end = async (code: number): Promise<never> => {
    endingSince = Date.now();
    const isClean = await workers.end();
    process.exit(isClean ? code : 1);
  };
  const workers = createWorkers({
    count: config.workers,
    start: startWorker,
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    log,
    onGivenUp(why) {
      complain(`Deltapad ends: ${why}`);
      if (endingSince === 0) void end(1);
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (endingSince === 0) {
        say(ENDS);
        void end(0);
      } else if (Date.now() - endingSince > SAME_SIGNAL_MS) {
        for (const pid of workers.pids()) process.kill(pid, 'SIGKILL');
        process.exit(1);
      }
    });
  }
  process.on('SIGHUP', () => void workers.restart());

  let lines: readonly string[];
  try {
    lines = await workers.start();
  } catch (error) {
    if (endingSince !== 0) return;
    // It has said itself why.
    log.debug({ err: error }, 'start failed');
    process.exit(1);
  }
  if (endingSince !== 0) return;
  for (const line of lines) say(line);
  say(`${config.workers} processes share the port. SIGHUP restarts them one after another.`);
}

await main();
