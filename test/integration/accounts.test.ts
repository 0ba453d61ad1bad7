// Accounts over HTTP: signing up, in and out, passwords, sessions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delta } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import { closeCodes } from '../../core/protocol.ts';
import { openEmbeddedStore } from '../../server/store/embedded/embedded-store.ts';
import type { Records } from '../../server/store/store.ts';
import { account, openSocket, password, signIn, signUp } from '../helpers/accounts.ts';
import { Person, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { openLive } from '../helpers/live-client.ts';

const session = '/api/v1/session';
const insert = (index: number, text: string) =>
  index === 0 ? new Delta().insert(text) : new Delta().retain(index).insert(text);

test('a guest who signs up stays the same person, with what they made', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const id = await ada.id();
  const { url } = await ada.makes({ text: 'mine' });
  const guestCookie = ada.cookie;
  const { user, adopted } = await signUp(ada, 'ada.l');
  assert.deepEqual([user.id, user.kind, user.name, adopted], [id, 'account', 'Ada', 0]);
  assert.equal((await ada.get(session)).json.user.kind, 'account');
  assert.equal((await ada.get(`/api/v1/documents${url.slice(2)}`)).json.role, 'owner');
  assert.match(ada.cookie, /^deltapad=s_[\w-]{43}$/);
  // The guest's cookie, wherever else it is, does not open the account.
  assert.equal((await new Person(app.url, guestCookie).get(session)).status, 401);
});

test('a name is one person’s, however it is typed, and two who want it at once do not both get it', async (t) => {
  const app = await startApp(t);
  await signUp(app.stranger(), 'Ａda');
  const again = await app.stranger().post(account, { login: 'ADA', password });
  assert.deepEqual([again.status, again.json.code, again.json.field], [409, 'name-taken', 'login']);
  const both = await Promise.all(
    ['bob', 'Bob'].map((login) => app.stranger().post(account, { login, password })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
  const { user } = await signIn(app.stranger(), 'bOB');
  assert.match(user.name, /^bob$/i);
});

test('one guest who signs up twice at once has one account', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { cookie } = ada;
  const both = await Promise.all(
    ['ada-one', 'ada-two'].map((login) =>
      new Person(app.url, cookie).post(account, { login, password }),
    ),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [201, 400]);
  // The name that was not taken in the end is free.
  const free = both[0]!.status === 201 ? 'ada-two' : 'ada-one';
  assert.equal((await app.stranger().post(account, { login: free, password })).status, 201);
});

test('names and passwords that cannot be are refused by name and reason', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  const ada = app.stranger();
  for (const login of [
    '',
    'a',
    ' ',
    '@',
    'a@',
    '@b.c',
    'a b@c.d',
    '-ada',
    'a  b',
    'x'.repeat(41),
    'a\nb',
  ]) {
    const { status, json } = await ada.post(account, { login, password });
    assert.deepEqual([status, json.field], [400, 'login'], login);
  }
  for (const [typed, reason] of [
    ['', 'short'],
    ['1234567', 'short'],
    ['x'.repeat(257), 'long'],
    ['password1', 'common'],
    ['PassWord1', 'common'],
    ['abababababab', 'common'],
    ['ada@example.org', 'name'],
  ] as const) {
    const answer = await ada.post(account, { login: 'ada@example.org', password: typed });
    assert.deepEqual(
      [answer.status, answer.json.field, answer.json.reason],
      [400, 'password', reason],
      typed,
    );
  }
  const bad = await ada.post(account, { login: 'fine', password, name: 'a\u202eb' });
  assert.deepEqual([bad.status, bad.json.field], [400, 'name']);
  assert.equal(ada.cookie, '', 'nobody was made');
  // Marks alone are an address, but nothing to call somebody by.
  const marks = await ada.post(account, { login: '\u0301\u0301@example.org', password });
  assert.equal(marks.status, 201);
  assert.ok(marks.json.user.name.length > 2);
  const long = app.stranger();
  const made = await long.post(account, { login: `${'😀'.repeat(30)}@example.org`, password });
  assert.equal(made.json.user.name, '😀'.repeat(20));
});

test('a password is the same however its letters are put together', async (t) => {
  const app = await startApp(t);
  const made = await app.stranger().post(account, { login: 'zoe', password: 'Zo\u00eb und Ｍax' });
  assert.equal(made.status, 201);
  const sign = { login: 'ZOE', password: 'Zoe\u0308 und Max' };
  assert.equal((await app.stranger().post(`${account}/sign-in`, sign)).status, 200);
});

test('signing in gives a new session each time, and nothing a browser had before is one', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const first = ada.cookie;
  // Fixation: who plants a cookie, even a true session of their own, does not know the one after.
  const browser = new Person(app.url, first);
  await signIn(browser, 'ada');
  assert.notEqual(browser.cookie, first);
  assert.equal((await new Person(app.url, first).get(session)).status, 401, 'the old one ended');
  const planted = new Person(app.url, `deltapad=s_${'A'.repeat(43)}`);
  await signIn(planted, 'ada');
  assert.notEqual(planted.cookie, `deltapad=s_${'A'.repeat(43)}`);
});

test('the wrong password and the wrong name are answered alike, in words and in time', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  await signUp(app.stranger(), 'ada');
  const ask = async (login: string) => {
    const before = performance.now();
    const { status, json } = await app
      .stranger()
      .post(`${account}/sign-in`, { login, password: 'not this one' });
    return { status, json, ms: performance.now() - before };
  };
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  for (let i = 0; i < 4; i++) {
    const known = await ask('ada');
    const unknown = await ask('nobody');
    assert.deepEqual([known.status, known.json], [401, unknown.json]);
    assert.equal(known.json.code, 'wrong-password');
    times.known.push(known.ms);
    times.unknown.push(unknown.ms);
  }
  // The quickest of each: what the machine does beside it only adds.
  const ratio = Math.min(...times.unknown) / Math.min(...times.known);
  assert.ok(ratio > 0.5 && ratio < 2, `unknown takes ${ratio.toFixed(2)} times as long`);
});

test('who guesses waits, longer each time, and the lock ends by itself', async (t) => {
  let now = Date.parse('2026-11-21T12:00:00Z');
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  const app = await startApp(t, { clock, config: { rateLimits: false } });
  await signUp(app.stranger(), 'ada');
  const sign = async (login: string, typed: string) =>
    app.stranger().post(`${account}/sign-in`, { login, password: typed });
  for (let i = 0; i < 5; i++) assert.equal((await sign('ada', 'wrong one')).status, 401);
  for (const login of ['ada', 'ADA']) {
    const locked = await sign(login, password);
    assert.equal(locked.status, 429);
    assert.equal(locked.headers.get('retry-after'), '1');
  }
  for (let i = 0; i < 5; i++) assert.equal((await sign('nobody', 'wrong one')).status, 401);
  assert.equal((await sign('nobody', 'wrong one')).status, 429, 'told alike for nobody');
  now += 1_001;
  assert.equal((await sign('ada', 'wrong one')).status, 401);
  assert.equal((await sign('ada', password)).headers.get('retry-after'), '2');
  now += 2_001;
  assert.equal((await sign('ada', password)).status, 200);
  assert.equal((await sign('ada', 'wrong one')).status, 401, 'counted from the start again');
});

test('guesses that come at once are counted before they are answered', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  await signUp(app.stranger(), 'ada');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      app.stranger().post(`${account}/sign-in`, { login: 'ada', password: `guess number ${i}` }),
    ),
  );
  assert.equal(answers.filter(({ status }) => status === 401).length, 5);
  assert.equal(answers.filter(({ status }) => status === 429).length, 7);
});

test('sign-ins of one address are limited', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const statuses = [];
  for (let i = 0; i < 20; i++) {
    const { status } = await ada.post(`${account}/sign-in`, { login: '@', password: 'x' });
    statuses.push(status);
  }
  assert.ok(statuses.includes(429));
});

test('what a guest made is the account’s after signing in, and can be asked for again', async (t) => {
  const app = await startApp(t);
  const home = app.stranger();
  const { user } = await signUp(home, 'ada');
  const guest = await app.guest('Ada at work');
  const made = await guest.makes({ text: 'made as a guest' });
  const { id: other } = await home.makes({ text: 'of the account' });
  await guest.get(`/d/docs/${other}`);
  const bob = await app.guest('Bob');
  const visited = await bob.makes({ text: 'of Bob' });
  await guest.get(visited.url);
  const guestCookie = guest.cookie;
  const entered = await signIn(guest, 'ada');
  assert.equal(entered.adopted, 1);
  assert.equal(entered.user.id, user.id);
  const { documents } = (await home.get('/api/v1/documents')).json;
  assert.deepEqual(
    documents.map(({ id, mine }: { id: string; mine: boolean }) => [id, mine]).sort(),
    [
      [made.id, true],
      [other, true],
      [visited.id, false],
    ].sort(),
  );
  assert.equal((await new Person(app.url, guestCookie).get(session)).status, 401);
  assert.equal((await signIn(app.stranger(), 'ada')).adopted, 0);
});

test('a sign-in that was cut short while documents changed hands is finished by the next one', async (t) => {
  let failsAt = Number.POSITIVE_INFINITY;
  const app = await startApp(t, {
    config: { rateLimits: false },
    async openStore(options) {
      const store = await openEmbeddedStore(options);
      const put: Records['put'] = store.records.put.bind(store.records);
      store.records.put = async (kind, ...rest) => {
        if (kind.name === 'document' && --failsAt <= 0) {
          throw new AppError('not-now', 'The disk is full.');
        }
        return put(kind, ...rest);
      };
      return store;
    },
  });
  await signUp(app.stranger(), 'ada');
  const guest = await app.guest('Ada at work');
  const made = [];
  for (let i = 0; i < 5; i++) made.push((await guest.makes({ title: `number ${i}` })).id);
  failsAt = 3;
  const cut = await guest.post(`${account}/sign-in`, { login: 'ada', password });
  assert.equal(cut.status, 503);
  failsAt = Number.POSITIVE_INFINITY;
  await signIn(guest, 'ada');
  const { documents } = (await guest.get('/api/v1/documents')).json;
  assert.deepEqual(
    documents.map(({ id, mine }: { id: string; mine: boolean }) => [id, mine]).sort(),
    made.map((id) => [id, true]).sort(),
  );
});

test('text that a guest has not sent is sent under the account, once', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { collection, id } = await ada.makes({ text: 'start' });
  await ada.ask('PUT', `/api/v1/documents/${collection}/${id}/access`, { body: { link: 'none' } });
  await signUp(app.stranger(), 'ada');
  const live = await openLive(t, app, ada, { collection, id });
  await eventually(
    'saved',
    () => live.session.saveState.value.kind,
    (kind) => kind === 'saved',
  );
  // Typed on a line that is gone: it comes back as somebody else.
  live.editor.edit(insert(5, ' and more'));
  live.cut();
  const { adopted } = await signIn(ada, 'ada');
  assert.equal(adopted, 1);
  live.editor.edit(insert(0, 'The '));
  const text = await eventually(
    'the whole text',
    async () => (await ada.get(`/api/v1/documents/${collection}/${id}?format=text`)).text,
    (found) => found === 'The start and more\n',
    { withinMs: 20_000 },
  );
  assert.equal(text, 'The start and more\n');
  assert.deepEqual(live.session.refused.value, []);
});

test('who signs up goes on writing where they were', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { collection, id } = await ada.makes({ text: 'start' });
  await ada.ask('PUT', `/api/v1/documents/${collection}/${id}/access`, { body: { link: 'none' } });
  const live = await openLive(t, app, ada, { collection, id });
  await eventually(
    'saved',
    () => live.session.saveState.value.kind,
    (kind) => kind === 'saved',
  );
  live.editor.edit(insert(5, ' and more'));
  await signUp(ada, 'ada');
  live.editor.edit(insert(0, 'The '));
  await eventually(
    'the whole text',
    async () => (await ada.get(`/api/v1/documents/${collection}/${id}?format=text`)).text,
    (found) => found === 'The start and more\n',
    { withinMs: 20_000 },
  );
  assert.deepEqual(live.session.refused.value, []);
});

test('text that was on its way when the browser became somebody else’s is sent as theirs, once', async (t) => {
  for (const isStored of [false, true]) {
    const app = await startApp(t);
    const ada = await app.guest('Ada');
    const { collection, id } = await ada.makes({ text: 'start' });
    const live = await openLive(t, app, ada, { collection, id });
    const bob = await app.guest('Bob');
    const path = `/api/v1/documents/${collection}/${id}?format=text`;
    const stored = (wanted: string) =>
      eventually(
        wanted,
        async () => [(await bob.get(path)).text, live.session.hasUnsent.value],
        ([text, hasUnsent]) => text === wanted && hasUnsent === false,
        { withinMs: 20_000 },
      );
    live.editor.edit(insert(5, 'ed'));
    await stored('started\n');
    // On its way, and the line goes before the answer: with the op, or with its acknowledgement.
    live.editor.edit(insert(7, ' and more'));
    if (isStored) {
      await eventually(
        'the log',
        async () => (await bob.get(path)).text,
        (text) => / more/.test(text),
      );
    }
    live.cut();
    ada.cookie = bob.cookie;
    await stored('started and more\n');
    assert.deepEqual(live.session.refused.value, []);
    live.editor.edit(insert(0, 'He '));
    await stored('He started and more\n');
    await app.close();
  }
});

test('sessions are listed, and whichever is revoked loses its socket', async (t) => {
  const app = await startApp(t);
  const home = app.stranger();
  await signUp(home, 'ada');
  const phone = app.stranger();
  const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/605.1';
  await phone.ask('POST', `${account}/sign-in`, {
    body: { login: 'ada', password },
    headers: { 'user-agent': agent },
  });
  const { sessions } = (await home.get(`${account}/sessions`)).json;
  assert.equal(sessions.length, 2);
  const other = sessions.find(({ current }: { current: boolean }) => !current);
  assert.deepEqual([other.agent, other.kind], ['Safari · iPhone', 'password']);
  assert.doesNotMatch(JSON.stringify(sessions), new RegExp(phone.cookie.slice(11)));
  const { closed } = await openSocket(app, { cookie: phone.cookie });
  const bob = app.stranger();
  await signUp(bob, 'bob');
  assert.equal((await bob.ask('DELETE', `${account}/sessions/${other.id}`)).status, 404);
  assert.equal((await home.ask('DELETE', `${account}/sessions/${other.id}`)).status, 204);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  assert.equal((await phone.get(session)).status, 401);
  assert.equal((await home.get(session)).status, 200);
});

test('a changed password ends every other session, and this one has a new cookie', async (t) => {
  const app = await startApp(t);
  const home = app.stranger();
  await signUp(home, 'ada');
  const phone = app.stranger();
  await signIn(phone, 'ada');
  const { closed } = await openSocket(app, { cookie: phone.cookie });
  const before = home.cookie;
  const change = (current: string | undefined, next: string) =>
    home.ask('PUT', `${account}/password`, { body: { current, password: next } });
  assert.equal((await change('not it', 'a whole new phrase')).status, 401);
  assert.equal((await change(undefined, 'a whole new phrase')).status, 401);
  assert.equal((await change(password, 'short')).json.reason, 'short');
  assert.equal((await change(password, 'a whole new phrase')).status, 200);
  assert.notEqual(home.cookie, before);
  assert.equal((await home.get(session)).status, 200);
  for (const cookie of [before, phone.cookie]) {
    assert.equal((await new Person(app.url, cookie).get(session)).status, 401);
  }
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  const old = await app.stranger().post(`${account}/sign-in`, { login: 'ada', password });
  assert.equal(old.status, 401);
});

test('signing out ends this session alone; the next page has a new guest', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const { cookie } = ada;
  const other = app.stranger();
  await signIn(other, 'ada');
  assert.equal((await ada.post(`${account}/sign-out`)).status, 204);
  assert.equal(ada.cookie, '');
  assert.equal((await new Person(app.url, cookie).get(session)).status, 401);
  assert.equal((await other.get(session)).status, 200);
  // The old way to end who one is does the same for an account.
  assert.equal((await other.ask('DELETE', session)).status, 204);
  assert.equal((await signIn(app.stranger(), 'ada')).user.kind, 'account');
  await ada.get('/');
  assert.match(ada.cookie, /^deltapad=g_/);
});

test('a session ends when it was not used for long, and in any case in the end', async (t) => {
  let now = Date.now();
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  const app = await startApp(t, { clock });
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const day = 24 * 3600_000;
  now += 59 * day;
  assert.equal((await ada.get(session)).status, 200);
  await eventually(
    'the use is noted',
    async () => (await ada.get(`${account}/sessions`)).json.sessions[0].lastSeenAt,
    (at) => at === now,
  );
  now += 59 * day;
  assert.equal((await ada.get(session)).status, 200);
  now += 61 * day;
  assert.equal((await ada.get(session)).status, 401);
});

test('a page of another site can neither sign anybody in nor out', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  for (const [method, path, body] of [
    ['POST', account, { login: 'eve', password }],
    ['POST', `${account}/sign-in`, { login: 'ada', password }],
    ['POST', `${account}/sign-out`, {}],
    ['PUT', `${account}/password`, { current: password, password: 'a whole new phrase' }],
    ['POST', `${account}/tokens`, { name: 'x', scope: 'write' }],
    ['DELETE', `${account}/sessions`, undefined],
    ['POST', `${account}/forgot`, { login: 'ada' }],
  ] as const) {
    const foreign = { origin: 'https://evil.example' };
    const answer = await ada.ask(method, path, { body, headers: foreign });
    assert.deepEqual([answer.status, answer.json.code], [403, 'foreign-origin'], path);
    const simple = await ada.ask(method, path, { headers: { 'sec-fetch-site': 'cross-site' } });
    assert.equal(simple.status, 403, path);
  }
  assert.equal((await ada.get(session)).status, 200);
});
