// The doctor as an operator runs it, on both engines: what it finds, what it repairs, what it leaves alone.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import PlainDatabase from 'libsql';
import { MongoClient } from 'mongodb';
import type { DeltaOp } from '../../core/delta.ts';
import { type DocumentRef, documentKey, parseDocumentRef } from '../../core/ids.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { systemClock } from '../../server/clock.ts';
import type { Report } from '../../server/doctor/run.ts';
import { recordFromLog } from '../../server/documents/log-alone.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import { openMongoStore } from '../../server/store/mongo/mongo-store.ts';
import { type DocumentRecord, documents } from '../../server/store/schema.ts';
import type { Store } from '../../server/store/store.ts';
import { runCommand } from '../helpers/command.ts';
import { startMongo } from '../helpers/mongo.ts';

const mongo = await startMongo();
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
if (mongo) after(() => mongo.close());

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'deltapad-doctor-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const aRef = (id: string) => parseDocumentRef('docs', id) as DocumentRef;

/** A document of `count` letters, with a milestone in the middle and a snapshot near the end. */
async function writeDocument(store: Store, id: string, count = 250): Promise<DocumentRef> {
  const { ops } = store;
  const ref = aRef(id);
  const m = { ts: 1_700_000_000_000 };
  const create = { type: richTextUri, data: [{ insert: '\n' }] };
  const bold = { attributes: { italic: true, bold: true } };
  const entries = [
    { v: 0, src: 's', seq: 1, create, m },
    ...Array.from({ length: count }, (_, i) => ({
      v: i + 1,
      src: 'ada',
      seq: i + 1,
      op: [{ insert: 'abc'[i % 3]!, ...(i % 2 ? bold : {}) }],
      m,
    })),
  ];
  assert.deepEqual(
    new Set(await Promise.all(entries.map((entry) => ops.append(ref, entry)))),
    new Set(['committed']),
  );
  const at = (v: number) => {
    const data: DeltaOp[] = [];
    for (let i = v - 2; i >= 0; i--) {
      // Keys in another order than the log has them.
      const attributes = { bold: true, italic: true };
      data.push({ insert: 'abc'[i % 3]!, ...(i % 2 ? { attributes } : {}) } as DeltaOp);
    }
    return { v, type: richTextUri, data: { ops: [...data, { insert: '\n' }] }, m: null };
  };
  await ops.writeSnapshot(ref, at(101), { milestone: true });
  await ops.writeSnapshot(ref, at(count));
  const record = (await recordFromLog(ops, ref)) as DocumentRecord;
  await store.records.put(documents, documentKey(ref), record);
  return ref;
}

test('nothing is wrong: 0, a report, and many documents in several processes', async (t) => {
  const DATA_DIR = folder(t);
  const store = await openEmbeddedStore({ dataDir: DATA_DIR, clock: systemClock });
  for (let i = 0; i < 12; i++) await writeDocument(store, `doc-${i}`);
  await store.close();
  const json = join(DATA_DIR, 'report.json');
  const { code, out, err } = await runCommand('doctor', { DATA_DIR }, ['--json', json]);
  assert.equal(err, '');
  assert.match(
    out,
    /^SQLite .*\n(.* of 12 documents\n)*12 documents, 3012 ops: nothing is wrong\.\n$/,
  );
  assert.equal(code, 0);
  const report = JSON.parse(readFileSync(json, 'utf8')) as Report;
  assert.deepEqual([report.documents, report.left, report.found], [12, 0, []]);
});

test('a gap, a wrong snapshot and invalid text are found; only the snapshot is repaired', async (t) => {
  const DATA_DIR = folder(t);
  const store = await openEmbeddedStore({ dataDir: DATA_DIR, clock: systemClock });
  const [well, wrong, gap] = [
    await writeDocument(store, 'a-well'),
    await writeDocument(store, 'b-wrong'),
    await writeDocument(store, 'c-gap'),
  ];
  const cut = { v: 251, src: 'x', seq: 1, op: [{ retain: 250 }, { delete: 1 }], m: { ts: 1 } };
  await store.ops.append(await writeDocument(store, 'd-cut'), cut);
  const isSame = await store.ops.read(wrong, 0, null);
  await store.close();
  const file = new PlainDatabase(join(DATA_DIR, 'deltapad.db'));
  const ofDocument = '(SELECT id FROM log WHERE key = ?)';
  for (const v of [101, 250]) {
    const sql = `UPDATE snapshot SET data = replace(data, '"a"', '"z"') WHERE v = ${v} AND log_id = ${ofDocument}`;
    assert.equal(file.prepare(sql).run([documentKey(wrong)]).changes, 1);
  }
  file.prepare(`DELETE FROM op WHERE v = 60 AND log_id = ${ofDocument}`).run([documentKey(gap)]);
  file.close();

  const first = await runCommand('doctor', { DATA_DIR });
  assert.equal(first.code, 1, first.err);
  assert.match(
    first.out,
    /^docs\/b-wrong: the snapshot at version 101 is not what the log makes$/m,
  );
  assert.match(
    first.out,
    /^docs\/b-wrong: the snapshot at version 250 is not what the log makes$/m,
  );
  assert.match(first.out, /^docs\/c-gap: the entry at version 60 is missing$/m);
  assert.match(first.out, /^docs\/d-cut: the document is not valid: .*newline$/m);
  assert.doesNotMatch(first.out, new RegExp(documentKey(well)));
  assert.match(first.out, /3 with problems; 4 problems are left\.\n.*--repair/);
  assert.deepEqual(
    readdirSync(DATA_DIR).filter((name) => name.startsWith('doctor-')),
    [],
    'nothing was changed',
  );

  const second = await runCommand('doctor', { DATA_DIR }, ['--repair']);
  assert.equal(second.code, 1);
  assert.match(second.out, /^docs\/b-wrong: .* 101 .*\(repaired\)$/m);
  assert.match(second.out, /^docs\/c-gap: the entry at version 60 is missing$/m);
  assert.match(second.out, /2 problems are left\.\n$/);
  const kept = /is kept in (\S+)/.exec(second.out)?.[1] as string;
  const lines = readFileSync(kept, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ document, snapshot, milestone }) => [document, snapshot.v, milestone]),
    [
      ['docs/b-wrong', 101, true],
      ['docs/b-wrong', 250, false],
    ],
  );
  assert.match(JSON.stringify(lines), /"insert":"z"/);

  const again = await openEmbeddedStore({ dataDir: DATA_DIR, clock: systemClock });
  assert.deepEqual(await again.ops.read(wrong, 0, null), isSame, 'no committed op is changed');
  assert.deepEqual(await again.ops.listSnapshots(wrong), [
    { v: 101, milestone: true },
    { v: 250, milestone: false },
  ]);
  assert.doesNotMatch(JSON.stringify(await again.ops.snapshot(wrong, null)), /"z"/);
  await again.close();
});

test('while a server holds the store, it is refused', async (t) => {
  const DATA_DIR = folder(t);
  const store = await openEmbeddedStore({ dataDir: DATA_DIR, clock: systemClock });
  t.after(() => store.close());
  const { code, out, err } = await runCommand('doctor', { DATA_DIR }, ['--repair']);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^Another Deltapad server is using the data folder .*\n$/);
});

test('a folder where nothing was stored is refused, not found healthy, and stays as it is', async (t) => {
  const DATA_DIR = folder(t);
  const { code, out, err } = await runCommand('doctor', { DATA_DIR });
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^There is no .*deltapad\.db: nothing has been stored there yet\.\n$/);
  assert.deepEqual(readdirSync(DATA_DIR), []);
});

test('an argument that it does not know is refused with the usage', async (t) => {
  const { code, err } = await runCommand('doctor', { DATA_DIR: folder(t) }, ['--fix']);
  assert.equal(code, 1);
  assert.match(err, /--fix.*npm run doctor --/s);
});

test('Mongo: orphans are set aside and snapshots rebuilt; a server that runs is respected', {
  skip,
}, async (t) => {
  const DATA_DIR = folder(t);
  const MONGO_URL = mongo!.url;
  const open = (announce?: 'server') =>
    openMongoStore({ url: MONGO_URL, ...(announce && { announce }) });
  let store = await open();
  const wrong = await writeDocument(store, 'wrong');
  const orphaned = await writeDocument(store, 'orphaned');
  const before = await store.ops.read(orphaned, 0, null);
  await store.close();
  const client = new MongoClient(MONGO_URL);
  t.after(() => client.close());
  const db = client.db();
  const op = [{ insert: 'lost race' }];
  const ops = db.collection('o_docs');
  await ops.insertOne({ d: 'orphaned', v: 7, o: 'orphaned@6', src: 'x', seq: 1, op, m: {} });
  await ops.insertOne({ d: 'orphaned', v: 251, o: 'orphaned@250', src: 'x', seq: 2, op, m: {} });
  const data = [{ insert: 'something else\n' }];
  await db.collection('docs').updateOne({ _id: 'wrong' as never }, { $set: { ops: data } });

  const first = await runCommand('doctor', { DATA_DIR, MONGO_URL });
  assert.equal(first.code, 1, first.err);
  assert.match(first.out, /^docs\/orphaned: 2 entries lie beside the log$/m);
  assert.match(first.out, /^docs\/wrong: the snapshot at version 250 is not what the log makes$/m);
  assert.equal(await ops.countDocuments({ d: 'orphaned' }), 253, 'looking changes nothing');

  const second = await runCommand('doctor', { DATA_DIR, MONGO_URL }, ['--repair']);
  assert.equal(second.code, 0, second.out + second.err);
  assert.match(second.out, /2 with problems; 0 problems are left\.\n$/);
  assert.match(readFileSync(/kept in (\S+)/.exec(second.out)![1]!, 'utf8'), /lost race/);
  const third = await runCommand('doctor', { DATA_DIR, MONGO_URL });
  assert.equal(third.code, 0, third.out);
  assert.match(third.out, /2 documents, 502 ops: nothing is wrong\.\n$/);

  store = await open('server');
  const aside = await db.collection('deltapad_orphans').find({}).toArray();
  assert.deepEqual(aside.map((row) => row.op.v).sort(), [251, 7]);
  assert.deepEqual(await store.ops.read(orphaned, 0, null), before);
  assert.equal((await store.ops.snapshot(wrong, null))?.v, 250);
  const refused = await runCommand('doctor', { DATA_DIR, MONGO_URL });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^A Deltapad server is using the database .*\n$/);
  await store.close();
  // One that was killed: its word is old.
  const old = { use: 'server', host: 'gone', pid: 1, at: Date.now() - 60_000 };
  await db.collection('deltapad_servers').insertOne(old);
  assert.equal((await runCommand('doctor', { DATA_DIR, MONGO_URL })).code, 0);
  assert.equal(await db.collection('deltapad_servers').countDocuments(), 0);
});
