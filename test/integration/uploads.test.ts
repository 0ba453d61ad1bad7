// Images: what is taken, what is refused, and how it is given back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSafeImage } from '../../core/url.ts';
import { type Person, startApp } from '../helpers/app.ts';
import { avif, gif, jpeg, png, webp } from '../helpers/images.ts';

const upload = (person: Person, id: string, bytes: Uint8Array, type = 'image/png') =>
  person.ask('POST', `/api/v1/uploads?collection=docs&id=${id}`, {
    raw: new Blob([new Uint8Array(bytes)]),
    headers: { 'content-type': type },
  });

test('an image is stored under a name nobody guesses, and given back as it is', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  const bytes = png(320, 200);
  const stored = await upload(ada, id, bytes, 'text/html');
  assert.equal(stored.status, 201);
  const { url, width, height } = stored.json;
  assert.deepEqual([width, height], [320, 200]);
  assert.match(url, /^\/uploads\/[\w-]{24}\.png$/);
  assert.ok(isSafeImage(url));
  const response = await fetch(app.url + url);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  assert.equal(response.headers.get('content-type'), 'image/png');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.match(response.headers.get('cache-control') ?? '', /immutable/);
  assert.match(
    response.headers.get('content-security-policy') ?? '',
    /^default-src 'none'.*sandbox/,
  );
  const again = await upload(ada, id, bytes);
  assert.notEqual(again.json.url, url);
});

test('the type comes from the bytes, whatever the sender says', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  for (const [bytes, extension, type] of [
    [jpeg(64, 48), 'jpg', 'image/jpeg'],
    [gif(64, 48), 'gif', 'image/gif'],
    [webp(64, 48), 'webp', 'image/webp'],
    [avif(64, 48), 'avif', 'image/avif'],
  ] as const) {
    const { status, json, text } = await upload(ada, id, bytes, 'image/png');
    assert.equal(status, 201, `${extension}: ${text}`);
    assert.deepEqual([json.width, json.height], [64, 48]);
    assert.ok(json.url.endsWith(`.${extension}`), json.url);
    assert.equal((await ada.get(json.url)).headers.get('content-type'), type);
  }
});

test('a picture that the camera turned is measured as it is shown', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  const { json } = await upload(ada, id, jpeg(64, 48, 6));
  assert.deepEqual([json.width, json.height], [48, 64]);
});

const text = (words: string) => new TextEncoder().encode(words);
for (const [why, bytes] of [
  ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
  ['HTML', text('<!doctype html><script>alert(1)</script>')],
  ['nothing', new Uint8Array()],
  ['BMP', text(`BM${'\0'.repeat(60)}`)],
  ['a PNG of a signature only', png(1, 1).subarray(0, 16)],
  ['a JPEG without a size', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...Array(2000).fill(0)])],
  ['a PNG of no width', png(0, 10)],
  ['an AVIF without boxes', avif(1, 1).subarray(0, 24)],
] as const) {
  test(`${why} is not an image: 415`, async (t) => {
    const app = await startApp(t);
    const ada = await app.guest('Ada');
    const { id } = await ada.makes();
    const answer = await upload(ada, id, bytes);
    assert.equal(answer.status, 415, answer.text);
    assert.equal(answer.json.code, 'unsupported-type');
  });
}

test('bytes, pixels and sides have limits, said in numbers', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  for (const [bytes, words] of [
    [Buffer.concat([png(10, 10), Buffer.alloc(10 * 1024 * 1024)]), /10 MB/],
    [png(8000, 7000), /50 megapixels; this one has 56/],
    [png(20_001, 1), /20000 pixels a side/],
  ] as const) {
    const answer = await upload(ada, id, bytes);
    assert.equal(answer.status, 413);
    assert.equal(answer.json.code, 'too-large');
    assert.match(answer.json.detail, words);
  }
});

test('hostile heads cost no time', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  const ten = 10 * 1024 * 1024 - 64;
  const zeros = Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]),
    Buffer.alloc(ten),
  ]);
  const boxes = Buffer.concat([avif(8, 8), Buffer.alloc(ten, avif(8, 8).subarray(-20))]);
  for (const bytes of [zeros, boxes]) {
    const startedAt = performance.now();
    await upload(ada, id, bytes);
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 1500, `${tookMs} ms`);
  }
});

test('only who may edit the document may add an image; an address not stored yet is anybody’s', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const { id } = await ada.makes();
  await ada.ask('PUT', `/api/v1/documents/docs/${id}/access`, { body: { link: 'commenter' } });
  assert.equal((await upload(bob, id, png(1, 1))).status, 403);
  assert.equal((await upload(app.stranger(), id, png(1, 1))).status, 401);
  assert.equal((await upload(bob, 'not-yet', png(1, 1))).status, 201);
  const unnamed = await bob.ask('POST', '/api/v1/uploads', { raw: 'x' });
  assert.deepEqual([unnamed.status, unnamed.json.field], [400, 'collection']);
  assert.equal((await upload(bob, 'a/b', png(1, 1))).status, 404);
});

test('a name that was never given is 404', async (t) => {
  const app = await startApp(t);
  for (const name of [
    'x',
    'a'.repeat(24),
    `${'a'.repeat(24)}.png`,
    '..%2fsecret',
    '%2e%2e%2fdeltapad.db',
  ]) {
    const answer = await app.stranger().get(`/uploads/${name}`, { accept: 'image/*' });
    assert.equal(answer.status, 404, name);
  }
});

test('an image goes with the last document that held it, also in an older version', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes();
  const { url } = (await upload(ada, id, png(32, 20))).json;
  const one = (document: string) => `/api/v1/documents/docs/${document}`;
  const delta = [{ insert: { image: url } }, { insert: '\n' }];
  const holder = await ada.makes({ delta });
  const copy = (await ada.post(`${one(holder.id)}/copy`)).json as { id: string };
  const status = async () => (await ada.get(url)).status;
  for (const [document, left] of [
    [id, 200],
    [holder.id, 200],
    [copy.id, 404],
  ] as const) {
    await ada.ask('DELETE', one(document));
    assert.equal((await ada.ask('DELETE', `${one(document)}/trash`)).status, 204);
    assert.equal(await status(), left, document);
  }
});
