// Runs the store's contract against the embedded engine, and adds what is special to SQLite in a file:
// group commit, the lock, other programs. Kills and a full disk: embedded-store-crash.test.ts.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import PlainDatabase from 'libsql';
import { AppError } from '../../core/errors.ts';
import { parseDocumentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { systemClock } from '../../server/clock.ts';
import { Writer } from '../../server/store/embedded/connection.ts';
import {
  openEmbeddedReader,
  openEmbeddedStore,
} from '../../server/store/embedded/embedded-store.ts';
import type { RecordKind } from '../../server/store/store.ts';
import { aDocument, anOp, storeContract, write } from './store-contract.ts';

const aFolder = () => mkdtempSync(join(tmpdir(), 'deltapad-store-'));
const openIn = (dataDir: string) => openEmbeddedStore({ dataDir, clock: systemClock });

storeContract('embedded', async () => {
  const dataDir = aFolder();
  let store = await openIn(dataDir);
  return {
    store,
    openReader: () => openEmbeddedReader({ dataDir }),
    async reopen() {
      await store.close();
      store = await openIn(dataDir);
      return store;
    },
    async close() {
      await store.close();
      rmSync(dataDir, { recursive: true });
    },
  };
});

/** A store in a folder of its own, both gone after the test. */
async function aStore(t: TestContext) {
  const folder = aFolder();
  const store = await openIn(folder);
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, store };
}

const isNotNow = (words: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === 'not-now' && words.test(error.message);

describe('embedded: writing', () => {
  test('appends that wait together are committed in few transactions', async (t) => {
    const { store } = await aStore(t);
    const before = store.stats();
    const refs = Array.from({ length: 10 }, () => aDocument());
    await Promise.all(refs.map((ref) => write(store, ref, 100)));
    const { commits, writes } = store.stats();
    assert.equal(writes - before.writes, 1000);
    assert.ok(commits - before.commits <= 4, `${commits - before.commits} transactions`);
  });

  test('what comes while a commit is under way is the next group', async (t) => {
    const { store } = await aStore(t);
    const ref = aDocument();
    const asked = [store.ops.append(ref, anOp(0))];
    await nextTurn();
    for (let v = 1; v < 50; v++) asked.push(store.ops.append(ref, anOp(v)));
    await Promise.all(asked);
    const { commits, largestGroup, waitingBytes } = store.stats();
    assert.deepEqual([commits, largestGroup, waitingBytes], [2, 49, 0]);
  });

  test('reads see only what is durable', async (t) => {
    const { store } = await aStore(t);
    const ref = aDocument();
    let isCommitted = false;
    const asked = store.ops.append(ref, anOp(0)).then(() => {
      isCommitted = true;
    });
    let sawNothing = 0;
    while (!isCommitted) {
      const entries = await store.ops.read(ref, 0, null);
      if (entries.length === 0) sawNothing++;
      // Durable a moment before we are told: the reader may know it first, never the other way.
      else await asked;
      await nextTurn();
    }
    assert.ok(sawNothing > 0);
    assert.equal(await store.ops.version(ref), 1);
  });

  test('what is stored is what was given at the call', async (t) => {
    const { store } = await aStore(t);
    const ref = aDocument();
    const entry = anOp(0);
    const bytes = new Uint8Array([1, 2, 3]);
    const asked = [store.ops.append(ref, entry), store.blobs.put('b', bytes, 'a/b')];
    (entry.op as unknown[]).push({ insert: 'later' });
    entry.m.ts = 0;
    bytes.fill(9);
    await Promise.all(asked);
    assert.deepEqual(await store.ops.read(ref, 0, null), [anOp(0)]);
    assert.deepEqual([...((await store.blobs.get('b'))?.bytes ?? [])], [1, 2, 3]);
  });

  test('text that SQLite cannot compare is kept whole and listed; as a key it is refused', async (t) => {
    const { store } = await aStore(t);
    const kind: RecordKind<{ title: string }> = {
      name: 'titled',
      indexes: { byTitle: ({ title }) => ['all', title] },
    };
    const titles = ['a\0b', 'a\ud800', 'b'];
    for (const title of titles)
      await store.records.put(kind, `of ${title.length}${title[0]}`, { title });
    const listed = await store.records.list(kind, 'byTitle', 'all', { limit: 9 });
    assert.deepEqual(new Set(listed.map(({ value }) => value.title)), new Set(titles));
    await assert.rejects(store.records.put(kind, 'a\0b', { title: '' }), TypeError);
    await assert.rejects(store.blobs.put('\udc00', new Uint8Array(), 'a/b'), TypeError);
    await assert.rejects(store.ops.append(aDocument(), anOp(0, { src: 'a\0' })), TypeError);
  });

  test('[S32] while another program holds the file, writes wait and everything else goes on', async (t) => {
    const { folder, store } = await aStore(t);
    const ref = aDocument();
    await store.ops.append(ref, anOp(0));
    const other = new PlainDatabase(join(folder, 'deltapad.db'), {});
    other.exec('BEGIN IMMEDIATE');
    let result = '';
    const asked = store.ops.append(ref, anOp(1)).then((answer) => {
      result = answer;
    });
    const start = performance.now();
    for (let turns = 0; turns < 200; turns++) await nextTurn();
    assert.equal(result, '');
    assert.ok(performance.now() - start < limits.storeBusyTimeoutMs, 'the event loop was held');
    assert.equal(await store.ops.version(ref), 1);
    other.exec('ROLLBACK');
    other.close();
    await asked;
    assert.equal(result, 'committed');
  });

  test('a search that takes too long is ended, and holds up nothing meanwhile', async (t) => {
    const folder = aFolder();
    const cuts: (() => void)[] = [];
    const after = (_ms: number, call: () => void) => {
      cuts.push(call);
      return () => undefined;
    };
    const store = await openEmbeddedStore({ dataDir: folder, clock: { ...systemClock, after } });
    t.after(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
    const keys = Array.from({ length: 40 }, (_, i) => parseDocumentKey(`pads/s${i}`)!);
    const text = Array.from({ length: 8000 }, (_, i) => `w${i}`).join(' ');
    const within = keys.map((_, i) => `pads/s${i}` as never);
    await Promise.all(within.map((key) => store.search.index(key, { title: 'w', text })));
    // Whether it is found in the act is a matter of luck on a busy machine, so it is tried some times.
    let turns = 0;
    const cutShort = async () => {
      let outcome: unknown;
      const slow = store.search.find('w', within, 50).then(
        (hits) => {
          outcome = hits;
        },
        (error) => {
          outcome = error;
        },
      );
      for (turns = 0; outcome === undefined; turns++) {
        await nextTurn();
        for (const cut of cuts) cut();
      }
      await slow;
      return isNotNow(/took too long/)(outcome);
    };
    let tries = 1;
    while (!(await cutShort())) assert.ok(tries++ < 10, 'never ended early');
    assert.ok(turns > 0, 'other work had its turn');
    assert.equal((await store.search.find('w17 w18', within, 50)).length, 40);
  });
});

describe('embedded: the file', () => {
  test('is in WAL mode with synchronous=FULL, read back; where that cannot be, it is refused', async (t) => {
    const { folder, store } = await aStore(t);
    assert.equal(store.describe(), `SQLite ${folder}/deltapad.db (WAL, synchronous=FULL)`);
    const writer = await Writer.open(join(folder, 'other.db'));
    assert.equal(await writer.pragma('journal_mode'), 'wal');
    assert.equal(await writer.pragma('synchronous'), 2);
    assert.equal(await writer.pragma('foreign_keys'), 1);
    await writer.close();
    await assert.rejects(Writer.open(':memory:'), /journal_mode is memory and must be wal/);
  });

  test('is nobody else’s to read, and alone after a clean stop', async (t) => {
    const folder = aFolder();
    t.after(() => rmSync(folder, { recursive: true }));
    const dataDir = join(folder, 'not', 'there');
    const store = await openIn(dataDir);
    await store.ops.append(aDocument(), anOp(0));
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    for (const name of ['deltapad.db', 'deltapad.db-wal']) {
      assert.equal(statSync(join(dataDir, name)).mode & 0o777, 0o600, name);
    }
    await store.close();
    const wal = readdirSync(dataDir).find((name) => name.endsWith('-wal'));
    assert.equal(wal === undefined ? 0 : statSync(join(dataDir, wal)).size, 0);
  });

  test('of a newer Deltapad is refused by name', async (t) => {
    const folder = aFolder();
    t.after(() => rmSync(folder, { recursive: true }));
    await (await openIn(folder)).close();
    const other = new PlainDatabase(join(folder, 'deltapad.db'), {});
    other.exec('PRAGMA user_version = 99');
    other.close();
    await assert.rejects(
      openIn(folder),
      /deltapad\.db was written by a newer Deltapad \(schema 99/,
    );
  });

  test('that is no database is refused by name', async (t) => {
    const folder = aFolder();
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'deltapad.db'), 'no database '.repeat(1000));
    await assert.rejects(openIn(folder), /deltapad\.db cannot be opened: file is not a database/);
  });

  test('belongs to one server at a time', async (t) => {
    const { folder, store } = await aStore(t);
    await assert.rejects(openIn(folder), (error: Error) => {
      assert.match(error.message, /Another Deltapad server/);
      return error.message.includes(folder);
    });
    await store.ops.append(aDocument(), anOp(0));
    await store.close();
    await (await openIn(folder)).close();
  });
});
