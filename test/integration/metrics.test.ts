// /metrics: who may read it, and that what happens is counted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';

const token = 'a-token-for-the-metrics';

/** The value of a line of Prometheus's text format. */
function reading(text: string, line: string): number {
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  assert.ok(found, `${line} in:\n${text}`);
  return Number(found.slice(line.length + 1));
}

test('this computer reads the metrics; what happened is in them', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { json } = await ada.ask('POST', '/api/v1/documents', { body: { text: 'Heron' } });
  await ada.get('/api/v1/documents/docs/absent');
  const reply = await app.stranger().get('/metrics');
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  await eventually(
    'the counts',
    async () => {
      const { text } = await app.stranger().get('/metrics');
      assert.equal(reading(text, 'deltapad_op_commit_seconds_count'), 1);
      const requests = 'deltapad_http_request_seconds_count';
      const documents = '/api/v1/documents';
      const created = `${requests}{method="POST",route="${documents}",status="2xx"}`;
      assert.equal(reading(text, created), 1);
      const absent = `${requests}{method="GET",route="${documents}/:collection/:id",status="4xx"}`;
      assert.equal(reading(text, absent), 1);
      assert.ok(reading(text, 'process_resident_memory_bytes') > 1e7);
      assert.ok(reading(text, 'process_cpu_seconds_total') > 0);
      assert.equal(reading(text, 'deltapad_connections'), 0);
      assert.ok(!text.includes(json.id), 'no address of a document');
      return true;
    },
    Boolean,
  );
});

test('through a proxy, or from elsewhere, only who has the token reads them', async (t) => {
  const app = await startApp(t, { config: { metricsToken: token } });
  const read = (headers: Record<string, string>) =>
    app.stranger().get('/metrics', { accept: 'application/json', ...headers });
  for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    assert.equal((await read({ [header]: '127.0.0.1' })).status, 403, header);
  }
  const proxied = { 'x-forwarded-for': '127.0.0.1' };
  assert.equal((await read({ ...proxied, authorization: `Bearer ${token}` })).status, 200);
  for (const given of [`Bearer ${token}x`, 'Bearer ', token, 'Bearer null']) {
    assert.equal((await read({ ...proxied, authorization: given })).status, 403, given);
  }
  const closed = await startApp(t);
  const answer = await closed
    .stranger()
    .get('/metrics', { ...proxied, authorization: 'Bearer null' });
  assert.equal(answer.status, 403);
});
