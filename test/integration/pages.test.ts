// Pages as a browser gets them before any script runs.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Boot, DocumentBoot } from '../../core/api.ts';
import { type Answer, type StartOptions, startApp, type TestApp } from '../helpers/app.ts';

/** An installation with a small built client. */
async function startBuilt(t: TestContext, options: StartOptions = {}): Promise<TestApp> {
  const root = mkdtempSync(join(tmpdir(), 'deltapad-root-'));
  mkdirSync(join(root, 'dist', 'client', 'assets'), { recursive: true });
  mkdirSync(join(root, 'static'));
  const files = (name: string) => ({
    script: `/assets/${name}-1.js`,
    css: [`/assets/${name}-1.css`],
    preload: ['/assets/part-1.js'],
  });
  writeFileSync(
    join(root, 'dist', 'client', 'manifest.json'),
    JSON.stringify({
      build: 'build-1',
      entries: { home: files('home'), document: files('document') },
    }),
  );
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return startApp(t, { root, ...options });
}

const dataOf = <T>(page: Answer, id: string): T =>
  JSON.parse(new RegExp(`id="${id}">(.*?)</script>`, 's').exec(page.text)?.[1] ?? 'null') as T;

test('a document page carries the text for people, and the snapshot for its script', async (t) => {
  const app = await startBuilt(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const delta = [
    { insert: 'Tide & time' },
    { insert: '\n', attributes: { header: 1 } },
    { insert: 'wait for </script><script>alert(1)</script>\n' },
  ];
  const made = await ada.makes({ delta });
  const page = await bob.get(made.url);
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(page.headers.get('cache-control'), 'no-store');
  assert.match(page.text, /^<!doctype html>\n<html lang="en">/);
  assert.match(page.text, /<title>Tide &amp; time – Deltapad<\/title>/);
  assert.match(
    page.text,
    /<div id="preview" class="doc" style="[^"]*"><h1>Tide &amp; time<\/h1><p>wait for &lt;/,
  );
  assert.match(page.text, /<noscript>/);
  assert.match(page.text, /<link rel="stylesheet" href="\/assets\/document-1.css">/);
  assert.match(page.text, /<link rel="modulepreload" href="\/assets\/part-1.js">/);
  assert.match(page.text, /<script type="module" src="\/assets\/document-1.js"><\/script>/);
  assert.doesNotMatch(page.text, /<script>|<style|onload=/);
  const boot = dataOf<Boot>(page, 'boot');
  assert.equal(boot.build, 'build-1');
  assert.equal(boot.user.name, 'Bob');
  const document = dataOf<DocumentBoot>(page, 'document');
  assert.deepEqual(
    { ...document, owner: document.owner?.name },
    {
      collection: 'docs',
      id: made.id,
      title: 'Tide & time',
      version: 1,
      delta,
      role: 'editor',
      signedIn: 'none',
      requests: 0,
      link: 'editor',
      owner: 'Ada',
    },
  );
});

test('an address nobody has stored is an empty page, and stores nothing', async (t) => {
  const app = await startBuilt(t);
  const ada = await app.guest('Ada');
  const page = await ada.get('/d/notes/chosen_ID-1');
  assert.equal(page.status, 200);
  assert.deepEqual(dataOf<DocumentBoot>(page, 'document'), {
    collection: 'notes',
    id: 'chosen_ID-1',
    title: '',
    version: 0,
    delta: [{ insert: '\n' }],
    role: 'editor',
    signedIn: 'none',
    requests: 0,
    link: 'editor',
    owner: null,
  });
  assert.equal((await ada.get('/api/v1/documents/notes/chosen_ID-1')).status, 404);
  assert.deepEqual((await ada.get('/api/v1/documents')).json.documents, []);
});

test('a long document is shown by its beginning, and carried whole', async (t) => {
  const app = await startBuilt(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'a line of words\n'.repeat(20_000) });
  const page = await ada.get(made.url);
  assert.equal(page.text.match(/<p>a line of words<\/p>/g)?.length, 200);
  assert.equal(
    dataOf<DocumentBoot>(page, 'document').delta[0]!.insert,
    'a line of words\n'.repeat(20_000),
  );
  assert.equal(page.headers.get('content-encoding'), 'gzip');
});

for (const path of [
  '/d/Docs/x',
  '/d/docs/a.b',
  '/d/docs/a/b',
  '/d/docs/',
  '/d/docs',
  '/d/-docs/x',
  '/d/docs/x/',
  '/d/docs/%2e%2e%2f',
  '/d/docs/%E0%A4%A',
  `/d/docs/${'x'.repeat(65)}`,
  '/nowhere',
]) {
  test(`${path.slice(0, 30)} is a 404 page`, async (t) => {
    const app = await startBuilt(t);
    const answer = await app.stranger().get(path, { accept: 'text/html,*/*;q=0.8' });
    assert.equal(answer.status, 404);
    assert.match(answer.text, /<h1>There is nothing here<\/h1>/);
    assert.match(answer.text, /<a class="btn btn-primary btn-lg" href="\/">/);
    assert.doesNotMatch(answer.text, /<script/);
  });
}

test('a trashed document says so; its owner has a button that puts it back', async (t) => {
  const app = await startBuilt(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ title: 'Plan', text: 'words' });
  await ada.ask('DELETE', `/api/v1/documents/docs/${made.id}`);
  const seen = await bob.get(made.url);
  assert.equal(seen.status, 410);
  assert.match(seen.text, /in the trash/);
  assert.doesNotMatch(seen.text, /Plan|words|<form/);
  const mine = await ada.get(made.url);
  assert.equal(mine.status, 410);
  const action = /<form method="post" action="([^"]+)">/.exec(mine.text)?.[1] ?? '';
  assert.equal((await bob.ask('POST', action)).status, 403);
  const restored = await ada.ask('POST', action);
  assert.equal(restored.status, 303);
  assert.equal(restored.headers.get('location'), made.url);
  assert.equal((await bob.get(made.url)).status, 200);
});

test('home lists my documents as links named by title, and finds by words', async (t) => {
  const app = await startBuilt(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ title: 'Tide <table>', text: 'low water' });
  await ada.makes({});
  const home = await ada.get('/');
  assert.equal(home.status, 200);
  assert.match(home.text, /<title>Documents – Deltapad<\/title>/);
  assert.match(
    home.text,
    new RegExp(`href="${made.url}"[^]*?<span class="doc-title">Tide &lt;table&gt;</span>`),
  );
  assert.match(home.text, /<span class="doc-title">Untitled document<\/span>/);
  assert.match(home.text, /<script type="module" src="\/assets\/home-1.js">/);
  const none = await ada.get('/?q=%22%3E%3Cb%3E');
  assert.match(none.text, /value="&quot;&gt;&lt;b&gt;"/);
  assert.equal((await ada.get(`/?q=${'x'.repeat(500)}`)).status, 200);
});

test('New document works before the script runs', async (t) => {
  const app = await startBuilt(t);
  const ada = app.stranger();
  const home = await ada.get('/');
  assert.match(home.text, /<form method="post" action="\/new"><button.*?New document<\/button>/s);
  const made = await ada.ask('POST', '/new');
  assert.equal(made.status, 303);
  const page = await ada.get(made.headers.get('location') ?? '');
  assert.equal(dataOf<DocumentBoot>(page, 'document').role, 'owner');
  assert.equal((await app.stranger().ask('POST', '/new')).status, 401);
});

test('pages speak the language of the browser', async (t) => {
  const app = await startBuilt(t);
  const page = await app.stranger().get('/', { 'accept-language': 'zh-TW,zh;q=0.9,en;q=0.5' });
  assert.match(page.text, /<html lang="zh-CN">/);
  assert.match(page.text, /<title>文档 – Deltapad<\/title>/);
  assert.match(dataOf<Boot>(page, 'boot').user.name, /^\p{Script=Han}+的/u);
  const missing = await app.stranger().get('/x', { accept: 'text/html', 'accept-language': 'zh' });
  assert.match(missing.text, /这里什么也没有/);
});

test('a fault is a page with a number to ask about, and says nothing of its cause', async (t) => {
  const { openEmbeddedStore } = await import('../../server/store/embedded/embedded-store.ts');
  const app = await startBuilt(t, {
    async openStore(options) {
      const store = await openEmbeddedStore(options);
      store.records.get = () => Promise.reject(new Error('disk on fire at /srv/x'));
      return store;
    },
  });
  const page = await app.stranger().get('/d/docs/x', { accept: 'text/html' });
  assert.equal(page.status, 500);
  assert.match(page.text, /Something went wrong/);
  assert.ok(page.text.includes(page.headers.get('x-request-id') ?? 'none'));
  assert.doesNotMatch(page.text, /fire|srv/);
  const api = await app.stranger().post('/api/v1/session', { name: 'Ada' });
  assert.equal(api.status, 500);
  assert.equal(api.json.code, 'internal');
  assert.doesNotMatch(api.text, /fire|srv/);
});

test('without a built client, pages say what to do and can still be read', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'deltapad-root-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const app = await startApp(t, { root });
  assert.equal(app.app.isBuilt, false);
  const ada = await app.guest('Ada');
  const made = await ada.makes({ text: 'words' });
  const page = await ada.get(made.url);
  assert.equal(page.status, 200);
  assert.match(page.text, /npm run build/);
  assert.match(page.text, /<p>words<\/p>/);
});
