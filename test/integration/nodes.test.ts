// Several servers on one Mongo: correct from the store alone, at once over Redis. The look at the store
// is made often here, so that waiting for it takes no seconds; where Redis must be the reason, never.

import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { DocumentCreated } from '../../core/api.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { ready, typeEnd, writeBoth } from '../helpers/co-writing.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { type LiveClient, openLive } from '../helpers/live-client.ts';
import { startMongo } from '../helpers/mongo.ts';
import { textOf } from '../helpers/op-server.ts';
import { noRedis, type RedisForTests, startRedis } from '../helpers/redis.ts';
import { stockClient } from '../helpers/stock-client.ts';

const mongo = await startMongo();
const redis = await startRedis();
if (mongo) after(() => mongo.close());
if (redis) after(() => redis.stop());
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
const skipRedis = skip || (redis ? false : noRedis);

/** Nothing comes of looking at the store: only a message can be the reason. */
const neverMs = 3_600_000;
const oftenMs = 100;

interface Nodes {
  readonly one: TestApp;
  readonly two: TestApp;
  /** The same person at the second node, with the cookie that the first one gave. */
  at(node: TestApp, person: Person): Person;
}

async function startNodes(
  t: TestContext,
  { redisUrl = null, followMs }: { redisUrl?: string | null; followMs: number },
): Promise<Nodes> {
  const config = { mongoUrl: mongo!.url, redisUrl };
  const [one, two] = [
    await startApp(t, { config, followMs }),
    await startApp(t, { config, followMs }),
  ];
  return {
    one,
    two,
    at(node, { cookie }) {
      const person = node.stranger();
      person.cookie = cookie;
      return person;
    },
  };
}

const pathOf = ({ collection, id }: DocumentCreated) => `/api/v1/documents/${collection}/${id}`;

test('two nodes without Redis converge by the store alone', { skip }, async (t) => {
  const { one, two, at } = await startNodes(t, { followMs: oftenMs });
  const ada = await one.guest('Ada');
  const document = await ada.makes({ text: 'start\n' });
  const clients = [
    await openLive(t, one, ada, document),
    await openLive(t, two, at(two, await one.guest('Bob')), document),
    await openLive(t, two, at(two, ada), document),
  ];
  await ready(clients);
  // The same cookie is the same person at both, and the text is there at once.
  assert.equal(await at(two, ada).id(), await ada.id());
  const text = await writeBoth(clients, 30);
  for (const node of [one, two]) {
    const { text: stored } = await at(node, ada).get(`${pathOf(document)}?format=text`);
    assert.equal(stored, text);
  }
});

test('who only reads at another node sees what is written, without Redis and without asking', {
  skip,
}, async (t) => {
  const { one, two, at } = await startNodes(t, { followMs: oftenMs });
  const ada = await one.guest('Ada');
  const document = await ada.makes({ text: 'start\n' });
  // A stock client: ours would look after its version by itself, and find what nobody told it.
  const socket = new WebSocket(`${two.url.replace('http', 'ws')}/sync`, {
    headers: { cookie: at(two, ada).cookie },
  });
  t.after(() => socket.terminate());
  const connection = new (stockClient().Connection)(socket);
  const doc = connection.get(document.collection, document.id);
  await new Promise<void>((resolve, reject) =>
    doc.subscribe((error) => (error ? reject(error) : resolve())),
  );
  const adas = await openLive(t, one, ada, document);
  await ready([adas]);
  for (const word of ['one ', 'two ', 'three ']) {
    typeEnd(adas, word);
    await becomes(`“${word}” is seen`, () => textOf(doc), `${adas.text()}`);
  }
});

test('over Redis it arrives at once; with Redis stopped in the middle nothing is lost; back, at once again', {
  skip: skipRedis,
}, async (t) => {
  const server = redis as RedisForTests;
  // With Redis away the look at the store is what is left: here twice a second.
  const { one, two, at } = await startNodes(t, { redisUrl: server.url, followMs: 500 });
  const ada = await one.guest('Ada');
  const document = await ada.makes({ text: 'start\n' });
  const clients = [
    await openLive(t, one, ada, document),
    await openLive(t, two, at(two, await one.guest('Bob')), document),
  ];
  await ready(clients);
  await writeBoth(clients, 60, async (round) => {
    if (round === 20) await server.stop();
    if (round === 40) await server.start();
  });
});

test('over Redis alone: text, presence, title, rights and names reach the other node', {
  skip: skipRedis,
}, async (t) => {
  const { one, two, at } = await startNodes(t, { redisUrl: redis!.url, followMs: neverMs });
  const ada = await one.guest('Ada');
  const bob = await one.guest('Bob');
  const document = await ada.makes({ text: 'start\n' });
  const [adas, bobs] = [
    await openLive(t, one, ada, document),
    await openLive(t, two, at(two, bob), document),
  ];
  await ready([adas, bobs]);
  await writeBoth([adas, bobs], 10);
  const namesAt = (client: LiveClient) =>
    client.session.people.value.map(({ name }) => name).sort();
  await becomes('each sees both', () => [namesAt(adas), namesAt(bobs)], [
    ['Ada', 'Bob'],
    ['Ada', 'Bob'],
  ]);
  const colors = new Set(bobs.session.people.value.map(({ color }) => color));
  assert.equal(colors.size, 2, 'no colour twice');
  adas.session.setSelection({ index: 2, length: 3 });
  await becomes(
    'the caret is seen',
    () => bobs.session.people.value.find(({ name }) => name === 'Ada')?.caret ?? null,
    { index: 2, length: 3 },
  );
  // Who comes late is told who is here, at whatever node; the home list says it too.
  const late = await openLive(t, two, at(two, ada), document);
  await becomes('late, yet told', () => namesAt(late), ['Ada', 'Bob']);
  await eventually(
    'the list at the other node names both',
    async () => (await at(one, bob).get('/api/v1/documents')).json.documents[0].here.length,
    (count) => count === 2,
  );

  assert.equal((await ada.ask('PATCH', pathOf(document), { body: { title: 'New' } })).status, 200);
  await becomes('the title is seen', () => bobs.session.title.value, 'New');
  await ada.ask('PATCH', '/api/v1/session', { body: { name: 'Adelheid' } });
  await becomes('the new name is seen', () => namesAt(bobs), ['Adelheid', 'Bob']);
  await ada.ask('PUT', `${pathOf(document)}/access`, { body: { link: 'viewer' } });
  await becomes('the right is gone', () => bobs.session.role.value, 'viewer');
  await ada.ask('PUT', `${pathOf(document)}/access`, { body: { link: 'none' } });
  await becomes('nothing may be read', () => bobs.session.role.value, null);
  typeEnd(adas, 'not for bob');
  await adas.session.settled();
  assert.ok(!bobs.text().includes('not for bob'));

  await ada.ask('DELETE', '/api/v1/session');
  await becomes(
    'her other sockets are closed',
    () => late.session.saveState.value.kind,
    'attention',
  );
});

test('without Redis a title and a right that was taken reach the other node by the store', {
  skip,
}, async (t) => {
  const { one, two, at } = await startNodes(t, { followMs: oftenMs });
  const ada = await one.guest('Ada');
  const bob = await one.guest('Bob');
  const document = await ada.makes({ text: 'start\n' });
  const bobs = await openLive(t, two, at(two, bob), document);
  await ready([bobs]);
  assert.equal((await ada.ask('PATCH', pathOf(document), { body: { title: 'New' } })).status, 200);
  await becomes('the title is seen', () => bobs.session.title.value, 'New');
  // He only reads, and says nothing.
  await ada.ask('PUT', `${pathOf(document)}/access`, { body: { link: 'viewer' } });
  await becomes('the right is gone', () => bobs.session.role.value, 'viewer');
  await ada.ask('PUT', `${pathOf(document)}/access`, { body: { link: 'none' } });
  await becomes('nothing may be read', () => bobs.session.role.value, null);
  await ada.ask('PUT', `${pathOf(document)}/access`, { body: { link: 'editor' } });
  const bobAtTwo = at(two, bob);
  await eventually(
    'the right is back',
    async () => (await bobAtTwo.get(pathOf(document))).status,
    (status) => status === 200,
  );
  const again = await openLive(t, two, at(two, bob), document);
  await ready([again]);
  await ada.ask('DELETE', pathOf(document));
  await becomes('it is in the trash', () => again.session.trashed.value, true);
});

test('a node that dies takes its people along; what it acknowledged stays', {
  skip: skipRedis,
}, async (t) => {
  const { one, two, at } = await startNodes(t, { redisUrl: redis!.url, followMs: oftenMs });
  const ada = await one.guest('Ada');
  const document = await ada.makes({ text: 'start\n' });
  const adas = await openLive(t, one, ada, document);
  const bobs = await openLive(t, two, at(two, await one.guest('Bob')), document);
  await ready([adas, bobs]);
  typeEnd(adas, 'kept');
  await becomes('she is seen', () => bobs.session.people.value.length, 2);
  await adas.session.settled();
  await one.close();
  await becomes('she is gone', () => bobs.session.people.value.length, 1);
  await becomes('her text is not', () => bobs.text(), 'startkept\n');
});
