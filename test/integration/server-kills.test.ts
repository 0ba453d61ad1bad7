// The built server is killed again and again, at moments drawn from a seed, while people write: what was
// acknowledged is in the log once, nothing is there twice, and all that waited arrives. On both stores.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DocumentRef, parseDocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { StorePlace } from '../../server/store/open-store.ts';
import { Person } from '../helpers/app.ts';
import { BuiltApp } from '../helpers/built-app.ts';
import { startMongo } from '../helpers/mongo.ts';
import { createRandom } from '../helpers/random.ts';
import {
  allArrived,
  checkTokens,
  keepTyping,
  ownWriter,
  stockWriter,
  type TokenWriter,
  type WriterOptions,
} from '../helpers/token-writers.ts';
import { until } from '../helpers/until.ts';

const seed = Number(process.env.SEED ?? 20261121);
const kills = Number(process.env.KILLS ?? 9);
/** Acknowledgements between a start and the next kill: none (while clients come back), one, many. */
const moments = [0, 1, 2, 20, 60, 120, 180];
const documents = 2;

async function killedAgainAndAgain(t: TestContext, mongoUrl: string | null): Promise<void> {
  const random = createRandom(seed);
  const app = await BuiltApp.start(mongoUrl === null ? {} : { MONGO_URL: mongoUrl });
  t.after(() => app.close());
  const place: StorePlace = { dataDir: app.dataDir, mongoUrl };

  const owner = new Person(app.url);
  await owner.post('/api/v1/session', {});
  const refs: DocumentRef[] = [];
  for (let i = 0; i < documents; i++) {
    const { collection, id } = await owner.makes({ text: '\n' });
    refs.push(parseDocumentRef(collection, id)!);
  }
  let acknowledged = 0;
  let look = () => {};
  const here: TokenWriter[] = [];
  const gone: TokenWriter[] = [];
  const all = () => [...here, ...gone];
  const join = async (
    open: (t: TestContext, options: WriterOptions) => Promise<TokenWriter>,
    i: number,
  ) => {
    const name = `w${all().length}`;
    const ref = refs[i % documents]!;
    const told = () => {
      acknowledged++;
      look();
    };
    here.push(
      await open(t, { url: app.url, ref, name, random: random.fork(), onAcknowledged: told }),
    );
  };
  for (let i = 0; i < 2 * documents; i++) await join(stockWriter, i);
  for (let i = 0; i < documents; i++) await join(ownWriter, i);
  const check = async () => {
    const found = [];
    for (const ref of refs) {
      const theirs = all().filter((writer) => writer.ref === ref);
      found.push(await checkTokens(place, ref, theirs));
    }
    return found;
  };

  t.after(() =>
    console.log(
      app.output.slice(-3000),
      here.map((w) => [w.name, w.unacknowledged, w.closes.join()].join(' ')),
    ),
  );
  const stopTyping = keepTyping(here, random);
  t.after(stopTyping);
  let inFlight = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const moment = acknowledged + random.pick(moments);
    // In the very turn of the acknowledgement: others are on their way.
    await new Promise<void>((resolve) => {
      look = () => {
        if (acknowledged < moment) return;
        look = () => {};
        resolve(app.kill());
      };
      look();
    });
    inFlight += here.some(({ unacknowledged }) => unacknowledged > 0) ? 1 : 0;
    await check();
    console.log(
      'kill',
      kill,
      acknowledged,
      here.map((w) => [w.name, w.unacknowledged, w.closes.slice(-5).join()].join(' ')),
    );
    if (kill % 3 === 0) {
      // Somebody goes away for ever with words that may or may not have arrived; another comes.
      const [leaver] = here.splice(random.int(2 * documents), 1);
      leaver!.leave();
      gone.push(leaver!);
    }
    await app.start();
    if (kill % 3 === 0) await join(stockWriter, kill);
  }
  const long = 2.5 * limits.snapshotInterval;
  const isLong = (ref: DocumentRef) =>
    here.some((writer) => writer.ref === ref && writer.version > long);
  await until('work goes on, past two snapshots', () => refs.every(isLong), 40_000);
  stopTyping();
  await allArrived(here, 20_000);
  const agree = (ref: DocumentRef) =>
    new Set(here.filter((writer) => writer.ref === ref).map(({ text }) => text)).size === 1;
  await until('all who write in a document see the same', () => refs.every(agree));
  await app.kill();
  const found = await check();

  for (const [i, { text, snapshots }] of found.entries()) {
    const theirs = here.filter(({ ref }) => ref === refs[i]);
    for (const writer of theirs) assert.equal(writer.text, text, `what ${writer.name} sees`);
    assert.ok(snapshots > 0, 'there was a snapshot to compare with the log');
  }
  const typed = here.flatMap((writer) => writer.typed);
  const stored = found.map(({ text }) => text).join('');
  for (const token of typed) assert.ok(stored.includes(token), `${token} is not in the text`);
  // Who comes back is who it was: that is how a resend is recognised.
  for (const { name, clientIds } of all()) assert.ok(clientIds.size <= 1, `${name} changed its id`);
  assert.ok(inFlight > kills / 2, `ops were under way at ${inFlight} of ${kills} kills`);
  const total = all().reduce((sum, { typed }) => sum + typed.length, 0);
  t.diagnostic(
    `SEED=${seed}: ${kills} kills (${inFlight} with ops under way), ${total} words typed, ${acknowledged} acknowledgements, 0 lost, 0 twice`,
  );
}

test(
  '[A5 P1 P2] SQLite: the server is killed nine times while people write; nothing acknowledged is lost, nothing is there twice',
  {
    timeout: 90_000,
  },
  (t) => killedAgainAndAgain(t, null),
);

const mongo = await startMongo();
test('[A5 P1 P2] Mongo: the server is killed nine times while people write; nothing acknowledged is lost, nothing is there twice', {
  timeout: 120_000,
  skip: mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven',
}, async (t) => {
  t.after(() => mongo?.close());
  await killedAgainAndAgain(t, mongo!.url);
});
