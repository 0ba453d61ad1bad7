// The servers that are compared, each a process of its own on a port of its own: ours as it is built
// (SQLite, every acknowledgement durable), the stock ShareDB server and the echo (both keep nothing).

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DeltaOp } from '../../core/delta.ts';
import { subprotocol } from '../../core/protocol.ts';
import { Person } from '../helpers/app.ts';
import { BuiltApp } from '../helpers/built-app.ts';
import { root } from '../helpers/sources.ts';
import { EchoClient, type OpsClient, ShareDbClient } from './ops-client.ts';

export type ServerName = 'ours' | 'stock' | 'echo';

export interface OpsServer {
  readonly name: ServerName;
  readonly pid: number;
  /** Makes a document; returns what `connect` takes. */
  create(ops: readonly DeltaOp[]): Promise<string>;
  /** `person`: who it is, counted from 0. */
  connect(document: string, person: number): OpsClient;
  stop(): Promise<void>;
}

/** People sign in once; ours tells them apart, as it would. */
const PEOPLE = 100;

export async function startOurs(profileDir: string | null): Promise<OpsServer> {
  const flags = profileDir ? ['--cpu-prof', `--cpu-prof-dir=${profileDir}`] : [];
  const app = await BuiltApp.start({ LOG_LEVEL: 'warn', RATE_LIMITS: 'off' }, flags);
  const url = `http://127.0.0.1:${app.port}`;
  const people: Person[] = [];
  for (let i = 0; i < PEOPLE; i++) {
    const person = new Person(url);
    const { status, text } = await person.post('/api/v1/session', { name: `Writer ${i}` });
    if (status >= 300) throw new Error(`No session: ${text}`);
    people.push(person);
  }
  return {
    name: 'ours',
    pid: app.pid,
    create: async (ops) =>
      (await people[0]!.makes({ collection: 'docs', delta: [...ops] })).id as string,
    connect: (document, person) =>
      new ShareDbClient({
        url: `ws://127.0.0.1:${app.port}/sync`,
        document,
        cookie: people[person % PEOPLE]!.cookie,
        subprotocol,
      }),
    stop: () => app.close(),
  };
}

async function startBaseline(file: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'test/bench', file)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { child, url: url.replace('http', 'ws') };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

export async function startStock(): Promise<OpsServer> {
  const { child, url } = await startBaseline('ops-stock-server.ts');
  const connect = (document: string) => new ShareDbClient({ url, document });
  let made = 0;
  return {
    name: 'stock',
    pid: child.pid!,
    async create(ops) {
      const document = `stock-${made++}`;
      const client = connect(document);
      await client.ready;
      await client.create(ops);
      client.close();
      return document;
    },
    connect,
    stop: () => stop(child),
  };
}

export async function startEcho(): Promise<OpsServer> {
  const { child, url } = await startBaseline('ops-echo-server.ts');
  const connect = (document: string) => new EchoClient({ url: `${url}/${document}`, document });
  let made = 0;
  return {
    name: 'echo',
    pid: child.pid!,
    async create(ops) {
      const document = `room-${made++}`;
      const client = connect(document);
      await client.ready;
      await client.create(ops);
      client.close();
      return document;
    },
    connect,
    stop: () => stop(child),
  };
}
