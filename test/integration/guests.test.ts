// Guests: /api/v1/session and the cookie.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { SessionReply } from '../../core/api.ts';
import { createTranslate } from '../../core/i18n/i18n.ts';
import { closeCodes } from '../../core/protocol.ts';
import { guestName } from '../../server/guests/names.ts';
import type { Records } from '../../server/store/store.ts';
import { Person, startApp } from '../helpers/app.ts';

const session = '/api/v1/session';

test('a guest is made with a name, and is the same one afterwards', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  const made = await ada.post(session, { name: ' Ada ' });
  assert.equal(made.status, 201);
  const { user } = made.json as SessionReply;
  assert.equal(user.name, 'Ada');
  assert.equal(user.named, true);
  assert.equal(user.kind, 'guest');
  assert.ok(user.color >= 1 && user.color <= 12);
  const cookie = made.headers.get('set-cookie') ?? '';
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=Lax/);
  assert.doesNotMatch(cookie, /Secure/);
  assert.deepEqual((await ada.get(session)).json, { user });
});

test('who has an identity keeps it', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const id = await ada.id();
  const again = await ada.post(session, { name: 'Ada L.' });
  assert.equal(again.status, 200);
  assert.equal(again.json.user.id, id);
  assert.equal(again.json.user.name, 'Ada L.');
});

test('without a cookie there is nobody: 401', async (t) => {
  const app = await startApp(t);
  for (const [method, path] of [
    ['GET', session],
    ['PATCH', session],
    ['DELETE', session],
    ['GET', '/api/v1/documents'],
    ['POST', '/api/v1/documents'],
    ['GET', '/api/v1/documents/docs/x'],
  ] as const) {
    const answer = await app.stranger().ask(method, path, method === 'GET' ? {} : { body: {} });
    assert.equal(answer.status, 401, `${method} ${path}`);
    assert.equal(answer.json.code, 'not-signed-in');
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  }
});

test('a cookie that is not signed by this server is nobody', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const forged = new Person(app.url, ada.cookie.replace(/\.../, '.xx'));
  assert.equal((await forged.get(session)).status, 401);
});

test('a name is checked, and the problem names the field', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  for (const name of ['', '  ', 'x'.repeat(41), 'a\nb', 'a\u202eb', 7, null]) {
    for (const method of ['POST', 'PATCH']) {
      const answer = await ada.ask(method, session, { body: { name } });
      assert.equal(answer.status, 400, JSON.stringify(name));
      assert.equal(answer.json.code, 'bad-request');
      assert.equal(answer.json.field, 'name');
      assert.equal(answer.json.status, 400);
      assert.ok(answer.json.detail.length > 5);
    }
  }
  assert.equal((await ada.get(session)).json.user.name, 'Ada');
  const unknown = await ada.ask('PATCH', session, { body: { nam: 'x' } });
  assert.deepEqual([unknown.status, unknown.json.field], [400, 'nam']);
});

test('language and theme are kept, and can be taken back', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest();
  const before = (await ada.get(session)).json.user;
  assert.match(before.name, /^[A-Z][a-z]+ [A-Z][a-z]+$/);
  assert.equal(before.named, false);
  const after = await ada.ask('PATCH', session, { body: { locale: 'zh-CN', theme: 'dark' } });
  assert.deepEqual(after.json.user, {
    ...before,
    name: guestName(before.id, createTranslate('zh-CN')),
    locale: 'zh-CN',
    theme: 'dark',
  });
  const page = await ada.get('/');
  assert.match(page.text, /<html lang="zh-CN" data-theme="dark">/);
  await ada.ask('PATCH', session, { body: { locale: null, theme: null } });
  assert.equal((await ada.get(session)).json.user.theme, null);
});

test('a page opened without a cookie makes its visitor a guest', async (t) => {
  const app = await startApp(t);
  const visitor = app.stranger();
  const page = await visitor.get('/d/docs/new-one');
  assert.equal(page.status, 200);
  assert.match(visitor.cookie, /^deltapad=g_/);
  const id = await visitor.id();
  const boot = JSON.parse(/id="boot">(.*?)<\/script>/.exec(page.text)![1]!);
  assert.equal(boot.user.id, id);
  await visitor.get('/');
  assert.equal(await visitor.id(), id);
});

test('identities that did nothing leave nothing in the store', async (t) => {
  const puts: string[] = [];
  const { openEmbeddedStore } = await import('../../server/store/embedded/embedded-store.ts');
  const app = await startApp(t, {
    async openStore(options) {
      const store = await openEmbeddedStore(options);
      const put: Records['put'] = store.records.put.bind(store.records);
      store.records.put = (kind, ...rest) => {
        puts.push(kind.name);
        return put(kind, ...rest);
      };
      return store;
    },
  });
  const ada = await app.guest('Ada');
  const { url } = await ada.makes({ text: 'x' });
  puts.length = 0;
  for (let i = 0; i < 3; i++) {
    await app.stranger().get('/');
    await app.stranger().get(url);
    await app.stranger().post(session, {});
  }
  assert.deepEqual(puts, []);
  const bob = app.stranger();
  await bob.get(url);
  assert.deepEqual((await bob.get('/api/v1/documents')).json.documents.length, 1);
  assert.deepEqual(puts, ['visit'], 'who comes back is remembered to have been there');
});

test('guests survive a restart; another server does not know them', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const first = await startApp(t, { config: { dataDir } });
  const ada = await first.guest('Ada');
  const { user } = (await ada.get(session)).json;
  await first.close();
  const second = await startApp(t, { config: { dataDir } });
  const back = new Person(second.url, ada.cookie);
  assert.deepEqual((await back.get(session)).json.user, user);
  const other = await startApp(t);
  assert.equal((await new Person(other.url, ada.cookie).get(session)).status, 401);
  const secret = join(dataDir, 'secret');
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  assert.ok(readFileSync(secret, 'utf8').trim().length >= 43);
});

test('an identity that was ended is worth nothing, wherever its cookie still is', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { cookie } = ada;
  const ended = await ada.ask('DELETE', session);
  assert.equal(ended.status, 204);
  assert.match(ended.headers.get('set-cookie') ?? '', /^deltapad=; Max-Age=0/);
  assert.equal(ada.cookie, '');
  assert.equal((await new Person(app.url, cookie).get(session)).status, 401);
  const page = new Person(app.url, cookie);
  await page.get('/');
  assert.notEqual(page.cookie, cookie, 'the page makes a new guest');
});

test('what an ended identity has open is closed, and says why', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sync`, {
    headers: { cookie: ada.cookie },
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  await ada.ask('DELETE', session);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
});

test('behind https the cookie is Secure', async (t) => {
  const app = await startApp(t, { config: { publicUrl: 'https://pad.example' } });
  const made = await app.stranger().post(session, { name: 'Ada' });
  assert.match(made.headers.get('set-cookie') ?? '', /; Secure$/);
});
