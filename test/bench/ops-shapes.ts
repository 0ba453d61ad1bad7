// The load, in five shapes: A one document and many people who type, B as fast as acknowledgements
// come back, C one writer in documents of many sizes, D opening cold, E connections that are idle.

import { setTimeout as sleep } from 'node:timers/promises';
import type { DeltaOp } from '../../core/delta.ts';
import type { OpsClient } from './ops-client.ts';
import { cpuSeconds, median, quantile, quiet, random, residentKib, within } from './ops-process.ts';
import type { OpsServer } from './ops-servers.ts';

const WORDS = 'a long evening by the river where nobody counts how many words are written'.split(
  ' ',
);
const PARAGRAPH = 200;

/** Formatted text of so many characters: bold runs, links, headings; 1.7 bytes of JSON for each. */
export function formattedText(size: number): DeltaOp[] {
  const next = random(7);
  const words = (length: number) => {
    let text = '';
    while (text.length < length) text += `${WORDS[Math.floor(next() * WORDS.length)]} `;
    return text.slice(0, length);
  };
  const ops: DeltaOp[] = [];
  for (let written = 0, line = 0; written < size; written += PARAGRAPH, line++) {
    ops.push(
      { insert: words(60) },
      { insert: words(20), attributes: { bold: true } },
      { insert: words(50) },
      { insert: words(30), attributes: { link: `https://example.org/${line}` } },
    );
    if (line % 5 === 0)
      ops.push({ insert: words(39) }, { insert: '\n', attributes: { header: 2 } });
    else ops.push({ insert: `${words(39)}\n` });
  }
  return joined(ops);
}

/** Adjacent plain text is one component, as a delta has it. */
function joined(ops: readonly DeltaOp[]): DeltaOp[] {
  const out: DeltaOp[] = [];
  for (const op of ops) {
    const last = out.at(-1);
    if (last && !last.attributes && !op.attributes) {
      last.insert = `${last.insert as string}${op.insert as string}`;
    } else out.push({ ...op });
  }
  return out;
}

/** In the plain beginning of the paragraph nearest to that share of the text. */
const placeAt = (size: number, share: number): number =>
  Math.min(Math.ceil(size / PARAGRAPH) - 1, Math.floor((size / PARAGRAPH) * share)) * PARAGRAPH +
  30;

const insertAt = (index: number, text: string): DeltaOp[] => [{ retain: index }, { insert: text }];

/** Mostly letters; every twentieth makes the eight characters before it bold, or plain again. */
function keystroke(index: number, count: number, text = 'x'): DeltaOp[] {
  if (count % 20 !== 0) return insertAt(index, text);
  const bold = count % 40 === 0 ? null : true;
  return [{ retain: Math.max(1, index - 8) }, { retain: 8, attributes: { bold } }];
}

async function connectAll(server: OpsServer, documents: readonly string[]): Promise<OpsClient[]> {
  const clients: OpsClient[] = [];
  for (let i = 0; i < documents.length; i += 20) {
    const some = documents.slice(i, i + 20).map((id, j) => server.connect(id, i + j));
    clients.push(...some);
    await within(30_000, 'connecting', Promise.all(some.map(({ ready }) => ready)));
  }
  return clients;
}

async function closeAll(server: OpsServer, clients: readonly OpsClient[]): Promise<void> {
  for (const client of clients) client.close();
  await sleep(50);
  await quiet(server.pid);
}

export interface TypingResult {
  readonly usPerDelivery: number;
  readonly p50: number;
  readonly p95: number;
  /** Of one core. */
  readonly serverLoad: number;
  /** As they arrived. */
  readonly opsPerSecond: number;
}

/** Each letter typed is one of these, so that whoever receives it knows which it is. */
const FIRST_LETTER = 0x4e00;
const LETTERS = 20_000;

/** A: everybody types in one document, so many ops a second together. */
export async function typing(
  server: OpsServer,
  { people, opsPerSecond, seconds }: { people: number; opsPerSecond: number; seconds: number },
): Promise<TypingResult> {
  const size = 2000;
  const document = await server.create(formattedText(size));
  const clients = await connectAll(server, Array(people).fill(document));
  const sentAt = new Float64Array(LETTERS);
  const delays: number[] = [];
  let isMeasuring = false;
  let delivered = 0;
  for (const client of clients) {
    client.onRemote((op) => {
      const now = performance.now();
      delivered++;
      for (const { insert } of op) {
        const sent = typeof insert === 'string' ? sentAt[insert.charCodeAt(0) - FIRST_LETTER] : 0;
        if (sent) delays.push(now - sent);
      }
    });
  }
  const next = random(people);
  const interval = (1000 * people) / opsPerSecond;
  let isOver = false;
  let letters = 0;
  const type = async (client: OpsClient) => {
    let index = placeAt(size, next());
    let due = performance.now() + next() * interval;
    for (let count = 1; ; count++) {
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      if (isOver) return;
      due += interval;
      const letter = letters++ % LETTERS;
      sentAt[letter] = isMeasuring && count % 20 !== 0 ? performance.now() : 0;
      const op = keystroke(index, count, String.fromCharCode(FIRST_LETTER + letter));
      client.submit(op).catch(() => undefined);
      if (++index > size - 10) index = 30;
    }
  };
  const writers = clients.map(type);
  await sleep(1000);
  const cpu = cpuSeconds(server.pid);
  const start = performance.now();
  isMeasuring = true;
  delivered = 0;
  await sleep(seconds * 1000);
  const used = cpuSeconds(server.pid) - cpu;
  const deliveries = delivered;
  const took = (performance.now() - start) / 1000;
  isMeasuring = false;
  isOver = true;
  await Promise.all(writers);
  await sleep(200);
  await closeAll(server, clients);
  return {
    usPerDelivery: (used / deliveries) * 1e6,
    p50: quantile(delays, 0.5),
    p95: quantile(delays, 0.95),
    serverLoad: used / took,
    opsPerSecond: deliveries / (people - 1) / took,
  };
}

export interface ThroughputResult {
  readonly opsPerSecond: number;
  readonly cpuMsPerOp: number;
}

/** B: everybody sends the next op when the last one is acknowledged. */
export async function throughput(
  server: OpsServer,
  { documents, writers, seconds }: { documents: number; writers: number; seconds: number },
): Promise<ThroughputResult> {
  const size = 2000;
  const ids: string[] = [];
  for (let i = 0; i < documents; i++) {
    const id = await server.create(formattedText(size));
    for (let j = 0; j < writers; j++) ids.push(id);
  }
  const clients = await connectAll(server, ids);
  const next = random(5);
  const write = async (client: OpsClient, until: number): Promise<number> => {
    let index = placeAt(size, next());
    let count = 0;
    while (performance.now() < until) {
      await within(20_000, 'an acknowledgement', client.submit(keystroke(index, ++count)));
      if (++index > size - 10) index = 30;
    }
    return count;
  };
  const all = async (ms: number) => {
    const until = performance.now() + ms;
    const counts = await Promise.all(clients.map((client) => write(client, until)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await all(1000);
  const cpu = cpuSeconds(server.pid);
  const start = performance.now();
  const ops = await all(seconds * 1000);
  const took = (performance.now() - start) / 1000;
  const used = cpuSeconds(server.pid) - cpu;
  await closeAll(server, clients);
  return { opsPerSecond: ops / took, cpuMsPerOp: (used / ops) * 1000 };
}

export interface WriterResult {
  readonly cpuMsPerOp: number;
  readonly ackMs: number;
  readonly ops: number;
}

/** C: one writer in the middle. What is done behind the acknowledgement counts too. */
export async function loneWriter(
  server: OpsServer,
  { size, seconds }: { size: number; seconds: number },
): Promise<WriterResult> {
  const document = await server.create(formattedText(size));
  const client = server.connect(document, 0);
  await within(60_000, 'opening', client.ready);
  await quiet(server.pid);
  const middle = placeAt(size, 0.5);
  let count = 0;
  const waits: number[] = [];
  const write = async (ms: number) => {
    waits.length = 0;
    for (const until = performance.now() + ms; performance.now() < until || waits.length < 3; ) {
      const start = performance.now();
      const op = keystroke(middle + count, ++count);
      await within(30_000, 'an acknowledgement', client.submit(op));
      waits.push(performance.now() - start);
    }
    return waits.length;
  };
  await write(Math.min(700, seconds * 500));
  const cpu = cpuSeconds(server.pid);
  const ops = await write(seconds * 1000);
  await quiet(server.pid, 1500);
  const used = cpuSeconds(server.pid) - cpu;
  await closeAll(server, [client]);
  return { cpuMsPerOp: (used / ops) * 1000, ackMs: median(waits), ops };
}

export interface OpenResult {
  readonly cpuMs: number;
  readonly openMs: number;
  readonly bytes: number;
}

/** D: from connecting to having the whole document. */
export async function coldOpen(
  server: OpsServer,
  { size, times }: { size: number; times: number },
): Promise<OpenResult> {
  const document = await server.create(formattedText(size));
  await quiet(server.pid);
  const waits: number[] = [];
  let bytes = 0;
  const cpu = cpuSeconds(server.pid);
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    const client = server.connect(document, i);
    await within(30_000, 'opening', client.ready);
    waits.push(performance.now() - start);
    bytes = client.bytesRead();
    client.close();
    await sleep(50);
  }
  await quiet(server.pid);
  return { cpuMs: ((cpuSeconds(server.pid) - cpu) / times) * 1000, openMs: median(waits), bytes };
}

export interface IdleResult {
  readonly kibPerConnection: number;
  readonly cpuMsPerConnect: number;
  /** Of one core, with all of them open. */
  readonly idleLoad: number;
}

/** E: open, subscribed, silent. */
export async function idle(
  server: OpsServer,
  { connections, documents }: { connections: number; documents: number },
): Promise<IdleResult> {
  const ids: string[] = [];
  for (let i = 0; i < documents; i++) ids.push(await server.create(formattedText(1000)));
  // A connection of each kind has been there: what is made once does not count.
  await closeAll(server, await connectAll(server, ids));
  await sleep(500);
  const before = residentKib(server.pid);
  const cpu = cpuSeconds(server.pid);
  const clients = await connectAll(
    server,
    Array.from({ length: connections }, (_, i) => ids[i % documents]!),
  );
  const connected = cpuSeconds(server.pid);
  await sleep(1500);
  const settled = cpuSeconds(server.pid);
  await sleep(1000);
  const idleLoad = cpuSeconds(server.pid) - settled;
  const after = residentKib(server.pid);
  await closeAll(server, clients);
  return {
    kibPerConnection: (after - before) / connections,
    cpuMsPerConnect: ((connected - cpu) / connections) * 1000,
    idleLoad,
  };
}
