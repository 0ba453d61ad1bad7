// Documents over REST: create, read, rename, share, trash, copy, list, search.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DocumentListReply } from '../../core/api.ts';
import { type Person, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';

const list = '/api/v1/documents';
const api = ({ collection, id }: { collection: string; id: string }) =>
  `${list}/${collection}/${id}`;
const listed = async (person: Person, query = '') =>
  (await person.get(list + query)).json as DocumentListReply;
const titles = async (person: Person, query = '') =>
  (await listed(person, query)).documents.map(({ title }) => title);

test('a document is created empty, with a random id, in the default collection', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes();
  assert.equal(made.collection, 'docs');
  assert.match(made.id, /^[\w-]{22}$/);
  assert.equal(made.version, 1);
  assert.equal(made.url, `/d/docs/${made.id}`);
  const { json } = await ada.get(api(made));
  assert.deepEqual(json, {
    collection: 'docs',
    id: made.id,
    title: '',
    version: 1,
    delta: [{ insert: '\n' }],
    role: 'owner',
    link: 'editor',
    trashed: false,
  });
});

test('a document begins with text, or with a delta, under a chosen id and title', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  await ada.makes({ collection: 'notes', id: 'one', title: '  The  one ', text: 'a\r\nb' });
  const one = (await ada.get(`${list}/notes/one`)).json;
  assert.equal(one.title, 'The one');
  assert.deepEqual(one.delta, [{ insert: 'a\nb\n' }]);
  const delta = [
    { insert: 'Heading' },
    { insert: '\n', attributes: { header: 1 } },
    { insert: { divider: true } },
    { insert: 'words\n' },
  ];
  const two = await ada.makes({ delta });
  const read = (await ada.get(api(two))).json;
  assert.deepEqual(read.delta, delta);
  assert.equal(read.title, 'Heading', 'the first heading is offered as the title');
});

test('text is served plain, ends with a newline, and shows an embed as U+FFFC', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const made = await ada.makes({
    title: 'Größe/1',
    delta: [{ insert: 'a' }, { insert: { divider: true } }, { insert: '\n' }],
  });
  const text = await ada.get(`${api(made)}?format=text`);
  assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(text.headers.get('content-disposition'), null);
  assert.equal(text.text, 'a\uFFFC\n');
  const saved = await ada.get(`${api(made)}?format=text&download`);
  assert.match(
    saved.headers.get('content-disposition') ?? '',
    /^attachment; .*filename\*=UTF-8''Gr/,
  );
  assert.equal(saved.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal((await ada.get(`${api(made)}?format=pdf`)).json.field, 'format');
});

test('an id that is taken is refused, also to its owner, and nothing changes', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  await ada.makes({ id: 'mine', title: 'Mine', text: 'first' });
  for (const person of [ada, bob]) {
    const again = await person.post(list, { collection: 'docs', id: 'mine', text: 'second' });
    assert.equal(again.status, 409);
    assert.equal(again.json.code, 'document-exists');
  }
  assert.equal((await bob.get(`${list}/docs/mine?format=text`)).text, 'first\n');
});

test('two who create one id at once: one wins', async (t) => {
  const app = await startApp(t);
  const people = await Promise.all(['Ada', 'Bob', 'Cem', 'Dao'].map((name) => app.guest(name)));
  const answers = await Promise.all(
    people.map((person, i) => person.post(list, { id: 'race', text: `by ${i}` })),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [201, 409, 409, 409]);
  const winner = answers.findIndex(({ status }) => status === 201);
  const { json } = await people[winner]!.get(`${list}/docs/race`);
  assert.equal(json.role, 'owner');
  assert.equal(json.delta[0].insert, `by ${winner}\n`);
});

for (const [why, body, field] of [
  ['a collection of another form', { collection: 'Docs' }, 'collection'],
  ['an id of another form', { id: 'a/b' }, 'id'],
  ['an empty id', { id: '' }, 'id'],
  ['a title that is too long', { title: 'x'.repeat(201) }, 'title'],
  ['text and delta', { text: 'a', delta: [{ insert: '\n' }] }, 'delta'],
  ['an unknown field', { owner: 'me' }, 'owner'],
  ['a body that is no object', [], undefined],
] as const) {
  test(`${why} is a bad request that names the field`, async (t) => {
    const app = await startApp(t);
    const ada = await app.guest('Ada');
    const answer = await ada.post(list, body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json.field, field);
  });
}

for (const [why, delta] of [
  ['that does not end with a newline', [{ insert: 'a' }]],
  ['with a retain', [{ retain: 1 }, { insert: '\n' }]],
  [
    'with a script for a link',
    [{ insert: 'a', attributes: { link: 'javascript:x' } }, { insert: '\n' }],
  ],
  ['with an unknown embed', [{ insert: { iframe: 'x' } }, { insert: '\n' }]],
  ['that is no list', 'abc'],
  ['of nothing', []],
] as const) {
  test(`a delta ${why} is refused in a sentence, and makes no document`, async (t) => {
    const app = await startApp(t);
    const ada = await app.guest('Ada');
    const answer = await ada.post(list, { id: 'bad', delta });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.code, 'bad-op');
    assert.ok(answer.json.detail.endsWith('.'));
    assert.equal((await ada.get(`${list}/docs/bad`)).status, 404);
    assert.deepEqual(await titles(ada), []);
    await ada.makes({ id: 'bad' });
  });
}

test('a document over 10 MB and a body over 12 MB are too large', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const document = await ada.post(list, { text: 'x'.repeat(10.5 * 1024 * 1024) });
  assert.equal(document.status, 413);
  assert.equal(document.json.code, 'too-large');
  assert.match(document.json.detail, /10 MB/);
  const body = await ada.post(list, { text: 'x'.repeat(12.5 * 1024 * 1024) });
  assert.equal(body.status, 413);
  assert.match(body.json.detail, /12 MB/);
  const large = await ada.makes({ text: 'x'.repeat(9 * 1024 * 1024) });
  assert.equal((await ada.get(`${api(large)}?format=text`)).text.length, 9 * 1024 * 1024 + 1);
});

test('what is absent is 404, on every path', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  for (const [method, path] of [
    ['GET', '/docs/none'],
    ['GET', '/docs/none?format=text'],
    ['PATCH', '/docs/none'],
    ['DELETE', '/docs/none'],
    ['POST', '/docs/none/restore'],
    ['POST', '/docs/none/copy'],
    ['PUT', '/docs/none/access'],
    ['GET', '/Docs/x'],
    ['GET', '/docs/a.b'],
    ['GET', '/docs/%E0%A4'],
  ] as const) {
    const answer = await ada.ask(method, list + path, method === 'GET' ? {} : { body: {} });
    assert.equal(answer.status, 404, `${method} ${path} ${answer.text}`);
    assert.equal(answer.json.code, 'not-found');
  }
});

test('a title is changed by whoever may edit, and follows the first heading when it is emptied', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({
    delta: [{ insert: 'Head' }, { insert: '\n', attributes: { header: 2 } }],
  });
  const renamed = await bob.ask('PATCH', api(made), { body: { title: ' New\nname ' } });
  assert.deepEqual(renamed.json, {
    collection: 'docs',
    id: made.id,
    title: 'New name',
    link: 'editor',
  });
  assert.equal((await ada.get(api(made))).json.title, 'New name');
  const [item] = (await listed(ada)).documents;
  assert.equal(item!.updatedBy?.name, 'Bob');
  const emptied = await ada.ask('PATCH', api(made), { body: { title: '' } });
  assert.equal(emptied.json.title, 'Head');
  assert.equal((await ada.ask('PATCH', api(made), { body: {} })).json.field, 'title');
});

test('the owner says what the link gives; nobody else does', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ title: 'Secret plan', text: 'words' });
  const put = (person: Person, link: unknown) =>
    person.ask('PUT', `${api(made)}/access`, { body: { link } });
  assert.equal((await put(bob, 'none')).status, 403);
  assert.equal((await put(ada, 'owner')).json.field, 'link');
  for (const link of ['viewer', 'commenter', 'editor'] as const) {
    assert.equal((await put(ada, link)).json.link, link);
    assert.equal((await bob.get(api(made))).json.role, link);
    const rename = await bob.ask('PATCH', api(made), { body: { title: 'Secret plan' } });
    assert.equal(rename.status, link === 'editor' ? 200 : 403);
  }
  assert.deepEqual(await titles(bob), [], 'reading over REST is not opening');
});

test('forbidden is 403 no-access and says nothing else', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ title: 'Secret plan', text: 'words' });
  await bob.get(made.url);
  assert.deepEqual(await titles(bob), ['Secret plan']);
  await ada.ask('PUT', `${api(made)}/access`, { body: { link: 'none' } });
  const answers = [
    await bob.get(api(made)),
    await bob.get(`${api(made)}?format=text`),
    await bob.ask('PATCH', api(made), { body: { title: 'x' } }),
    await bob.ask('DELETE', api(made)),
    await bob.ask('POST', `${api(made)}/copy`, { body: {} }),
    await bob.ask('POST', `${api(made)}/restore`, { body: {} }),
    await bob.ask('PUT', `${api(made)}/access`, { body: { link: 'editor' } }),
    await bob.ask('POST', `/api/v1/uploads?collection=docs&id=${made.id}`, { raw: 'x' }),
  ];
  for (const { status, json, text, headers } of answers) {
    assert.equal(status, 403);
    assert.deepEqual(json, {
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      code: 'no-access',
      detail: 'You do not have access to this.',
    });
    assert.doesNotMatch(text + JSON.stringify([...headers]), /Secret|Ada|words/);
  }
  assert.deepEqual(await titles(bob), []);
  assert.deepEqual(await titles(bob, '?query=secret'), []);
  const page = await bob.get(made.url);
  assert.equal(page.status, 403);
  assert.doesNotMatch(page.text, /Secret|words/);
  assert.equal((await ada.get(api(made))).status, 200);
});

test('the owner trashes and restores; meanwhile it is gone for everybody', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ title: 'Plan', text: 'words' });
  assert.equal((await bob.ask('DELETE', api(made))).status, 403);
  assert.equal((await ada.ask('DELETE', api(made))).status, 204);
  assert.equal((await ada.ask('DELETE', api(made))).status, 204, 'once more is the same');
  for (const person of [ada, bob]) {
    const gone = await person.get(api(made));
    assert.equal(gone.status, 410);
    assert.equal(gone.json.code, 'document-trashed');
  }
  assert.deepEqual(await titles(ada), []);
  assert.equal((await bob.post(list, { id: made.id })).status, 409);
  assert.equal((await bob.ask('POST', `${api(made)}/restore`, { body: {} })).status, 403);
  const back = await ada.post(`${api(made)}/restore`);
  assert.equal(back.json.title, 'Plan');
  assert.equal((await bob.get(`${api(made)}?format=text`)).text, 'words\n');
  assert.deepEqual(await titles(ada), ['Plan']);
});

test('a copy has the same text, belongs to who made it, and says so in their language', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const made = await ada.makes({ collection: 'notes', title: 'Plan', text: 'words' });
  await ada.ask('PUT', `${api(made)}/access`, { body: { link: 'viewer' } });
  const copied = await bob.post(`${api(made)}/copy`);
  assert.equal(copied.status, 201);
  assert.equal(copied.headers.get('location'), copied.json.url);
  const copy = (await bob.get(api(copied.json))).json;
  assert.deepEqual(
    [copy.title, copy.role, copy.link, copy.collection, copy.delta],
    ['Copy of Plan', 'owner', 'editor', 'notes', [{ insert: 'words\n' }]],
  );
  await bob.ask('PATCH', '/api/v1/session', { body: { locale: 'zh-CN' } });
  const chinese = await bob.post(`${api(made)}/copy`);
  assert.equal((await bob.get(api(chinese.json))).json.title, 'Plan的副本');
});

test('the list has what I made and opened, last edited first, with first words and people', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  const first = await ada.makes({ title: 'First', text: '  one\n\ntwo ' });
  const second = await ada.makes({ title: 'Second' });
  await bob.makes({ title: 'Third' });
  assert.deepEqual(await titles(ada), ['Second', 'First']);
  await bob.get(first.url);
  assert.deepEqual(await titles(bob), ['Third', 'First']);
  await ada.ask('PATCH', api(first), { body: { title: 'First!' } });
  const { documents } = await listed(ada);
  assert.deepEqual(
    documents.map(({ id }) => id),
    [first.id, second.id],
  );
  const { updatedAt, updatedBy, ...item } = documents[0]!;
  assert.deepEqual(item, {
    collection: 'docs',
    id: first.id,
    url: first.url,
    title: 'First!',
    preview: 'one two',
    mine: true,
    here: [],
  });
  assert.equal(updatedBy?.name, 'Ada');
  assert.ok(Math.abs(updatedAt - Date.now()) < 60_000);
  const seen = (await listed(bob)).documents.find(({ id }) => id === first.id)!;
  assert.equal(seen.mine, false);
});

test('a page of the list goes on where the one before ended', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  const ada = await app.guest('Ada');
  for (let i = 0; i < 53; i++) await ada.makes({ id: `d${i}`, title: `${i}` });
  const page1 = await listed(ada);
  assert.equal(page1.documents.length, 50);
  assert.ok(page1.next);
  const page2 = await listed(ada, `?after=${encodeURIComponent(page1.next)}`);
  assert.equal(page2.next, undefined);
  const all = [...page1.documents, ...page2.documents].map(({ title }) => Number(title));
  assert.deepEqual(
    all.toSorted((a, b) => a - b),
    Array.from({ length: 53 }, (_, i) => i),
  );
  assert.equal((await listed(ada, '?after=nonsense')).documents.length, 50);
});

test('search finds words of title and text, also Chinese, only in what I may see', async (t) => {
  const app = await startApp(t);
  const [ada, bob] = [await app.guest('Ada'), await app.guest('Bob')];
  await ada.makes({ title: 'Spring count', text: 'avocet and dunlin' });
  await ada.makes({ title: 'Boathouse', text: '潮汐表不等人' });
  await bob.makes({ title: 'Other', text: 'avocet too' });
  const finds = (query: string, expected: string[]) =>
    eventually(
      `“${query}” finds ${expected}`,
      () => titles(ada, `?query=${encodeURIComponent(query)}`),
      (found) => JSON.stringify(found) === JSON.stringify(expected),
    );
  await finds('avocet', ['Spring count']);
  await finds('SPRING dun', ['Spring count']);
  await finds('潮汐', ['Boathouse']);
  await finds('spring boathouse', []);
  const long = await ada.get(`${list}?query=${'x'.repeat(201)}`);
  assert.deepEqual([long.status, long.json.field], [400, 'query']);
});
