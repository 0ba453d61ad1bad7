// Backup and restore as an operator runs them: from either engine into the other, while people type,
// and what is refused.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import PlainDatabase from 'libsql';
import { MongoClient } from 'mongodb';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentRef,
} from '../../core/ids.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { everyDocument, everyRecord } from '../../server/backup/read-store.ts';
import { systemClock } from '../../server/clock.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import { openMongoStore } from '../../server/store/mongo/mongo-store.ts';
import { type DocumentRecord, documents, visits } from '../../server/store/schema.ts';
import type { LogEntry, Store } from '../../server/store/store.ts';
import { runCommand } from '../helpers/command.ts';
import { startMongo } from '../helpers/mongo.ts';

const mongo = await startMongo();
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
if (mongo) after(() => mongo.close());

type Env = { DATA_DIR: string; MONGO_URL?: string };

function aPlace(t: TestContext, engine: 'embedded' | 'mongo'): Env {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'deltapad-backup-'));
  t.after(() => rmSync(DATA_DIR, { recursive: true, force: true }));
  if (engine === 'embedded') return { DATA_DIR };
  const url = new URL(mongo!.url);
  url.pathname += `_${randomBytes(4).toString('hex')}`;
  return { DATA_DIR, MONGO_URL: url.href };
}

const open = ({ DATA_DIR, MONGO_URL }: Env): Promise<Store> =>
  MONGO_URL
    ? openMongoStore({ url: MONGO_URL, announce: 'server' })
    : openEmbeddedStore({ dataDir: DATA_DIR, clock: systemClock });

const aRef = (id: string) => parseDocumentRef('docs', id) as DocumentRef;
const odd = 'Crème \u2028 北京 🎉 "\\';

const anOp = (v: number, more: Partial<LogEntry> = {}): LogEntry => ({
  v,
  src: 'ada',
  seq: v,
  op: [{ insert: v % 10 === 0 ? odd : 'ab ' }],
  m: { ts: 1_700_000_000_000 + v, uid: 'g_adaadaada', via: 'page' },
  ...more,
});

async function begin(store: Store, ref: DocumentRef): Promise<void> {
  const create = { type: richTextUri, data: [{ insert: '\n' }] };
  const first = { v: 0, src: 's', seq: 1, create, m: { ts: 1_699_999_999_999 } };
  assert.equal(await store.ops.append(ref, first), 'committed');
  const record: DocumentRecord = {
    title: `The minutes of ${ref.id}`,
    titled: true,
    ownerId: 'g_adaadaada',
    link: 'editor' as DocumentRecord['link'],
    createdAt: 1,
    updatedAt: ref.id.length,
    updatedBy: null,
    preview: odd,
    indexedVersion: 1,
    trashedAt: null,
  };
  await store.records.put(documents, documentKey(ref), record);
}

/** Documents of several kinds, records with versions, images. */
async function fill(store: Store): Promise<void> {
  for (const id of ['long', 'short', 'deleted']) await begin(store, aRef(id));
  const long = Array.from({ length: 450 }, (_, i) => anOp(i + 1));
  await Promise.all(long.map((entry) => store.ops.append(aRef('long'), entry)));
  const text = (v: number) => {
    const inserts = long.slice(0, v - 1).map(({ op }) => (op as [{ insert: string }])[0].insert);
    return { ops: [{ insert: `${inserts.reverse().join('')}\n` }] };
  };
  const snapshot = (v: number) => ({ v, type: richTextUri, data: text(v), m: { mtime: v } });
  await store.ops.writeSnapshot(aRef('long'), snapshot(100), { milestone: true });
  await store.ops.writeSnapshot(aRef('long'), snapshot(200), { milestone: true });
  await store.ops.writeSnapshot(aRef('long'), snapshot(400));
  const del: LogEntry = { v: 1, src: 'bob', seq: 9, del: true, m: { ts: 5, extra: { deep: [1] } } };
  await store.ops.append(aRef('deleted'), del);
  await store.ops.append(aRef('deleted'), { v: 2, src: 'bob', seq: 10, m: { ts: 6 } });
  const visit = { userId: 'g_adaadaada', document: 'docs/long' as DocumentKey, at: 3.5 };
  for (let i = 0; i < 3; i++) await store.records.put(visits, 'g_adaadaada docs/long', visit);
  const everyByte = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
  await store.blobs.put('image.png', everyByte, 'image/png');
  await store.blobs.put('empty', new Uint8Array(), 'image/gif');
}

/** All that a store says of what it holds. */
async function contents(store: Store) {
  const logs: Record<string, unknown> = {};
  for await (const ref of everyDocument(store.ops)) {
    const snapshots = await store.ops.listSnapshots(ref);
    const data = await Promise.all(snapshots.map(({ v }) => store.ops.snapshot(ref, v)));
    logs[documentKey(ref)] = {
      entries: await store.ops.read(ref, 0, null),
      snapshots,
      data: data.map((each) => ({ ...each, m: { ...(each?.m as object), deltapad: 0 } })),
    };
  }
  const records = [];
  for await (const record of everyRecord(store.records)) records.push(record);
  const blobs: Record<string, unknown> = {};
  for (const name of await store.blobs.list(null, 99)) {
    const blob = await store.blobs.get(name);
    blobs[name] = [blob?.type, Buffer.from(blob!.bytes).toString('base64')];
  }
  const listed = await store.records.list(documents, 'byOwner', 'g_adaadaada', { limit: 99 });
  return { logs, records, blobs, listed };
}

const search = async (store: Store, query: string) => {
  const within = ['long', 'short', 'deleted'].map((id) => documentKey(aRef(id)));
  return (await store.search.find(query, within, 9)).map(({ key }) => key).sort();
};

async function passOn(t: TestContext, from: Env, to: Env): Promise<void> {
  const source = await open(from);
  await fill(source);
  const before = await contents(source);
  assert.equal(before.records.length, 4);
  const file = join(from.DATA_DIR, 'all.backup');
  writeFileSync(join(from.DATA_DIR, 'secret'), `${'s'.repeat(43)}\n`);
  const backup = await runCommand('backup', { ...from }, [file]);
  assert.equal(backup.code, 0, backup.err);
  assert.match(backup.out, /: 3 documents, 455 ops, 4 records, 2 images\.\n$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await source.close();

  const restore = await runCommand('restore', { ...to }, [file]);
  assert.equal(restore.code, 0, restore.err);
  assert.match(restore.out, /: 3 documents, 455 ops, 4 records, 2 images\.\n$/);
  assert.equal(readFileSync(join(to.DATA_DIR, 'secret'), 'utf8'), `${'s'.repeat(43)}\n`);
  const target = await open(to);
  t.after(() => target.close());
  assert.deepEqual(await contents(target), before);
  assert.deepEqual(await search(target, '北京'), ['docs/long']);
  assert.deepEqual(await search(target, 'minutes of short'), ['docs/short']);
  // It goes on where it was.
  assert.equal(await target.ops.append(aRef('long'), anOp(450)), 'duplicate');
  assert.equal(await target.ops.append(aRef('long'), anOp(451)), 'committed');
}

test('from SQLite into Mongo everything is equal', { skip }, async (t) => {
  await passOn(t, aPlace(t, 'embedded'), aPlace(t, 'mongo'));
});

test('from Mongo into SQLite everything is equal', { skip }, async (t) => {
  await passOn(t, aPlace(t, 'mongo'), aPlace(t, 'embedded'));
});

test('from SQLite into SQLite everything is equal', async (t) => {
  await passOn(t, aPlace(t, 'embedded'), aPlace(t, 'embedded'));
});

for (const engine of ['embedded', 'mongo'] as const) {
  const title = `a backup taken while people type is whole documents (${engine})`;
  test(title, { skip: engine === 'mongo' && skip }, async (t) => {
    const [from, to] = [aPlace(t, engine), aPlace(t, 'embedded')];
    const store = await open(from);
    const refs = Array.from({ length: 8 }, (_, i) => aRef(`typed-${i}`));
    for (const ref of refs) await begin(store, ref);
    const file = join(from.DATA_DIR, 'all.backup');
    let isTyping = true;
    let typed = 0;
    const typing = refs.map(async (ref) => {
      for (let v = 1; isTyping; v++) {
        assert.equal(await store.ops.append(ref, anOp(v)), 'committed');
        typed++;
        // As many fast typists would: what is written is restored and compared afterwards.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
    const backup = await runCommand('backup', { ...from }, [file]);
    const typedBefore = typed;
    isTyping = false;
    await Promise.all(typing);
    assert.equal(backup.code, 0, backup.err);
    assert.ok(typedBefore > 100, `${typedBefore} ops while the backup was taken`);
    const logs = await contents(store);
    await store.close();

    const restore = await runCommand('restore', { ...to }, [file]);
    assert.equal(restore.code, 0, restore.err);
    const doctor = await runCommand('doctor', { ...to });
    assert.equal(doctor.code, 0, doctor.out);
    const target = await open(to);
    t.after(() => target.close());
    for (const ref of refs) {
      const entries = await target.ops.read(ref, 0, null);
      const all = logs.logs[documentKey(ref)] as { entries: LogEntry[] };
      assert.deepEqual(entries, all.entries.slice(0, entries.length));
    }
  });
}

test('what is not whole, not empty or in the way is refused, and nothing is begun', async (t) => {
  const [from, to] = [aPlace(t, 'embedded'), aPlace(t, 'embedded')];
  const store = await open(from);
  await fill(store);
  await store.close();
  const file = join(from.DATA_DIR, 'all.backup');
  assert.equal((await runCommand('backup', { ...from }, [file])).code, 0);

  const again = await runCommand('backup', { ...from }, [file]);
  assert.deepEqual(
    [again.code, again.err],
    [1, `${file} is there already: a backup never replaces a file.\n`],
  );
  assert.deepEqual(
    readdirSync(from.DATA_DIR).filter((name) => name.endsWith('.partial')),
    [],
  );
  const full = await runCommand('restore', { ...from }, [file]);
  assert.equal(full.code, 1);
  assert.match(full.err, /^The store is not empty .*\n$/);

  const text = gunzipSync(readFileSync(file));
  const lines = text.toString().trimEnd().split('\n');
  const bad: Record<string, [Buffer, RegExp]> = {
    changed: [gzipSync(text.toString().replace('"ab "', '"abc"')), /checksum/],
    'cut-off': [gzipSync(`${lines.slice(0, -1).join('\n')}\n`), /its end is missing/],
    torn: [readFileSync(file).subarray(0, 2_000), /cannot be restored/],
    'a-line-less': [
      gzipSync(`${[...lines.slice(0, 5), ...lines.slice(6)].join('\n')}\n`),
      /checksum/,
    ],
    newer: [gzipSync('{"backup":99}\n'), /newer Deltapad/],
    other: [gzipSync('{"a":1}\n'), /not a backup/],
    plain: [Buffer.from('hello'), /cannot be restored/],
  };
  for (const [name, [bytes, words]] of Object.entries(bad)) {
    const path = join(from.DATA_DIR, name);
    writeFileSync(path, bytes);
    const { code, err } = await runCommand('restore', { ...to }, [path]);
    assert.equal(code, 1, name);
    assert.match(err, words, name);
    assert.match(err, /^[^\n]+\n$/, name);
  }
  assert.match((await runCommand('restore', { ...to }, ['/nowhere'])).err, /^There is no file/);
  assert.deepEqual(readdirSync(to.DATA_DIR), [], 'the store was not touched');
  const none = await runCommand('backup', { ...to }, [join(from.DATA_DIR, 'none')]);
  assert.match(none.err, /nothing has been stored there yet/);
});

/** Takes one entry out of the middle of a log, as no server would. */
async function damage({ DATA_DIR, MONGO_URL }: Env, ref: DocumentRef, v: number): Promise<void> {
  if (MONGO_URL) {
    const client = new MongoClient(MONGO_URL);
    await client.db().collection(`o_${ref.collection}`).deleteOne({ d: ref.id, v });
    await client.close();
    return;
  }
  const file = new PlainDatabase(join(DATA_DIR, 'deltapad.db'));
  const sql = 'DELETE FROM op WHERE v = ? AND log_id = (SELECT id FROM log WHERE key = ?)';
  assert.equal(file.prepare(sql).run([v, documentKey(ref)]).changes, 1);
  file.close();
}

for (const engine of ['embedded', 'mongo'] as const) {
  test(`a damaged document ends the backup, or is named and left out: ${engine}`, {
    skip: engine === 'mongo' && skip,
  }, async (t) => {
    const place = aPlace(t, engine);
    const store = await open(place);
    await fill(store);
    await store.close();
    await damage(place, aRef('long'), 60);
    const file = join(place.DATA_DIR, 'all.backup');
    const first = await runCommand('backup', { ...place }, [file]);
    assert.equal(first.code, 1);
    assert.match(first.err, /docs\/long is damaged at version 60.*--skip-damaged/);
    assert.equal(existsSync(file), false);

    const second = await runCommand('backup', { ...place }, ['--skip-damaged', file]);
    assert.equal(second.code, 2, second.err);
    assert.match(second.out, /^docs\/long is left out: its log has no entry at version 60$/m);
    assert.match(second.out, /: 2 documents, 4 ops, 3 records, 2 images\.$/m);
    assert.match(second.out, /1 damaged document is not in it/);

    const other = aPlace(t, 'embedded');
    const restore = await runCommand('restore', { ...other }, [file]);
    assert.equal(restore.code, 0, restore.err);
    const restored = await open(other);
    assert.deepEqual(Object.keys((await contents(restored)).logs), ['docs/deleted', 'docs/short']);
    assert.equal(await restored.records.get(documents, documentKey(aRef('long'))), null);
    await restored.close();
  });
}
