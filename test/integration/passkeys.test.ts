// Passkeys over HTTP: added and used, and every way in which an answer can be somebody else's, an old one,
// or for another place.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askServer } from '../../server/accounts/admin-socket.ts';
import { account, signUp } from '../helpers/accounts.ts';
import { Person, startApp, type TestApp } from '../helpers/app.ts';
import { Authenticator, type Twist } from '../helpers/authenticator.ts';
import { Browser } from '../helpers/browser.ts';

const path = `${account}/passkeys`;

async function accountOf(app: TestApp, login: string): Promise<Browser> {
  const browser = new Browser(app.url);
  await signUp(browser, login);
  return browser;
}

async function options(browser: Browser, sign?: string | true) {
  const body = typeof sign === 'string' ? { login: sign } : {};
  const reply = await browser.post(`${path}${sign ? '/sign-in' : ''}/options`, body);
  assert.equal(reply.status, 200, reply.text);
  return reply.json.options;
}

async function add(browser: Browser, key: Authenticator, name = 'Laptop', twist: Twist = {}) {
  const response = key.create(await options(browser), twist);
  return browser.post(path, { name, response });
}

const enter = async (browser: Browser, key: Authenticator, twist: Twist = {}, login?: string) =>
  browser.post(`${path}/sign-in`, {
    response: key.get(await options(browser, login ?? true), twist),
  });

/** Every hash of a password costs a second of this test; limits of rates have tests of their own. */
const start = (t: TestContext) => startApp(t, { config: { rateLimits: false } });

test('a passkey signs in without a name and with one, and is listed, renamed and removed', async (t) => {
  const app = await start(t);
  const ada = await accountOf(app, 'ada');
  const [laptop, phone] = [new Authenticator(app.url), new Authenticator(app.url)];
  const added = await add(ada, laptop, ' Laptop ');
  assert.deepEqual([added.status, added.json.name], [201, 'Laptop'], added.text);
  assert.equal((await add(ada, phone, 'Phone')).status, 201);
  assert.deepEqual(
    (await options(ada)).excludeCredentials.map(({ id }: { id: string }) => id),
    [laptop.id, phone.id],
  );
  const away = new Browser(app.url);
  const { status, json } = await enter(away, phone);
  assert.deepEqual([status, json.user.id], [200, await ada.id()]);
  assert.equal(json.user.kind, 'account');
  assert.equal((await enter(new Browser(app.url), laptop, {}, 'ADA')).status, 200);
  const { sessions } = (await away.get(`${account}/sessions`)).json;
  assert.equal(sessions.filter(({ kind }: { kind: string }) => kind === 'passkey').length, 2);

  const { passkeys } = (await ada.get(path)).json;
  assert.deepEqual(
    passkeys.map(({ name, lastUsedAt }: any) => [name, lastUsedAt !== null]),
    [
      ['Laptop', true],
      ['Phone', true],
    ],
  );
  const one = `${path}/${passkeys[0].id}`;
  assert.equal((await ada.ask('PATCH', one, { body: { name: 'Desk' } })).json.name, 'Desk');
  assert.equal((await ada.ask('PATCH', one, { body: { name: ' ' } })).status, 400);
  const bob = await accountOf(app, 'bob');
  assert.equal((await bob.ask('PATCH', one, { body: { name: 'Mine' } })).status, 404);
  assert.equal((await bob.ask('DELETE', one)).status, 404);
  assert.equal((await ada.ask('DELETE', one)).status, 204);
  assert.equal((await enter(new Browser(app.url), laptop)).status, 401);
  const guest = new Browser(app.url);
  await guest.post('/api/v1/session');
  assert.equal((await guest.post(`${path}/options`)).status, 403, 'a guest has no account');
});

test('what a guest made is the account’s after a passkey, as after a password', async (t) => {
  const app = await start(t);
  const ada = await accountOf(app, 'ada');
  const key = new Authenticator(app.url);
  await add(ada, key);
  const guest = new Browser(app.url);
  await guest.post('/api/v1/session');
  await guest.makes({ text: 'by the guest' });
  const before = guest.jar.get('deltapad');
  assert.equal((await enter(guest, key)).json.adopted, 1);
  assert.notEqual(guest.jar.get('deltapad'), before, 'a new session, whatever was there');
  assert.equal(guest.jar.has('deltapad-passkey'), false);
});

test('an answer counts once, in the browser that asked, for the place it was asked at', async (t) => {
  const app = await start(t);
  const ada = await accountOf(app, 'ada');
  const key = new Authenticator(app.url);
  await add(ada, key);

  // Replayed: the same answer again, with the cookie it had.
  const first = new Browser(app.url);
  const response = key.get(await options(first, true));
  const kept = new Map(first.jar);
  assert.equal((await first.post(`${path}/sign-in`, { response })).status, 200);
  const thief = new Browser(app.url);
  for (const [name, value] of kept) thief.jar.set(name, value);
  assert.equal((await thief.post(`${path}/sign-in`, { response })).status, 410, 'replayed');
  assert.equal((await thief.get(`${account}/sessions`)).status, 401);

  // A foreign challenge: right, but asked for by another browser.
  const victim = new Browser(app.url);
  const asked = key.get(await options(victim, true));
  const foreign = new Browser(app.url);
  assert.equal(
    (await foreign.post(`${path}/sign-in`, { response: asked })).status,
    410,
    'no cookie',
  );
  await options(foreign, true);
  assert.equal((await foreign.post(`${path}/sign-in`, { response: asked })).status, 401, 'another');

  // Of several at once one is taken.
  const many = new Browser(app.url);
  const once = key.get(await options(many, true));
  const cookie = [...many.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => new Person(app.url, cookie).post(`${path}/sign-in`, { response: once })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410, 410, 410]);

  const wrong: [string, Twist][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:1' }],
    ['another host’s key', { rpId: 'evil.example' }],
    ['a made-up challenge', { challenge: Buffer.from('x'.repeat(32)).toString('base64url') }],
    ['the answer to another question', { type: 'webauthn.create' }],
    ['nobody there', { absent: true }],
    ['another’s handle', { userHandle: Buffer.from('g_somebodyelse').toString('base64url') }],
    ['a signature of nothing', { spoilSignature: true }],
    ['an old count', { counter: 1 }],
  ];
  for (const [what, twist] of wrong) {
    const { status, json } = await enter(new Browser(app.url), key, twist);
    assert.deepEqual([status, json.code], [401, 'wrong-password'], what);
  }
  assert.equal(
    (await enter(new Browser(app.url), key)).status,
    200,
    'and the true one still counts',
  );
  const stranger = new Authenticator(app.url);
  assert.equal((await enter(new Browser(app.url), stranger)).status, 401);
  await accountOf(app, 'bob');
  assert.equal((await enter(new Browser(app.url), key, {}, 'bob')).status, 401, 'not Bob’s');
});

test('a passkey is added only by the answer to its owner’s own question', async (t) => {
  const app = await start(t);
  const [ada, bob] = [await accountOf(app, 'ada'), await accountOf(app, 'bob')];
  const wrong: [string, Twist][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another host', { rpId: 'evil.example' }],
    ['another challenge', { challenge: Buffer.from('y'.repeat(32)).toString('base64url') }],
    ['another question', { type: 'webauthn.get' }],
    ['nobody there', { absent: true }],
  ];
  for (const [what, twist] of wrong) {
    assert.equal((await add(ada, new Authenticator(app.url), 'x', twist)).status, 400, what);
  }
  const key = new Authenticator(app.url);
  const response = key.create(await options(ada));
  // Bob’s browser with the cookie of Ada’s question; and Ada after she signed in anew.
  const step = ada.jar.get('deltapad-passkey')!;
  bob.jar.set('deltapad-passkey', step);
  assert.equal((await bob.post(path, { name: 'x', response })).status, 410);
  ada.jar.set('deltapad-passkey', step);
  assert.equal((await ada.post(path, { name: 'x', response })).status, 410, 'it was taken');
  assert.equal((await add(ada, key)).status, 201);
  assert.equal((await add(ada, key)).status, 409, 'known already');
  assert.equal((await add(bob, key)).status, 409, 'and not Bob’s');
  // A question to add one does not answer for signing in.
  const mixed = new Browser(app.url);
  for (const [name, value] of ada.jar) mixed.jar.set(name, value);
  const asked = key.get({ ...(await options(mixed)), rpId: 'localhost' });
  assert.equal((await mixed.post(`${path}/sign-in`, { response: asked })).status, 410);
});

test('a name that nobody has gets an answer like that of one who has', async (t) => {
  const app = await start(t);
  const ada = await accountOf(app, 'ada');
  await add(ada, new Authenticator(app.url));
  const ids = async (login: string) =>
    (await options(new Browser(app.url), login)).allowCredentials.map(({ id }: any) => id);
  assert.equal((await ids('ada')).length, 1);
  assert.equal((await ids('nobody')).length, 1);
  assert.deepEqual(await ids('nobody'), await ids('nobody'));
  assert.notDeepEqual(await ids('nobody'), await ids('somebody'));
  assert.equal((await options(new Browser(app.url), true)).allowCredentials.length, 0);
});

test('a question is forgotten after minutes, and an address without a name says why it has none', async (t) => {
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
  const app = await startApp(t, { clock });
  const ada = await accountOf(app, 'ada');
  const key = new Authenticator(app.url);
  await add(ada, key);
  const late = new Browser(app.url);
  const response = key.get(await options(late, true));
  ahead += 5 * 60_000 + 1;
  assert.equal((await late.post(`${path}/sign-in`, { response })).status, 410);

  const byAddress = new Browser(app.url.replace('localhost', '127.0.0.1'));
  const reply = await byAddress.post(`${path}/sign-in/options`);
  assert.deepEqual([reply.status, reply.json.reason], [400, 'passkey-host']);
});

test('a disabled account’s passkey opens nothing', async (t) => {
  const app = await start(t);
  const ada = await accountOf(app, 'ada');
  const key = new Authenticator(app.url);
  await add(ada, key);
  await askServer(app.dataDir, 'disable', 'ada');
  const { status, json } = await enter(new Browser(app.url), key);
  assert.deepEqual([status, json.reason], [403, 'disabled']);
});
