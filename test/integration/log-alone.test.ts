// A document that is known by its log alone (another ShareDB server wrote it, or its record was lost) is the
// same over REST, the page and the socket, on both engines; the doctor tells of it and makes its record.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { type DocumentRef, documentKey } from '../../core/ids.ts';
import { richTextUri } from '../../core/rich-text.ts';
import { systemClock } from '../../server/clock.ts';
import { openStore } from '../../server/store/open-store.ts';
import { documents } from '../../server/store/schema.ts';
import type { LogEntry, Store } from '../../server/store/store.ts';
import { startApp } from '../helpers/app.ts';
import { runCommand } from '../helpers/command.ts';
import { startMongo } from '../helpers/mongo.ts';
import { textOf } from '../helpers/op-server.ts';
import { stockClient } from '../helpers/stock-client.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());

const aRef = (id: string) => ({ collection: 'docs', id }) as DocumentRef;

async function writeLog({ ops }: Store, id: string, uid?: string): Promise<void> {
  const m = { ts: 1_700_000_000_000, ...(uid && { uid }) };
  const data = [
    { insert: 'Birds' },
    { insert: '\n', attributes: { header: 1 } },
    { insert: 'Ibis\n' },
  ];
  const entries: LogEntry[] = [
    { v: 0, src: 'stock', seq: 1, create: { type: richTextUri, data }, m },
    { v: 1, src: 'stock', seq: 2, op: [{ retain: 6 }, { insert: 'Avocet\n' }], m },
  ];
  for (const entry of entries) assert.equal(await ops.append(aRef(id), entry), 'committed');
}

function place(t: TestContext, isMongo: boolean) {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-log-alone-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const mongoUrl = isMongo ? `${mongo!.url}_${randomBytes(4).toString('hex')}` : null;
  const environment = { DATA_DIR: dataDir, ...(mongoUrl && { MONGO_URL: mongoUrl }) };
  return { dataDir, mongoUrl, environment };
}

for (const engine of ['the embedded store', 'Mongo'] as const) {
  const isMongo = engine === 'Mongo';
  const skip = isMongo && !mongo ? 'no Mongo server: install mongod, or Java and Maven' : false;

  test(`a log without a record opens over REST, page and socket, on ${engine}`, {
    skip,
  }, async (t) => {
    const { dataDir, mongoUrl } = place(t, isMongo);
    const before = await startApp(t, { config: { dataDir, mongoUrl } });
    const ada = await before.guest('Ada');
    const adaId = await ada.id();
    await before.close();
    const store = await openStore({ dataDir, mongoUrl, clock: systemClock });
    await writeLog(store, 'nobodys');
    await writeLog(store, 'adas', adaId);
    await store.close();

    const app = await startApp(t, { config: { dataDir, mongoUrl } });
    const bob = await app.guest('Bob');
    const again = app.stranger();
    again.cookie = ada.cookie;
    // The socket first, then REST and the page: whoever comes first makes no difference.
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
      headers: { cookie: bob.cookie },
    });
    t.after(() => socket.terminate());
    const doc = new (stockClient().Connection)(socket).get('docs', 'nobodys');
    await new Promise<void>((resolve, reject) => {
      doc.subscribe((error) => (error ? reject(error) : resolve()));
    });
    assert.equal(textOf(doc), 'Birds\nAvocet\nIbis\n');
    await new Promise<void>((resolve, reject) => {
      doc.submitOp([{ insert: 'X' }], {}, (error) => (error ? reject(error) : resolve()));
    });
    const read = await bob.get('/api/v1/documents/docs/nobodys');
    assert.equal(read.status, 200, read.text);
    assert.deepEqual([read.json.version, read.json.role, read.json.link], [3, 'editor', 'editor']);
    assert.equal(
      (await bob.get('/api/v1/documents/docs/nobodys?format=text')).text,
      'XBirds\nAvocet\nIbis\n',
    );
    const page = await bob.get('/d/docs/nobodys');
    assert.equal(page.status, 200);
    assert.match(page.text, /Avocet/);
    const taken = await bob.post('/api/v1/documents', { collection: 'docs', id: 'nobodys' });
    assert.equal(taken.status, 409);

    const mine = await again.get('/api/v1/documents/docs/adas');
    assert.deepEqual([mine.json.title, mine.json.role], ['Birds', 'owner']);
    assert.equal((await bob.get('/api/v1/documents/docs/adas')).json.role, 'editor');
    assert.equal((await bob.get('/api/v1/documents/docs/nothing')).status, 404);
  });

  test(`the doctor tells of a log without a record, and makes it, on ${engine}`, {
    skip,
  }, async (t) => {
    const { dataDir, mongoUrl, environment } = place(t, isMongo);
    let store = await openStore({ dataDir, mongoUrl, clock: systemClock });
    await writeLog(store, 'alone', 'g_adaadaada');
    await store.close();
    const first = await runCommand('doctor', environment);
    assert.equal(first.code, 1, first.out + first.err);
    assert.match(first.out, /^docs\/alone: it has no record/m);
    const second = await runCommand('doctor', environment, ['--repair']);
    assert.equal(second.code, 0, second.out + second.err);
    assert.match(second.out, /^docs\/alone: it has no record.*\(repaired\)$/m);
    assert.equal((await runCommand('doctor', environment)).code, 0);
    store = await openStore({ dataDir, mongoUrl, clock: systemClock });
    const record = await store.records.get(documents, documentKey(aRef('alone')));
    assert.deepEqual([record?.value.title, record?.value.ownerId], ['Birds', 'g_adaadaada']);
    await store.close();
  });
}
