// The built server on a Mongo that is stopped and started, or whose line is only silent, while people
// write: they keep their words without an error, nothing is acknowledged that is not kept, and work goes on
// by itself.

import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { parseDocumentRef } from '../../core/ids.ts';
import { closeCodes } from '../../core/protocol.ts';
import { Person } from '../helpers/app.ts';
import { BuiltApp } from '../helpers/built-app.ts';
import { eventually } from '../helpers/eventually.ts';
import { startMongo } from '../helpers/mongo.ts';
import { createRandom } from '../helpers/random.ts';
import { TcpLine } from '../helpers/tcp-line.ts';
import {
  allArrived,
  checkTokens,
  keepTyping,
  ownWriter,
  stockWriter,
  type TokenWriter,
} from '../helpers/token-writers.ts';
import { until } from '../helpers/until.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const skip = !mongo
  ? 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven'
  : mongo.kind === 'given'
    ? 'the server of MONGO_URL is not ours to stop'
    : false;

const acknowledgedBy = (writers: readonly TokenWriter[]) =>
  writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);

async function start(t: TestContext, url: string) {
  const app = await BuiltApp.start({ MONGO_URL: url });
  t.after(() => app.close());
  const owner = new Person(app.url);
  await owner.post('/api/v1/session', {});
  const made = await owner.makes({ text: '\n' });
  const ref = parseDocumentRef(made.collection, made.id)!;
  const random = createRandom(11);
  const writers: TokenWriter[] = [];
  for (const [i, open] of [stockWriter, stockWriter, ownWriter, ownWriter].entries()) {
    writers.push(await open(t, { url: app.url, ref, name: `w${i}`, random: random.fork() }));
  }
  const stopTyping = keepTyping(writers, random, { everyMs: 5, mostWaiting: 25 });
  t.after(stopTyping);
  await until('people write', () => acknowledgedBy(writers) > 100);
  const outages = () => app.output.split('\n').filter((line) => line.includes('cannot serve'));
  const arrive = async (outagesTold = 1) => {
    const before = acknowledgedBy(writers);
    await until('work goes on by itself', () => acknowledgedBy(writers) > before + 60, 40_000);
    stopTyping();
    await allArrived(writers, 40_000);
    await eventually(
      'it is ready',
      () => owner.get('/readyz'),
      ({ status }) => status === 200,
    );
    assert.equal(outages().length, outagesTold, app.output);
    const { text } = await checkTokens(
      { dataDir: app.dataDir, mongoUrl: mongo!.url },
      ref,
      writers,
    );
    for (const token of writers.flatMap(({ typed }) => typed)) {
      assert.ok(text.includes(token), `${token} is not in the text`);
    }
  };
  return { app, owner, writers, arrive };
}

test('[P1 P5] a Mongo that is stopped and started while people write', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const { app, owner, writers, arrive } = await start(t, mongo!.url);
  await mongo!.stop();
  // Our own client is told why; a stock one is let in no more.
  await until('all have been told', () =>
    writers.every(({ closes }) => closes.includes(closeCodes['not-now'].code)),
  );
  const [, , ada, bob] = writers;
  const told = ({ closes }: TokenWriter) =>
    closes.filter((code) => code === closeCodes['not-now'].code).length;
  await until('ours are told again at each try', () => told(ada!) >= 2 && told(bob!) >= 2, 40_000);
  const before = acknowledgedBy(writers);
  const { status, json } = await owner.get('/readyz');
  assert.equal(status, 503);
  assert.match(json.detail, /Mongo server cannot do this now|does not answer/);
  assert.ok(app.isRunning);
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], name);
  assert.equal(acknowledgedBy(writers), before);
  await mongo!.start();
  await arrive();
});

test('[P1 P5] a Mongo whose line is cut and mended in the middle of commits', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const real = new URL(mongo!.url);
  const line = await TcpLine.open(() => Number(real.port));
  t.after(() => line.close());
  const url = `mongodb://127.0.0.1:${line.port}${real.pathname}`;
  const { writers, arrive } = await start(t, url);
  // What had been sent may be stored, and nobody here knows.
  await line.cut();
  await until('all have been told', () =>
    writers.every(({ closes }) => closes.includes(closeCodes['not-now'].code)),
  );
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], name);
  await line.mend();
  await arrive();
});

test('[P1 P2 P5] a Mongo that takes what it is sent and answers nothing for a while', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const real = new URL(mongo!.url);
  const line = await TcpLine.open(() => Number(real.port));
  t.after(() => line.close());
  const url = `mongodb://127.0.0.1:${line.port}${real.pathname}`;
  const { owner, writers, arrive } = await start(t, url);
  line.hold();
  const { status, json } = await owner.get('/readyz');
  assert.equal(status, 503);
  assert.match(json.detail, /does not answer/);
  // Our own client gives a silent line up and sends the same again over a new one.
  const [, , ada, bob] = writers;
  await until('both have tried again', () => ada!.closes.length > 0 && bob!.closes.length > 0);
  for (const { name, opErrors } of writers) assert.deepEqual(opErrors, [], name);
  await line.mend();
  await arrive(0);
});
