// The whole built server on a disk that fills, that cannot be written, or that gives up in the middle:
// writers keep their words without an error, nothing is acknowledged that is not kept, and work goes on by
// itself once there is room.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseDocumentRef } from '../../core/ids.ts';
import { closeCodes } from '../../core/protocol.ts';
import { Person } from '../helpers/app.ts';
import { BuiltApp } from '../helpers/built-app.ts';
import { eventually } from '../helpers/eventually.ts';
import { png } from '../helpers/images.ts';
import { runMain } from '../helpers/main-process.ts';
import { createRandom } from '../helpers/random.ts';
import { limitProblem, mountProblem, refuseWrites, SmallDisk } from '../helpers/small-disk.ts';
import {
  allArrived,
  checkTokens,
  keepTyping,
  ownWriter,
  stockWriter,
  type TokenWriter,
} from '../helpers/token-writers.ts';
import { until } from '../helpers/until.ts';

const skip = mountProblem() ?? false;
const skipExt4 = mountProblem('ext4') ?? false;

/** A server on the disk, and people who write in one document. */
async function start(t: TestContext, disk: { readonly folder: string }) {
  const app = await BuiltApp.start({ DATA_DIR: join(disk.folder, 'data') });
  t.after(() => app.stop());
  const owner = new Person(app.url);
  await owner.post('/api/v1/session', {});
  const made = await owner.makes({ text: '\n' });
  const ref = parseDocumentRef(made.collection, made.id)!;
  const random = createRandom(7);
  const writers: TokenWriter[] = [];
  for (const [i, open] of [stockWriter, stockWriter, ownWriter, ownWriter].entries()) {
    writers.push(await open(t, { url: app.url, ref, name: `w${i}`, random: random.fork() }));
  }
  const place = { dataDir: app.dataDir, mongoUrl: null };
  const ready = async () => {
    const { status, json } = await owner.get('/readyz');
    return { status, detail: json.detail as string | undefined };
  };
  return { app, owner, made, ref, random, writers, place, ready };
}

const acknowledgedBy = (writers: readonly TokenWriter[]) =>
  writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);

/** Lines of the log, which says nothing in words below `warn`. */
const logged = (app: BuiltApp) =>
  app.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { msg: string; why?: string });

test('[P1 P5] a disk that fills: edits wait without an error, it is said once, and all arrives when there is room', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const disk = SmallDisk.tmpfs(t, 6);
  const { app, owner, made, ref, random, writers, place, ready } = await start(t, disk);
  const stopTyping = keepTyping(writers, random, { everyMs: 5, mostWaiting: 25 });
  t.after(stopTyping);
  await until('people write', () => acknowledgedBy(writers) > 100);
  assert.deepEqual(await ready(), { status: 200, detail: undefined });

  disk.fill('balloon');
  await until('nobody gets anything stored', () => writers.every((w) => w.unacknowledged >= 20));
  await until('all have been told why', () =>
    writers.every(({ closes }) => closes.includes(closeCodes['not-now'].code)),
  );
  const before = acknowledgedBy(writers);
  const full = await ready();
  assert.equal(full.status, 503);
  assert.match(full.detail ?? '', /the disk is full/);

  // What cannot be kept is refused in a sentence; what is kept can be read.
  const image = await owner.ask(
    'POST',
    `/api/v1/uploads?collection=${ref.collection}&id=${ref.id}`,
    {
      raw: new Uint8Array(png(400, 400)),
      headers: { 'content-type': 'image/png' },
    },
  );
  assert.equal(image.status, 503, image.text);
  assert.equal(image.json.code, 'not-now');
  assert.match(image.json.detail, /the disk is full/);
  assert.ok(Number(image.headers.get('retry-after')) > 0);
  const created = await owner.post('/api/v1/documents', {});
  assert.equal(created.status, 503, created.text);
  assert.equal((await owner.get(made.url)).status, 200);
  assert.equal((await owner.get('/')).status, 200);

  // Everybody tries again several times meanwhile.
  await until('all have tried again', () => writers.every(({ closes }) => closes.length >= 4));
  assert.ok(app.isRunning);
  assert.equal(
    acknowledgedBy(writers),
    before,
    'nothing is acknowledged while nothing can be stored',
  );
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], name);
  await checkTokens(place, ref, writers);
  const warnings = logged(app);
  const outages = warnings.filter(({ msg }) => msg.startsWith('the store cannot serve'));
  assert.equal(outages.length, 1, app.output);
  assert.match(outages[0]?.why ?? '', /the disk is full/);
  assert.ok(warnings.length <= 5, `${warnings.length} lines:\n${app.output}`);

  disk.free('balloon');
  await until('work goes on by itself', () => acknowledgedBy(writers) > before + 100);
  stopTyping();
  await allArrived(writers, 30_000);
  await eventually('it is ready', ready, ({ status }) => status === 200);
  const again = logged(app).filter(({ msg }) => msg === 'the store serves again');
  assert.equal(again.length, 1, app.output);
  const { text } = await checkTokens(place, ref, writers);
  for (const token of writers.flatMap(({ typed }) => typed)) {
    assert.ok(text.includes(token), `${token} is not in the text`);
  }
  t.diagnostic(
    `${before} acknowledged before, ${acknowledgedBy(writers)} in the end, 0 lost; ${logged(app).length} lines in the log`,
  );
});

test('[P1] a disk that gives up in the middle: nothing is acknowledged any more, and all arrives after it is mended and the server started again', {
  skip: skipExt4,
  timeout: 120_000,
}, async (t) => {
  const disk = SmallDisk.ext4(t, 32);
  const { app, ref, random, writers, place, ready } = await start(t, disk);
  const stopTyping = keepTyping(writers, random, { everyMs: 5, mostWaiting: 25 });
  t.after(stopTyping);
  await until('people write', () => acknowledgedBy(writers) > 100);

  disk.giveUp();
  await until('nobody gets anything stored', () => writers.every((w) => w.unacknowledged >= 20));
  await until('all have tried again', () => writers.every(({ closes }) => closes.length >= 3));
  const before = acknowledgedBy(writers);
  assert.ok(app.isRunning);
  const away = await ready();
  assert.equal(away.status, 503);
  assert.match(away.detail ?? '', /Nothing can be (saved|read) just now/);
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], name);
  assert.ok(logged(app).length <= 6, app.output);

  await app.stop();
  disk.mountAgain();
  await checkTokens(place, ref, writers);
  assert.equal(acknowledgedBy(writers), before);
  await app.start();
  await until('work goes on', () => acknowledgedBy(writers) > before + 100);
  stopTyping();
  await allArrived(writers, 30_000);
  await checkTokens(place, ref, writers);
});

test('a data folder that cannot be written, or has no room to begin in, is one sentence and exit code 1', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const disk = SmallDisk.tmpfs(t, 1);
  const env = { DATA_DIR: join(disk.folder, 'data') };
  const starts = async (words: RegExp) => {
    const main = runMain(t, env);
    assert.equal(await main.ended, 1, main.out);
    assert.match(main.err, words);
    assert.equal(main.err.trim().split('\n').length, 1, main.err);
    assert.equal(main.out, '');
  };
  disk.setReadOnly(true);
  await starts(/data folder .* is on a disk that is read-only/);
  disk.setReadOnly(false);
  disk.fill('balloon');
  await starts(/no space left|disk is full/);
  disk.free('balloon');

  const first = runMain(t, env);
  await first.url();
  first.child.kill('SIGTERM');
  assert.equal(await first.ended, 0);
  disk.setReadOnly(true);
  await starts(/data folder .* is on a disk that is read-only/);
  disk.setReadOnly(false);
  // What is kept can be read, so it starts.
  disk.fill('balloon');
  const full = runMain(t, env);
  const person = new Person(await full.url());
  assert.equal((await person.get('/')).status, 200);
  full.child.kill('SIGTERM');
  assert.equal(await full.ended, 0);
});

test('[P1 P5] a disk that reports errors for a while: edits wait without an error, and all arrives', {
  skip: limitProblem() ?? false,
  timeout: 120_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'deltapad-errors-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { app, ref, random, writers, place, ready } = await start(t, { folder });
  const stopTyping = keepTyping(writers, random, { everyMs: 5, mostWaiting: 25 });
  t.after(stopTyping);
  for (let round = 1; round <= 3; round++) {
    const before = acknowledgedBy(writers);
    await until('people write', () => acknowledgedBy(writers) > before + 60);
    refuseWrites(app.pid, true);
    await until('nobody gets anything stored', () => writers.every((w) => w.unacknowledged >= 20));
    const { status, detail } = await eventually(
      'it says so',
      ready,
      ({ status }) => status === 503,
    );
    assert.match(
      `${status} ${detail}`,
      /^503 Nothing can be saved just now: the disk reports an error/,
    );
    await checkTokens(place, ref, writers);
    refuseWrites(app.pid, false);
  }
  const before = acknowledgedBy(writers);
  await until('work goes on by itself', () => acknowledgedBy(writers) > before + 60);
  stopTyping();
  await allArrived(writers, 30_000);
  const { text } = await checkTokens(place, ref, writers);
  for (const token of writers.flatMap(({ typed }) => typed)) {
    assert.ok(text.includes(token), `${token} is not in the text`);
  }
});
