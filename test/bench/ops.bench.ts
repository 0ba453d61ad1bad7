// What an op costs the server: ours as it is built, with SQLite and durable acknowledgements, beside the
// stock ShareDB server (documents in memory only) and an echo that neither transforms nor keeps
// anything, in one run, each in a process of its own. CPU is that of the whole server process, all
// threads, the disk's included. Numbers of different runs do not compare; ratios within one do.
// Arguments: `quick` (under a minute), names of shapes (`A` … `E`), `profile=FOLDER` for a CPU profile.

import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../helpers/sources.ts';
import { quantile } from './ops-process.ts';
import {
  type OpsServer,
  type ServerName,
  startEcho,
  startOurs,
  startStock,
} from './ops-servers.ts';
import { coldOpen, idle, loneWriter, throughput, typing } from './ops-shapes.ts';

const names: readonly ServerName[] = ['ours', 'stock', 'echo'];
const labels: Record<ServerName, string> = { ours: 'Deltapad', stock: 'stock', echo: 'echo' };

/** What we aim for; each line is printed with what was reached. */
const aims = {
  writerMs: 0.25,
  writerSpread: 1.5,
  groupedMs: 0.1,
  typingP95: 20,
  openMs: 8,
  idleKib: 15,
};

type Results<T> = Partial<Record<ServerName, T>>;

interface Aim {
  readonly text: string;
  readonly isMet: boolean;
}

export async function run(args: readonly string[]): Promise<void> {
  const isQuick = args.includes('quick');
  const wanted = args.filter((arg) => /^[A-E]$/.test(arg));
  const profileDir = args.find((arg) => arg.startsWith('profile='))?.slice(8) ?? null;
  const isWanted = (shape: string) => wanted.length === 0 || wanted.includes(shape);
  execFileSync(process.execPath, ['build.mjs', '--if-needed'], { cwd: root, stdio: 'inherit' });
  const began = performance.now();
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores, one fsync of 4 KB: ${describeDisk()}\n`,
  );
  const reached: Aim[] = [];
  const servers: OpsServer[] = [];
  const startAll = async () => {
    for (const server of servers.splice(0)) await server.stop();
    servers.push(await startOurs(profileDir), await startStock(), await startEcho());
  };
  try {
    const shapes: Record<string, () => Promise<void>> = {
      C: () => writers(servers, isQuick, reached),
      B: () => throughputs(servers, isQuick, reached),
      A: () => rooms(servers, isQuick, reached),
      D: () => opens(servers, isQuick, reached),
      E: () => idles(servers, isQuick, reached),
    };
    for (const [shape, measure] of Object.entries(shapes)) {
      if (!isWanted(shape)) continue;
      // What large documents left in a heap would hide what a connection takes.
      if (servers.length === 0 || shape === 'E') await startAll();
      await measure();
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  console.log('Aims (ours with durable acknowledgements; the others keep nothing)');
  for (const { text, isMet } of reached) console.log(`  ${isMet ? 'met   ' : 'MISSED'}  ${text}`);
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function each<T>(
  servers: readonly OpsServer[],
  measure: (server: OpsServer) => Promise<T | null>,
): Promise<Results<T>> {
  const results: Results<T> = {};
  for (const server of servers) {
    const result = await measure(server);
    if (result !== null) results[server.name] = result;
  }
  return results;
}

const number = (value: number | undefined, digits: number): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

function table<T>(
  title: string,
  first: string,
  rows: readonly { name: string; results: Results<T> }[],
  show: (result: T) => string,
): void {
  console.log(title);
  console.log(`  ${[first, ...names.map((name) => labels[name])].map(cell).join('')}`);
  for (const { name, results } of rows) {
    const cells = names.map((each) => {
      const result = results[each];
      return result === undefined ? '–' : show(result);
    });
    console.log(`  ${[name, ...cells].map(cell).join('')}`);
  }
  console.log('');
}

const cell = (text: string, column: number): string => text.padEnd(column === 0 ? 26 : 28);

async function writers(servers: readonly OpsServer[], isQuick: boolean, reached: Aim[]) {
  const sizes: readonly (readonly [string, number])[] = [
    ['1 KB', 1_000],
    ['10 KB', 10_000],
    ['100 KB', 100_000],
    ['1 MB', 1_000_000],
    ['5 MB', 5_000_000],
  ];
  const seconds = isQuick ? 0.7 : 3;
  const rows: { name: string; results: Awaited<ReturnType<typeof measure>> }[] = [];
  const measure = (size: number) =>
    each(servers, (server) => {
      // It takes a fifth of a second for one op there, and seconds to make the document.
      if (server.name === 'stock' && isQuick && size > 1_000_000) return Promise.resolve(null);
      if (server.name !== 'ours' && isQuick && size === 10_000) return Promise.resolve(null);
      const time = server.name === 'ours' ? seconds : seconds / 2;
      return loneWriter(server, { size, seconds: time });
    });
  // The first ops of a process are compiled while they run.
  for (const server of servers) {
    await loneWriter(server, { size: 1_000, seconds: server.name === 'ours' ? 1.5 : 0.5 });
  }
  for (const [name, size] of sizes) rows.push({ name, results: await measure(size) });
  table(
    'C  One writer in the middle of a document: server CPU ms per op (ms to the acknowledgement)',
    'text',
    rows,
    ({ cpuMsPerOp, ackMs }) => `${number(cpuMsPerOp, 3)} (${number(ackMs, 2)})`,
  );
  const ours = rows.map(({ results }) => results.ours?.cpuMsPerOp ?? Number.NaN);
  const most = Math.max(...ours);
  const spread = most / Math.min(...ours);
  const stock = rows.find(({ name }) => name === '1 MB')?.results.stock?.cpuMsPerOp;
  const echo = rows.flatMap(({ results }) => results.echo?.cpuMsPerOp ?? []);
  reached.push(
    {
      text: `lone writer ≤ ${aims.writerMs} ms per op at every size: ${number(most, 3)} at most (echo ${number(Math.min(...echo), 3)} to ${number(Math.max(...echo), 3)}; stock at 1 MB ${number(stock, 1)})`,
      isMet: most <= aims.writerMs,
    },
    {
      text: `flat from 1 KB to 5 MB within ${aims.writerSpread}×: ${number(spread, 2)}×`,
      isMet: spread <= aims.writerSpread,
    },
  );
}

async function throughputs(servers: readonly OpsServer[], isQuick: boolean, reached: Aim[]) {
  const seconds = isQuick ? 1 : 4;
  const measure = (documents: number, writers: number) =>
    each(servers, (server) => throughput(server, { documents, writers, seconds }));
  const one = await measure(1, 10);
  const many = await measure(50, 2);
  table(
    'B  The next op when the last is acknowledged: ops/s (server CPU ms per op)',
    'documents × writers',
    [
      { name: '1 × 10', results: one },
      { name: '50 × 2', results: many },
    ],
    ({ opsPerSecond, cpuMsPerOp }) => `${number(opsPerSecond, 0)} (${number(cpuMsPerOp, 3)})`,
  );
  const grouped = many.ours?.cpuMsPerOp ?? Number.NaN;
  const ratio = (result: typeof one) =>
    number((result.ours?.opsPerSecond ?? Number.NaN) / (result.stock?.opsPerSecond ?? 1), 1);
  reached.push({
    text: `≤ ${aims.groupedMs} ms per op where commits group (50 × 2): ${number(grouped, 3)}; ${ratio(one)}× and ${ratio(many)}× the stock server's ops/s`,
    isMet: grouped <= aims.groupedMs,
  });
}

async function rooms(servers: readonly OpsServer[], isQuick: boolean, reached: Aim[]) {
  const seconds = isQuick ? 1.5 : 5;
  const measure = (people: number, opsPerSecond: number) =>
    each(servers, (server) => {
      if (server.name === 'stock' && people !== 100 && isQuick) return Promise.resolve(null);
      return typing(server, { people, opsPerSecond, seconds });
    });
  const few = await measure(10, 50);
  const hundred = await measure(100, 500);
  const crowd = isQuick ? {} : await measure(500, 100);
  table(
    'A  People typing in one document: server CPU µs per delivery (ms to the others, p50 / p95) at ops/s',
    'people, ops/s together',
    [
      { name: '10, 50', results: few },
      { name: '100, 500', results: hundred },
      ...(isQuick ? [] : [{ name: '500, 100', results: crowd }]),
    ],
    ({ usPerDelivery, p50, p95, opsPerSecond }) =>
      `${number(usPerDelivery, 1)} (${number(p50, 1)} / ${number(p95, 1)}) at ${number(opsPerSecond, 0)}`,
  );
  const ours = hundred.ours?.usPerDelivery ?? Number.NaN;
  const echo = hundred.echo?.usPerDelivery ?? Number.NaN;
  const p95 = hundred.ours?.p95 ?? Number.NaN;
  reached.push(
    {
      text: `at most the echo's cost per delivery at 100 people: ${number(ours, 1)} to ${number(echo, 1)} µs, ${number(ours / echo, 2)}×`,
      isMet: ours <= echo,
    },
    {
      text: `p95 ≤ ${aims.typingP95} ms at 100 people: ${number(p95, 1)} ms`,
      isMet: p95 <= aims.typingP95,
    },
  );
}

async function opens(servers: readonly OpsServer[], isQuick: boolean, reached: Aim[]) {
  const times = isQuick ? 5 : 15;
  const measure = (size: number) => each(servers, (server) => coldOpen(server, { size, times }));
  const small = await measure(1_000);
  const large = await measure(1_000_000);
  table(
    'D  Opening cold over the socket: server CPU ms (ms until it is all here)',
    'text',
    [
      { name: '1 KB', results: small },
      { name: '1 MB', results: large },
    ],
    ({ cpuMs, openMs }) => `${number(cpuMs, 1)} (${number(openMs, 1)})`,
  );
  const ours = large.ours?.cpuMs ?? Number.NaN;
  reached.push({
    text: `1 MB opened in ≤ ${aims.openMs} ms of server CPU: ${number(ours, 1)} ms (echo, from a ready text: ${number(large.echo?.cpuMs, 1)})`,
    isMet: ours <= aims.openMs,
  });
}

async function idles(servers: readonly OpsServer[], isQuick: boolean, reached: Aim[]) {
  const connections = isQuick ? 500 : 1_000;
  const results = await each(servers, (server) => idle(server, { connections, documents: 50 }));
  table(
    `E  ${connections} idle connections over 50 documents: KiB each (CPU ms to connect; idle load)`,
    '',
    [{ name: '', results }],
    ({ kibPerConnection, cpuMsPerConnect, idleLoad }) =>
      `${number(kibPerConnection, 1)} (${number(cpuMsPerConnect, 2)}; ${number(idleLoad * 100, 1)} %)`,
  );
  const ours = results.ours?.kibPerConnection ?? Number.NaN;
  reached.push({
    text: `≤ ${aims.idleKib} KiB per idle connection: ${number(ours, 1)}`,
    isMet: ours <= aims.idleKib,
  });
}

function describeDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deltapad-fsync-'));
  const file = openSync(join(folder, 'file'), 'w');
  const times: number[] = [];
  try {
    for (let i = 0; i < 60; i++) {
      writeSync(file, Buffer.alloc(4096, i));
      const start = performance.now();
      fdatasyncSync(file);
      times.push(performance.now() - start);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
  return `${number(quantile(times, 0.5), 2)} ms p50, ${number(quantile(times, 0.95), 2)} ms p95`;
}
