// Many seeds of bad luck at once: clients that are cut, commits that wait, a store that fails for a
// while, another process that writes in between. Afterwards every word that was typed is there once,
// and every replica is what the log says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delta } from '../../core/delta.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import { type StockClient, startOpServer, textOf } from '../helpers/op-server.ts';
import type { StockDoc } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

const seeds = Number(process.env.SEEDS ?? 25);
const first = Number(process.env.SEED ?? 1);
const steps = 80;

/** mulberry32 */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Writer {
  client: StockClient;
  doc: StockDoc;
  isBack: Promise<void>;
}

for (let seed = first; seed < first + seeds; seed++) {
  test(`nothing is lost or doubled, and all agree (SEED=${seed} SEEDS=1)`, async (t) => {
    const below = random(seed);
    const log = new MemoryOpLog();
    const server = await startOpServer(t, { ops: log, rateLimits: false });
    const ref = await server.create('doc');
    const writers: Writer[] = [];
    for (const name of ['ada', 'bob', 'eve', 'kim']) {
      const client = await server.client(name);
      writers.push({ client, doc: await client.open(ref), isBack: Promise.resolve() });
    }
    const words: string[] = [];
    let foreign = 0;

    const act: (() => unknown)[] = [
      () => log.hold(),
      () => log.release(),
      () => log.release(),
      () => log.fail({ reads: below(2) === 0 }),
      () => log.heal(),
      () => log.heal(),
      () => writers[below(writers.length)]!.client.cut(),
      () => {
        const v = log.entries(ref).length;
        const op = [{ insert: `z${++foreign};` }];
        words.push(`z${foreign};`);
        log.intrude(ref, { v, src: 'elsewhere', seq: foreign, op, m: { ts: 1 } });
      },
      // A turn of the loop, and a moment.
      () => new Promise((resolve) => setImmediate(resolve)),
      () => new Promise((resolve) => setTimeout(resolve, 3)),
    ];
    const type = () => {
      const { doc } = writers[below(writers.length)]!;
      const word = `w${words.length};`;
      const text = textOf(doc);
      // Between words, so that each can be counted; not after the last newline.
      const places = [0, ...[...text.matchAll(/;/g)].map(({ index }) => index + 1)];
      const at = places[below(places.length)]!;
      words.push(word);
      doc.submitOp([...(at > 0 ? [{ retain: at }] : []), { insert: word }], {}, () => undefined);
    };
    for (let step = 0; step < steps; step++) {
      if (below(3) > 0) type();
      else await act[below(act.length)]!();
      for (const writer of writers) {
        if (writer.client.connection.state !== 'disconnected') continue;
        writer.isBack = writer.client.comeBack().catch(() => undefined);
      }
    }

    log.release();
    log.heal();
    const isQuiet = () => {
      for (const writer of writers) {
        if (writer.client.connection.state === 'disconnected')
          void writer.client.comeBack().catch(() => undefined);
      }
      const v = log.entries(ref).length;
      return writers.every(({ doc, client }) => {
        if (client.connection.state !== 'connected' || doc.hasWritePending()) return false;
        // What another process wrote is published by nobody here: a client asks for it.
        if (doc.version !== v) doc.fetch(() => undefined);
        return doc.version === v;
      });
    };
    await until('all is quiet', isQuiet, 10_000);

    const entries = log.entries(ref);
    assert.deepEqual(
      entries.map(({ v }) => v),
      entries.map((_, v) => v),
      'versions without gaps',
    );
    const sources = entries.map(({ src, seq }) => `${src} ${seq}`);
    assert.equal(new Set(sources).size, sources.length, 'nothing twice');
    let replayed = new Delta();
    for (const { create, op } of entries) {
      replayed = replayed.compose(new Delta((create?.data ?? op) as Delta['ops']));
    }
    for (const { doc } of writers) assert.deepEqual(doc.data?.ops, replayed.ops);
    const text = textOf(writers[0]!.doc);
    assert.deepEqual(
      text
        .trim()
        .split(/(?<=;)/)
        .sort(),
      [...words].sort(),
    );
  });
}
