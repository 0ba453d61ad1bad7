// The process: what it says at its start, how it is configured, how it ends.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { becomes, eventually } from '../helpers/eventually.ts';
import { runMain } from '../helpers/main-process.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'deltapad-main-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('it says where it runs, what it keeps, and how to let others in; SIGTERM ends it', async (t) => {
  const main = runMain(t, { DATA_DIR: folder(t) });
  const url = await main.url();
  assert.match(url, /^http:\/\/localhost:\d+$/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.match(main.out, /SQLite/);
  assert.match(main.out, /HOST=0\.0\.0\.0 npm start.*PUBLIC_URL/);
  assert.doesNotMatch(main.out, /limits/);
  main.child.kill('SIGTERM');
  assert.equal(await main.ended, 0);
  assert.equal(main.err, '');
});

test('RATE_LIMITS=off and PUBLIC_URL are said aloud', async (t) => {
  const main = runMain(t, {
    DATA_DIR: folder(t),
    RATE_LIMITS: 'off',
    PUBLIC_URL: 'https://pad.example',
  });
  await main.url();
  assert.match(main.out, /RATE_LIMITS=off/);
  assert.match(main.out, /People reach it at https:\/\/pad\.example/);
  main.child.kill('SIGINT');
  assert.equal(await main.ended, 0);
});

test('every mistake in the configuration is named at once, and nothing is started', async (t) => {
  const main = runMain(t, { PORT: 'http', RATE_LIMITS: 'maybe', DATA_DIR: join(folder(t), 'x') });
  assert.equal(await main.ended, 1);
  assert.match(main.err, /^PORT .*http.*\nRATE_LIMITS .*maybe.*\nSee --help\.\n$/);
  assert.equal(main.out, '');
});

test('--help lists the variables', async (t) => {
  const main = runMain(t, { PORT: 'nonsense' }, { args: ['--help'] });
  assert.equal(await main.ended, 0);
  assert.match(main.out, /DATA_DIR.*LOG_LEVEL/s);
});

test('a port that is taken is one sentence', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const main = runMain(t, { DATA_DIR: folder(t), PORT: String(port) });
  assert.equal(await main.ended, 1);
  assert.match(main.err, new RegExp(`^Port ${port} is taken by another program\\..*\n$`));
});

test('a data folder that is none, or that another server has, is one sentence', async (t) => {
  const dir = folder(t);
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const none = runMain(t, { DATA_DIR: file });
  assert.equal(await none.ended, 1);
  assert.match(none.err, /^The data folder .*file is not a folder\..*\n$/);
  const first = runMain(t, { DATA_DIR: dir });
  await first.url();
  const second = runMain(t, { DATA_DIR: dir });
  assert.equal(await second.ended, 1);
  assert.match(second.err, /^.*Another Deltapad server is using the data folder.*\n$/);
});

test('a secret that is damaged is not replaced in silence', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'secret'), 'short');
  const main = runMain(t, { DATA_DIR: dir });
  assert.equal(await main.ended, 1);
  assert.match(main.err, /secret does not hold a secret.*\n$/);
});

/** A request that never ends its body, so that a stop has something to wait for. */
async function hang(url: string): Promise<void> {
  const session = await fetch(`${url}/api/v1/session`, { method: 'POST' });
  const cookie = session.headers.getSetCookie()[0]!.split(';')[0]!;
  const slow = request(`${url}/api/v1/documents`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', expect: '100-continue' },
  });
  slow.on('error', () => {});
  slow.flushHeaders();
  await new Promise((resolve) => slow.once('continue', resolve));
}

test('Ctrl+C twice ends at once; two signals in one moment are one', async (t) => {
  const main = runMain(t, { DATA_DIR: folder(t) });
  await hang(await main.url());
  main.child.kill('SIGINT');
  await eventually(
    'the first is heard',
    () => main.out,
    (out) => out.includes('ends'),
  );
  const startedAt = Date.now();
  main.child.kill('SIGINT');
  await wait(600);
  assert.equal(main.child.exitCode, null, 'npm hands on what the terminal sent already');
  main.child.kill('SIGINT');
  assert.equal(await main.ended, 1);
  assert.ok(Date.now() - startedAt < 2_500, 'before the request was given up');
});

test('a fault that nobody caught is logged, and ends the process with 1', async (t) => {
  const trap = `data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('boom')})`;
  const main = runMain(t, { DATA_DIR: folder(t) }, { imports: [trap] });
  const url = await main.url();
  main.child.kill('SIGUSR2');
  assert.equal(await main.ended, 1);
  const line = JSON.parse(main.err.trim().split('\n')[0]!);
  assert.deepEqual([line.level, line.msg, line.err.message], [60, 'uncaughtException', 'boom']);
  await becomes(
    'refused',
    () =>
      fetch(url).then(
        () => 'answers',
        () => 'refused',
      ),
    'refused',
  );
});

test('requests are logged by route, without addresses of documents, names or cookies', async (t) => {
  const main = runMain(t, { DATA_DIR: folder(t), LOG_LEVEL: 'debug' });
  const url = await main.url();
  const made = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Adelheid"}',
  });
  const cookie = made.headers.getSetCookie()[0]!.split(';')[0]!;
  await fetch(`${url}/d/docs/my-secret-id?x=hidden`, { headers: { cookie } });
  main.child.kill('SIGTERM');
  await main.ended;
  const lines = main.err
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  const page = lines.find(({ route }) => route === '/d/:collection/:id');
  assert.equal(page.status, 200);
  assert.ok(page.request && page.person && page.ms >= 0);
  assert.doesNotMatch(main.err, /Adelheid|my-secret-id|hidden/);
  assert.ok(!main.err.includes(cookie.split('.')[1]!));
});
