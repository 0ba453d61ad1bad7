// People who write words that nobody else writes, so that afterwards each can be looked for: those the
// server acknowledged must be in the log once, the others at most once. Real clients over real sockets:
// ShareDB's own, and ours without its screen. They come back by themselves when the server does.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { type DocumentRef, documentKey } from '../../core/ids.ts';
import { examine } from '../../server/doctor/check-document.ts';
import { openStoreReader, type StorePlace } from '../../server/store/open-store.ts';
import type { LogEntry } from '../../server/store/store.ts';
import { Person } from './app.ts';
import { openLive } from './live-client.ts';
import { textOf } from './op-server.ts';
import type { Random } from './random.ts';
import { type StockError, stockClient } from './stock-client.ts';
import { until } from './until.ts';

export interface TokenWriter {
  readonly name: string;
  readonly ref: DocumentRef;
  readonly typed: readonly string[];
  readonly acknowledged: ReadonlySet<string>;
  /** Codes of errors that ops were answered with: there must never be one. */
  readonly opErrors: readonly string[];
  /** Ids the server gave it, over all its connections. */
  readonly clientIds: ReadonlySet<string>;
  /** Close codes and failed handshakes (1006), in order. */
  readonly closes: readonly number[];
  readonly unacknowledged: number;
  readonly text: string;
  /** Of the document as it knows it; 0 where that is not told. */
  readonly version: number;
  /** Writes the next word, somewhere between two others. */
  type(): void;
  /** Its computer is gone, with all that was not sent. */
  leave(): void;
}

export interface WriterOptions {
  /** Where the server is, also after a restart. */
  readonly url: string;
  readonly ref: DocumentRef;
  readonly name: string;
  readonly random: Random;
  readonly onAcknowledged?: () => void;
}

async function guest(url: string, name: string): Promise<Person> {
  const person = new Person(url);
  const { status, text } = await person.post('/api/v1/session', { name });
  assert.equal(status, 201, text);
  return person;
}

/** A place between two words of `text`. */
function aPlace(text: string, random: Random): number {
  const gaps = [0, ...[...text.matchAll(/;/g)].map(({ index }) => index + 1)];
  return random.pick(gaps);
}

const insertion = (at: number, token: string) => [
  ...(at > 0 ? [{ retain: at }] : []),
  { insert: token },
];

const RECONNECT_MS = { least: 20, most: 150 };

export async function stockWriter(t: TestContext, options: WriterOptions): Promise<TokenWriter> {
  const { url, ref, name, random } = options;
  const { cookie } = await guest(url, name);
  const typed: string[] = [];
  const acknowledged = new Set<string>();
  const opErrors: string[] = [];
  const clientIds = new Set<string>();
  const closes: number[] = [];
  let isGone = false;
  let socket: WebSocket;

  function open(): WebSocket {
    socket = new WebSocket(`${url.replace('http', 'ws')}/sync`, { headers: { cookie } });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      closes.push(code);
      if (isGone) return;
      const wait = RECONNECT_MS.least + random.int(RECONNECT_MS.most);
      setTimeout(() => {
        if (!isGone) connection.bindToSocket(open());
      }, wait).unref();
    });
    return socket;
  }
  const { Connection } = stockClient();
  const connection = new Connection(open());
  const leave = () => {
    isGone = true;
    socket.terminate();
  };
  t.after(leave);
  connection.on('error', () => undefined);
  connection.on('connection error', () => undefined);
  connection.on('connected', () => clientIds.add(String(connection.id)));
  await until(`${name} is connected`, () => connection.state === 'connected');
  const doc = connection.get(ref.collection, ref.id);
  doc.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    doc.subscribe((error) => (error ? reject(error) : resolve()));
  });

  return {
    name,
    ref,
    typed,
    acknowledged,
    opErrors,
    clientIds,
    closes,
    get unacknowledged() {
      return typed.length - acknowledged.size;
    },
    get text() {
      return textOf(doc);
    },
    get version() {
      return doc.version ?? 0;
    },
    type() {
      const token = `${name}.${typed.length};`;
      typed.push(token);
      const place = aPlace(textOf(doc), random);
      doc.submitOp(insertion(place, token), {}, (error?: StockError) => {
        if (isGone) return;
        if (error) opErrors.push(error.code);
        else {
          acknowledged.add(token);
          options.onAcknowledged?.();
        }
      });
    },
    leave,
  };
}

/** Our own client: several words may share an op; all are acknowledged when nothing is unsent. */
export async function ownWriter(t: TestContext, options: WriterOptions): Promise<TokenWriter> {
  const { url, ref, name, random } = options;
  const person = await guest(url, name);
  const typed: string[] = [];
  const acknowledged = new Set<string>();
  const closes: number[] = [];
  const live = await openLive(t, { url }, person, ref, { onClose: (code) => closes.push(code) });
  const { session, editor } = live;
  t.after(
    session.hasUnsent.subscribe((hasUnsent) => {
      if (hasUnsent || acknowledged.size === typed.length) return;
      for (const token of typed) acknowledged.add(token);
      options.onAcknowledged?.();
    }),
  );
  return {
    name,
    ref,
    typed,
    acknowledged,
    get opErrors() {
      return session.refused.value.map(({ code }) => code);
    },
    clientIds: new Set<string>(),
    closes,
    get unacknowledged() {
      return typed.length - acknowledged.size;
    },
    get text() {
      return live.text();
    },
    version: 0,
    type() {
      const token = `${name}.${typed.length};`;
      typed.push(token);
      editor.edit(new Delta(insertion(aPlace(live.text(), random), token) as Delta['ops']));
    },
    leave: () => live.close(),
  };
}

/** Words that an entry brought. */
function tokensOf({ op }: LogEntry): string[] {
  const inserts = ((op ?? []) as DeltaOp[]).map(({ insert }) =>
    typeof insert === 'string' ? insert : '',
  );
  return inserts.flatMap((text) => text.match(/[^;\n]+;/g) ?? []);
}

export interface Stored {
  readonly text: string;
  readonly entries: readonly LogEntry[];
  readonly snapshots: number;
}

/**
 * Reads a document beside whatever server there is or is not, as the doctor does: versions without gaps,
 * each snapshot what the log makes, no orphans; no op and no word twice; every acknowledged word there.
 */
export async function checkTokens(
  place: StorePlace,
  ref: DocumentRef,
  writers: readonly TokenWriter[],
): Promise<Stored> {
  // As they are now: what is acknowledged while the store is read need not be in what was read.
  const promised = writers.map(({ name, acknowledged }) => ({ name, tokens: [...acknowledged] }));
  const reader = await openStoreReader(place);
  try {
    const report = await examine(reader, ref, false);
    assert.deepEqual(report.problems, [], `${documentKey(ref)}: what the doctor finds`);
    const entries = await reader.ops.read(ref, 0, report.version);
    assert.deepEqual(
      entries.map(({ v }) => v),
      entries.map((_, v) => v),
      'versions without gaps',
    );
    const sources = entries.map(({ src, seq }) => `${src} ${seq}`);
    assert.equal(new Set(sources).size, sources.length, 'no (src, seq) twice');
    const tokens = entries.flatMap(tokensOf);
    const found = new Set(tokens);
    const doubled = tokens.filter((token, i) => tokens.indexOf(token) !== i);
    assert.deepEqual(doubled, [], 'no word twice');
    for (const { name, tokens } of promised) {
      const lost = tokens.filter((token) => !found.has(token));
      assert.deepEqual(lost, [], `acknowledged to ${name}, and not in the log`);
    }
    let document = new Delta();
    for (const { create, op } of entries) {
      const data = (create?.data ?? op ?? []) as Delta['ops'] | { ops: Delta['ops'] };
      document = document.compose(new Delta(Array.isArray(data) ? data : data.ops));
    }
    const snapshots = await reader.ops.listSnapshots(ref);
    return { text: textOf({ data: document }), entries, snapshots: snapshots.length };
  } finally {
    await reader.close();
  }
}

/** Types with all of them, a word here and there, as long as few of theirs wait. */
export function keepTyping(
  writers: readonly TokenWriter[],
  random: Random,
  { everyMs = 3, mostWaiting = 10 } = {},
): () => void {
  const timer = setInterval(() => {
    if (writers.length === 0) return;
    const writer = random.pick(writers);
    if (writer.unacknowledged < mostWaiting) writer.type();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Everything that was typed is acknowledged, and all see the same. */
export async function allArrived(writers: readonly TokenWriter[], withinMs: number): Promise<void> {
  const waits = () => writers.filter(({ unacknowledged }) => unacknowledged > 0);
  await until('all that was typed is acknowledged', () => waits().length === 0, withinMs).catch(
    (error) => {
      const left = waits().map(({ name, unacknowledged }) => `${name}: ${unacknowledged}`);
      throw new Error(`${(error as Error).message}; waiting: ${left.join(', ')}`);
    },
  );
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], `op errors of ${name}`);
}
