// Documents while people write in them over the socket: what follows from the text, who is told what,
// and whose access ends when.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { DocumentCreated, DocumentListItem, DocumentListReply } from '../../core/api.ts';
import { parseDocumentRef, presenceChannel } from '../../core/ids.ts';
import { closeCodes, type ServerNotice, subprotocol } from '../../core/protocol.ts';
import { Person, startApp, type TestApp } from '../helpers/app.ts';
import { becomes, eventually } from '../helpers/eventually.ts';
import { type StockDoc, stockClient } from '../helpers/stock-client.ts';

const list = '/api/v1/documents';
const item = async (person: Person): Promise<DocumentListItem | undefined> =>
  ((await person.get(list)).json as DocumentListReply).documents[0];

/** The person's page: its socket, and the document in it. */
async function opens(t: TestContext, app: TestApp, person: Person, made: DocumentCreated) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, [], {
    headers: { cookie: person.cookie, origin: app.url },
  });
  socket.on('error', () => {});
  t.after(() => socket.terminate());
  const { Connection } = stockClient();
  const connection = new Connection(socket);
  connection.on('error', () => {});
  connection.on('connection error', () => {});
  const doc = connection.get(made.collection, made.id);
  doc.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    doc.subscribe((error) => (error ? reject(error) : resolve()));
  });
  return { doc, connection, socket };
}

/** Resolves with the error code, or null when the op is stored. */
const submit = (doc: StockDoc, op: unknown) =>
  new Promise<string | null>((resolve) => {
    doc.submitOp(op, {}, (error) => resolve(error ? error.code : null));
  });

/** What our own client would be told, on a socket of its own. */
async function listens(t: TestContext, app: TestApp, person: Person, made: DocumentCreated) {
  const notices: ServerNotice[] = [];
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, [subprotocol], {
    headers: { cookie: person.cookie },
  });
  t.after(() => socket.terminate());
  let isSubscribed = false;
  socket.on('message', (data: Buffer) => {
    const parsed: unknown = JSON.parse(data.toString());
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
      if (message.a === 'dp') notices.push(message);
      if (message.a === 'init') socket.send(JSON.stringify({ a: 'hs', id: null }));
      if (message.a === 'hs') {
        socket.send(JSON.stringify({ a: 's', c: made.collection, d: made.id }));
      }
      if (message.a === 's') isSubscribed = true;
    }
  });
  await eventually('subscribed', () => isSubscribed, Boolean);
  const told = () => notices.filter(({ type }) => type === 'document');
  // The first one says how the document is when it is opened; what changes comes after.
  const [opened] = await eventually('how it is', told, ({ length }) => length > 0);
  return Object.assign(() => told().slice(1), { opened });
}

test('title, first words, editor and search follow the text within seconds', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest()];
  const made = await ada.makes({ text: 'first words' });
  const told = await listens(t, app, ada, made);
  const { doc } = await opens(t, app, bob, made);
  const heading = [{ insert: 'Spring count' }, { insert: '\n', attributes: { header: 1 } }];
  assert.equal(await submit(doc, heading), null);
  const bobs = (await bob.get('/api/v1/session')).json.user;
  await eventually(
    'the list follows',
    () => item(ada),
    (seen) =>
      seen?.title === 'Spring count' &&
      seen.preview === 'first words' &&
      seen.updatedBy?.id === bobs.id &&
      seen.updatedBy?.name === bobs.name,
    { withinMs: 4_000 },
  );
  await becomes('who has it open is told', told, [
    { a: 'dp', type: 'document', c: 'docs', d: made.id, title: 'Spring count', role: 'owner' },
  ] as ServerNotice[]);
  const found = async () => (await ada.get(`${list}?query=spring`)).json.documents.length;
  await becomes('search', found, 1, { withinMs: 4_000 });
  assert.equal((await item(bob))?.id, made.id, 'who writes in a document has it in their list');
});

test('a title that a person chose stays', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ title: 'Chosen' });
  const { doc } = await opens(t, app, ada, made);
  await submit(doc, [{ insert: 'Heading' }, { insert: '\n', attributes: { header: 1 } }]);
  await eventually(
    'indexed',
    () => item(ada),
    (seen) => seen?.preview === 'Heading',
  );
  assert.equal((await item(ada))?.title, 'Chosen');
});

test('a new title reaches whoever has the document open, at once', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes();
  const told = await listens(t, app, bob, made);
  await ada.ask('PATCH', `${list}/docs/${made.id}`, { body: { title: 'Named' } });
  await becomes('the title', () => told()[0], {
    a: 'dp',
    type: 'document',
    c: 'docs',
    d: made.id,
    title: 'Named',
    role: 'editor',
  } as ServerNotice);
});

test('who loses access is told, and writes no more, also mid-sentence', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes();
  const told = await listens(t, app, bob, made);
  const { doc } = await opens(t, app, bob, made);
  assert.equal(await submit(doc, [{ insert: 'in' }]), null);
  const access = (link: string) =>
    ada.ask('PUT', `${list}/docs/${made.id}/access`, { body: { link } });
  await access('viewer');
  assert.equal(await submit(doc, [{ insert: 'out' }]), 'no-access');
  await access('none');
  await becomes('roles', () => told().map((notice) => 'role' in notice && notice.role), [
    'viewer',
    null,
  ]);
  assert.equal((await ada.get(`${list}/docs/${made.id}?format=text`)).text, 'in\n');
  await assert.rejects(opens(t, app, bob, made));
});

test('what is trashed ends for everybody who has it open, until it is restored', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes();
  const told = await listens(t, app, bob, made);
  const { doc } = await opens(t, app, ada, made);
  await ada.ask('DELETE', `${list}/docs/${made.id}`);
  await becomes('trashed', () => told().map((notice) => 'trashed' in notice && notice.trashed), [
    true,
  ]);
  assert.notEqual(await submit(doc, [{ insert: 'x' }]), null, 'not even its owner');
  await ada.post(`${list}/docs/${made.id}/restore`);
  const again = await opens(t, app, bob, made);
  assert.equal(await submit(again.doc, [{ insert: 'y' }]), null);
});

test('the list says who is in a document now, under the name they have now', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes();
  const { connection, socket } = await opens(t, app, bob, made);
  const ref = parseDocumentRef(made.collection, made.id)!;
  const presence = connection.getPresence(presenceChannel(ref));
  await new Promise<void>((resolve, reject) => {
    const value = { i: null, l: 0, v: made.version };
    presence
      .create(`${connection.id}.1`)
      .submit(value, (error) => (error ? reject(error) : resolve()));
  });
  const names = async () => (await item(ada))?.here.map(({ name }) => name);
  await becomes('here', names, ['Bob']);
  await bob.ask('PATCH', '/api/v1/session', { body: { name: 'Robert' } });
  await becomes('renamed', names, ['Robert']);
  socket.close();
  await becomes('gone', names, []);
});

test('a socket needs an identity, and a page of ours or none', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const status = (headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, [], { headers });
      socket.on('error', () => {});
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
    });
  const { cookie } = ada;
  assert.equal(await status({}), 401);
  assert.equal(await status({ cookie: 'deltapad=g_aaaaaaaaaa.forged' }), 401);
  assert.equal(await status({ cookie, origin: 'https://evil.example' }), 403);
  assert.equal(await status({ cookie, origin: 'null' }), 403);
  assert.equal(await status({ cookie }), 101);
  assert.equal(await status({ cookie, origin: app.url }), 101);
});

test('an identity that was ended loses the socket it still has, and writes no more', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes();
  const { doc, socket } = await opens(t, app, bob, made);
  assert.equal(await submit(doc, [{ insert: 'x' }]), null);
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });
  await bob.ask('DELETE', '/api/v1/session');
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  // Kept by the client: there is no line any more on which it could go out.
  doc.submitOp([{ insert: 'y' }], {}, () => {});
  const { text } = await ada.get(`/api/v1/documents/${made.collection}/${made.id}?format=text`);
  assert.equal(text, 'x\n');
});

test('an edit in the last moment before a stop is in the list after the start', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const first = await startApp(t, { config: { dataDir } });
  const ada = await first.guest('Ada');
  const made = await ada.makes({ text: 'before' });
  const { doc } = await opens(t, first, ada, made);
  assert.equal(await submit(doc, [{ insert: 'last words ' }]), null);
  await first.close();
  const second = await startApp(t, { config: { dataDir } });
  const back = new Person(second.url, ada.cookie);
  assert.equal((await item(back))?.preview, 'last words before');
  assert.equal((await back.get(`${list}?query=last`)).json.documents.length, 1);
});

test('what a crash kept from being indexed is indexed when the document is opened', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const { openEmbeddedStore } = await import('../../server/store/embedded/embedded-store.ts');
  const first = await startApp(t, {
    config: { dataDir },
    async openStore(options) {
      const store = await openEmbeddedStore(options);
      // As if the process had ended between the commit and the index.
      store.search.index = () => Promise.reject(new Error('never'));
      const put = store.records.put.bind(store.records);
      store.records.put = (kind, id, value, how) =>
        kind.name === 'document' && how?.ifVersion !== 0
          ? Promise.reject(new Error('never'))
          : put(kind, id, value, how);
      return store;
    },
  });
  const ada = await first.guest('Ada');
  const made = await ada.makes({ text: 'before' });
  const { doc } = await opens(t, first, ada, made);
  assert.equal(await submit(doc, [{ insert: 'lost words ' }]), null);
  await first.close();
  const second = await startApp(t, { config: { dataDir } });
  const back = new Person(second.url, ada.cookie);
  assert.equal((await item(back))?.preview, 'before');
  await back.get(made.url);
  await eventually(
    'indexed',
    () => item(back),
    (seen) => seen?.preview === 'lost words before',
  );
  const found = async () => (await back.get(`${list}?query=lost`)).json.documents.length;
  await becomes('search', found, 1);
});

test('who opens a document is told its title, which may have changed since the page was made', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ title: 'Field guide' });
  const { opened } = await listens(t, app, await app.guest('Bob'), made);
  assert.ok(opened?.type === 'document');
  assert.equal(opened.title, 'Field guide');
});
