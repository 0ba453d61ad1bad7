// Old versions over HTTP, on both engines: what a document was at any version and time, who wrote it and
// how, for whoever may read it and nobody else.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { DocumentVersion, VersionList } from '../../core/api.ts';
import type { CollectionName, DocumentId } from '../../core/ids.ts';
import { openEmbeddedReader } from '../../server/store/embedded/embedded-store.ts';
import { openMongoReader } from '../../server/store/mongo/mongo-store.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { startMongo } from '../helpers/mongo.ts';
import { stockClient } from '../helpers/stock-client.ts';
import { until } from '../helpers/until.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'deltapad-versions-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Types `count` characters with ShareDB's own client, each an op of its own. */
async function types(t: TestContext, app: TestApp, who: Person, at: string[], count: number) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
    headers: { cookie: who.cookie },
  });
  t.after(() => socket.terminate());
  const { Connection } = stockClient();
  const connection = new Connection(socket);
  const doc = connection.get(at[0]!, at[1]!);
  await new Promise<void>((resolve, reject) => {
    doc.subscribe((error) => (error ? reject(error) : resolve()));
  });
  for (let i = 0; i < count; i++) {
    const done = new Promise<void>((resolve, reject) => {
      const insert = { insert: String(i % 10) };
      doc.submitOp(i > 0 ? [{ retain: i }, insert] : [insert], {}, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    await done;
  }
  connection.close();
}

for (const engine of ['the embedded store', 'Mongo'] as const) {
  const isMongo = engine === 'Mongo';
  const skip = isMongo && !mongo ? 'no Mongo server: install mongod, or Java and Maven' : false;

  test(`old versions are read and listed with who wrote them when, on ${engine}`, {
    skip,
  }, async (t) => {
    const config = { dataDir: folder(t), mongoUrl: isMongo ? mongo!.url : null, rateLimits: false };
    const app = await startApp(t, { config });
    const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
    const before = Date.now();
    const { collection, id } = await ada.makes({ text: 'Ibis\n' });
    await types(t, app, bob, [collection, id], 70);
    const path = `/api/v1/documents/${collection}/${id}/versions`;

    const first = (await bob.get(path)).json as VersionList;
    assert.deepEqual(
      first.versions.map(({ version }) => version),
      Array.from({ length: 50 }, (_, i) => 71 - i),
    );
    const second = (await bob.get(`${path}?before=${first.next}`)).json as VersionList;
    assert.deepEqual([second.versions.length, second.next], [21, undefined]);
    assert.deepEqual([second.versions[0]!.version, second.versions.at(-1)!.version], [21, 1]);
    const [newest, oldest] = [first.versions[0]!, second.versions.at(-1)!];
    assert.deepEqual([newest.author?.name, newest.via], ['Bob', 'sharedb']);
    assert.deepEqual([oldest.author?.name, oldest.via], ['Ada', 'api']);
    assert.ok(oldest.at >= before && newest.at >= oldest.at && newest.at <= Date.now());

    const whole = (await ada.get(`${path}/4`)).json as DocumentVersion;
    assert.deepEqual(whole.delta, [{ insert: '012Ibis\n' }]);
    assert.deepEqual([whole.version, whole.author?.name, whole.kept], [4, 'Bob', false]);
    assert.deepEqual((await ada.get(`${path}/1`)).json.delta, [{ insert: 'Ibis\n' }]);
    const then = (await ada.get(`${path}/at/${Date.now() + 1}`)).json as DocumentVersion;
    assert.equal(then.version, 71);
    assert.equal((await ada.get(`${path}/at/${oldest.at - 1}`)).status, 404);
    const atFirst = (await ada.get(`${path}/at/${oldest.at}`)).json as DocumentVersion;
    assert.ok(atFirst.version >= 1 && atFirst.at === oldest.at);

    for (const [wrong, status] of [
      ['0', 404],
      ['72', 404],
      ['-1', 400],
      ['x', 400],
      ['1.5', 400],
      ['99999999999999999', 400],
    ] as const) {
      const answer = await ada.get(`${path}/${wrong}`);
      assert.equal(answer.status, status, `${wrong}: ${answer.text}`);
    }
    assert.equal((await ada.get(`${path}?before=x`)).status, 400);
    assert.equal((await app.stranger().get(`${path}/1`)).status, 401);
    await ada.ask('PUT', `/api/v1/documents/${collection}/${id}/access`, {
      body: { link: 'none' },
    });
    for (const asked of [path, `${path}/1`, `${path}/at/${before}`]) {
      await until('Bob may not read', async () => (await bob.get(asked)).status === 403);
    }
    assert.equal((await ada.get('/api/v1/documents/docs/nowhere/versions')).status, 404);

    const described = (await ada.get('/api/v1/openapi.json')).json.paths;
    assert.ok(described['/api/v1/documents/{collection}/{id}/versions/{version}'].get);
    assert.ok(described['/api/v1/documents/{collection}/{id}/versions'].get);
    const [adaId, bobId] = [await ada.id(), await bob.id()];
    await app.close();

    // Every op in the log says when, by whom and how.
    const reader = isMongo
      ? await openMongoReader({ url: mongo!.url })
      : await openEmbeddedReader({ dataDir: config.dataDir });
    const ref = { collection: collection as CollectionName, id: id as DocumentId };
    const entries = await reader.ops.read(ref, 0, null);
    await reader.close();
    assert.equal(entries.length, 71);
    entries.forEach(({ v, m }) => {
      assert.ok(m.ts >= before && m.ts <= Date.now(), `ts of ${v}`);
      assert.deepEqual([m.uid, m.via], v === 0 ? [adaId, 'api'] : [bobId, 'sharedb']);
    });
  });
}
