// Links that let somebody in: a guest's personal link, a new password by mail, and the pages of signing
// in, which lead nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersonalLinkCreated, PersonalLinkListReply } from '../../core/api.ts';
import { closeCodes } from '../../core/protocol.ts';
import { account, openSocket, password, signUp } from '../helpers/accounts.ts';
import { type Person, startApp, type TestApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { startMailServer } from '../helpers/mail-server.ts';

const session = '/api/v1/session';
const links = `${account}/links`;

async function personalLink(person: Person): Promise<string> {
  const { status, text, json } = await person.post(links);
  assert.equal(status, 201, text);
  return new URL((json as PersonalLinkCreated).url).pathname;
}

test('a personal link brings a guest back, once they say so, and as often as they like', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const { id } = await ada.makes({ text: 'mine' });
  const path = await personalLink(ada);
  assert.match(path, /^\/me\/me_[\w-]{43}$/);
  for (const name of ['phone', 'library']) {
    const browser = await app.guest(name);
    const before = await browser.id();
    const made = await browser.makes({ text: `made on the ${name}` });
    const page = await browser.get(path);
    assert.match(page.text, /Go on as Ada/);
    assert.equal(await browser.id(), before, 'opening it changes nothing: previews open links too');
    const gone = await browser.post(path);
    assert.deepEqual([gone.status, gone.headers.get('location')], [303, '/']);
    assert.equal(await browser.id(), await ada.id());
    assert.equal((await browser.get(session)).json.user.kind, 'guest');
    assert.equal((await browser.get(`/api/v1/documents/docs/${id}`)).json.role, 'owner');
    assert.equal((await ada.get(`/api/v1/documents/docs/${made.id}`)).json.role, 'owner');
  }
  const { sessions } = (await ada.get(`${account}/sessions`)).json;
  assert.deepEqual(
    sessions.map(({ kind }: { kind: string }) => kind),
    ['link', 'link'],
  );
});

test('a personal link and where it was used can be revoked; one’s own browser stays', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const path = await personalLink(ada);
  const lost = app.stranger();
  await lost.post(path);
  const { closed } = await openSocket(app, { cookie: lost.cookie });
  const list = (await ada.get(links)).json as PersonalLinkListReply;
  assert.equal(list.links.length, 1);
  assert.ok(list.links[0]!.lastUsedAt);
  assert.ok(!JSON.stringify(list).includes(path.slice(7)), 'the secret is shown once');
  const eve = await app.guest('Eve');
  assert.equal((await eve.ask('DELETE', `${links}/${list.links[0]!.id}`)).status, 404);
  assert.equal((await ada.ask('DELETE', `${links}/${list.links[0]!.id}`)).status, 204);
  assert.equal((await app.stranger().get(path, { accept: 'text/html' })).status, 410);
  assert.equal((await app.stranger().post(path)).status, 410);
  assert.equal((await ada.ask('DELETE', `${account}/sessions`)).status, 204);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  assert.equal((await lost.get(session)).status, 401);
  assert.equal((await ada.get(session)).status, 200);
});

test('who signs up needs no link any more: theirs, and what it opened, are over', async (t) => {
  const app = await startApp(t);
  const ada = await app.guest('Ada');
  const path = await personalLink(ada);
  const elsewhere = app.stranger();
  await elsewhere.post(path);
  await signUp(ada, 'ada');
  assert.equal((await elsewhere.get(session)).status, 401);
  assert.equal((await app.stranger().post(path)).status, 410);
  assert.equal((await ada.post(links)).status, 400);
});

test('a guest has few links, and another site cannot make or use one', async (t) => {
  const app = await startApp(t, { config: { rateLimits: false } });
  const ada = await app.guest('Ada');
  const path = await personalLink(ada);
  for (let i = 1; i < 10; i++) await personalLink(ada);
  assert.equal((await ada.post(links)).json.reason, 'many');
  const foreign = { origin: 'https://evil.example' };
  const bob = await app.guest('Bob');
  for (const where of [path, links]) {
    assert.equal((await bob.ask('POST', where, { headers: foreign })).status, 403);
  }
  for (const wrong of ['/me/me_x', `${path}x`, '/me/s_'.padEnd(50, 'a'), '/reset/pw_x']) {
    assert.equal((await bob.get(wrong, { accept: 'text/html' })).status, 410, wrong);
  }
});

test('the page of signing in leads back to this server and nowhere else', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const location = async (to: string) => {
    const answer = await ada.get(`/sign-in?to=${encodeURIComponent(to)}`);
    assert.equal(answer.status, 303);
    return answer.headers.get('location');
  };
  assert.equal(await location('/d/docs/x?a=b'), '/d/docs/x?a=b');
  for (const to of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'x',
    '/a\nb',
    '',
  ]) {
    assert.equal(await location(to), '/', to);
  }
  const page = await app.stranger().get('/sign-in?to=//evil.example');
  assert.equal(JSON.parse(/id="account">(.*?)<\/script>/.exec(page.text)![1]!).next, '/');
});

test('where only the operator makes accounts, nobody else does', async (t) => {
  const app = await startApp(t, { config: { signUp: false } });
  const { status } = await app.stranger().post(account, { login: 'ada', password });
  assert.equal(status, 403);
  const page = await app.stranger().get('/sign-in?new');
  const boot = JSON.parse(/id="account">(.*?)<\/script>/.exec(page.text)![1]!);
  assert.deepEqual([boot.view, boot.canSignUp], ['sign-in', false]);
});

/** The link in a letter: quoted-printable may have cut its line. */
const linkIn = (text: string) =>
  /\/reset\/(pw_[\w-]{43})/.exec(text.replaceAll('=\r\n', ''))?.[1] ?? '';

async function withMail(t: Parameters<typeof startApp>[0]) {
  const mail = await startMailServer(t);
  const app = await startApp(t, {
    config: {
      smtpUrl: mail.url,
      mailFrom: 'Deltapad <pad@example.org>',
      publicUrl: 'https://pad.example.org',
      rateLimits: false,
    },
  });
  return { app, mail };
}

const forgot = (app: TestApp, login: string) =>
  app.stranger().ask('POST', `${account}/forgot`, {
    body: { login },
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
  });

test('a forgotten password is set anew by mail, and nobody learns who has an account', async (t) => {
  const { app, mail } = await withMail(t);
  const thief = app.stranger();
  await signUp(thief, 'Ada@example.org');
  await signUp(app.stranger(), 'no-mail');
  for (const login of ['nobody@example.org', 'no-mail', 'ada@example.org']) {
    const answer = await forgot(app, login);
    assert.deepEqual([answer.status, answer.text], [202, '']);
  }
  const [letter] = await eventually(
    'the letter',
    () => mail.letters,
    ({ length }) => length > 0,
  );
  assert.equal(letter?.to, 'Ada@example.org');
  assert.match(letter.text.replaceAll('=\r\n', ''), /https:\/\/pad\.example\.org\/reset\/pw_/);
  assert.doesNotMatch(letter.text, /evil/);
  const token = linkIn(letter.text);
  const ada = app.stranger();
  const reset = await ada.post(`${account}/reset`, { token, password: 'a whole new phrase' });
  assert.equal(reset.status, 200, reset.text);
  assert.equal(mail.letters.length, 1);
  const again = await ada.post(`${account}/reset`, { token, password });
  assert.equal(again.status, 410);
});

test('a mailbox is not filled: whoever asks often is answered, and nothing is sent', async (t) => {
  const { app, mail } = await withMail(t);
  await signUp(app.stranger(), 'ada@example.org');
  for (let i = 0; i < 20; i++) assert.equal((await forgot(app, 'ada@example.org')).status, 202);
  await eventually(
    'five letters',
    () => mail.letters.length,
    (count) => count === 5,
  );
});

test('without mail, who forgot is told to ask the operator', async (t) => {
  const app = await startApp(t);
  const answer = await forgot(app, 'ada');
  assert.deepEqual([answer.status, /no mail/.test(answer.json.detail)], [400, true]);
});

test('an account gets another address with its password; the old one is free, and its letters are worth nothing', async (t) => {
  const { app, mail } = await withMail(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  await signUp(app.stranger(), 'bob@example.org');
  const set = (email: string | null, current = password) =>
    ada.ask('PUT', `${account}/email`, { body: { email, current } });
  assert.equal((await set('ada@example.org', 'not it')).status, 401);
  for (const [email, status] of [
    ['ada', 400],
    ['a@', 400],
    ['BOB@example.org', 409],
    ['ada@example.org', 204],
    ['Ada@Example.org', 204],
  ] as const) {
    assert.equal((await set(email)).status, status, email);
  }
  assert.equal((await ada.get(account)).json.email, 'Ada@Example.org');
  await forgot(app, 'ada');
  const [letter] = await eventually(
    'a letter',
    () => mail.letters,
    ({ length }) => length > 0,
  );
  assert.equal((await set('lovelace@example.org')).status, 204);
  const old = await app.stranger().post(`${account}/reset`, {
    token: linkIn(letter!.text),
    password: 'a whole new phrase',
  });
  assert.equal(old.status, 410);
  await signUp(app.stranger(), 'ada@example.org');
  const byNew = { login: 'lovelace@example.org', password };
  assert.equal((await app.stranger().post(`${account}/sign-in`, byNew)).status, 200);
  assert.equal((await set(null)).status, 204);
  assert.equal((await app.stranger().post(`${account}/sign-in`, byNew)).status, 401);
  const only = app.stranger();
  const entered = await only.post(`${account}/sign-in`, { login: 'bob@example.org', password });
  assert.equal(entered.status, 200);
  const none = await only.ask('PUT', `${account}/email`, {
    body: { email: null, current: password },
  });
  assert.deepEqual([none.status, none.json.field], [400, 'email']);
});
