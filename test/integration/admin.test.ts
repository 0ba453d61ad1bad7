// `npm run admin`: beside a server that runs, and without one; on both engines; and what it does to
// those who are signed in.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { closeCodes } from '../../core/protocol.ts';
import type { AdminVerb } from '../../server/accounts/admin.ts';
import { askServer } from '../../server/accounts/admin-socket.ts';
import { account, makeToken, openSocket, password, signIn, signUp } from '../helpers/accounts.ts';
import { Person, startApp, type TestApp } from '../helpers/app.ts';
import { type CommandResult, runCommand } from '../helpers/command.ts';
import { startMongo } from '../helpers/mongo.ts';

const admin = (app: { dataDir: string }, ...args: string[]): Promise<CommandResult> =>
  runCommand('admin', { DATA_DIR: app.dataDir }, args);

function folder(t: TestContext): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'deltapad-test-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Asked as the command does, without a process for each. */
async function ask(app: TestApp, verb: AdminVerb, name?: string) {
  const reply = await askServer(app.dataDir, verb, name);
  assert.ok(reply, 'the server answers');
  return reply;
}

test('while the server runs: an account is made, its owner sets a password once, and becomes admin', async (t) => {
  const app = await startApp(t);
  assert.equal(await app.app.hasAdmin(), false);
  const made = await admin(app, 'create', 'Ada Lovelace');
  assert.equal(made.code, 0, made.err);
  const url = /^http\S+$/m.exec(made.out)?.[0] ?? '';
  assert.match(url, new RegExp(`^${app.url}/reset/pw_[\\w-]{43}$`));
  const token = url.split('/').at(-1);
  const ada = app.stranger();
  const weak = await ada.post(`${account}/reset`, { token, password: 'short' });
  assert.equal(weak.json.reason, 'short', 'a refused password does not use the link up');
  const both = await Promise.all(
    [ada, app.stranger()].map((one) => one.post(`${account}/reset`, { token, password })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 410]);
  const again = await app.stranger().post(`${account}/reset`, { token, password });
  assert.deepEqual([again.status, again.json.code], [410, 'link-used']);
  const { user } = await signIn(app.stranger(), 'ada lovelace');
  assert.deepEqual([user.name, user.isAdmin], ['Ada Lovelace', false]);
  assert.equal((await admin(app, 'promote', 'ADA LOVELACE')).code, 0);
  assert.equal((await signIn(app.stranger(), 'ada lovelace')).user.isAdmin, true);
  assert.equal(await app.app.hasAdmin(), true);
  assert.match((await ask(app, 'list')).lines.join('\n'), /Ada Lovelace .*admin/);
  assert.equal((await ask(app, 'demote', 'ada lovelace')).ok, true);
  assert.equal((await signIn(app.stranger(), 'ada lovelace')).user.isAdmin, false);
  const taken = await ask(app, 'create', 'ada LOVELACE');
  assert.deepEqual(taken, { ok: false, lines: ['Somebody has this name already.'] });
});

test('its socket is the owner’s of the folder alone, and ends with the server', async (t) => {
  const app = await startApp(t);
  const path = join(app.dataDir, 'admin.sock');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await app.close();
  assert.equal(await askServer(app.dataDir, 'list', undefined), null);
});

test('a disabled account is out at once: sessions, sockets, tokens, links; enabled, it may come back', async (t) => {
  const app = await startApp(t);
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const { secret } = await makeToken(ada, { name: 'x', scope: 'read' });
  const authorization = `Bearer ${secret}`;
  const link = (await ask(app, 'reset', 'ada')).lines[0]!.split('/').at(-1);
  const sockets = [
    await openSocket(app, { cookie: ada.cookie }),
    await openSocket(app, { authorization }),
  ];
  const bob = await app.guest('Bob');
  const bystander = await openSocket(app, { cookie: bob.cookie });
  t.after(() => bystander.socket.terminate());
  assert.equal((await ask(app, 'disable', 'ada')).ok, true);
  for (const { closed } of sockets) {
    assert.equal(await closed, closeCodes['not-signed-in'].code);
  }
  assert.equal(bystander.socket.readyState, bystander.socket.OPEN);
  assert.equal((await ada.get('/api/v1/session')).status, 401);
  assert.equal((await app.stranger().get('/api/v1/session', { authorization })).status, 401);
  const sign = (typed: string) =>
    app.stranger().post(`${account}/sign-in`, { login: 'ada', password: typed });
  assert.deepEqual(
    [(await sign(password)).json.reason, (await sign('wrong one')).status],
    ['disabled', 401],
  );
  const reset = await app.stranger().post(`${account}/reset`, { token: link, password });
  assert.equal(reset.status, 410);
  assert.equal((await ask(app, 'reset', 'ada')).ok, false);
  assert.equal((await ask(app, 'enable', 'ada')).ok, true);
  assert.equal((await sign(password)).status, 200);
  assert.equal((await app.stranger().get('/api/v1/session', { authorization })).status, 200);
});

test('a reset ends every session and token of its owner', async (t) => {
  const app = await startApp(t);
  const thief = app.stranger();
  await signUp(thief, 'ada');
  const { closed } = await openSocket(app, { cookie: thief.cookie });
  const authorization = `Bearer ${(await makeToken(thief, { name: 'x', scope: 'write' })).secret}`;
  const token = (await ask(app, 'reset', 'ada')).lines[0]!.split('/').at(-1);
  const older = (await ask(app, 'reset', 'ada')).lines[0]!.split('/').at(-1);
  const ada = app.stranger();
  assert.equal(
    (await ada.post(`${account}/reset`, { token, password: 'another phrase' })).status,
    200,
  );
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  assert.equal((await thief.get('/api/v1/session')).status, 401);
  assert.equal((await app.stranger().get('/api/v1/session', { authorization })).status, 401);
  assert.equal((await ada.get('/api/v1/session')).json.user.kind, 'account');
  const other = await app.stranger().post(`${account}/reset`, { token: older, password });
  assert.equal(other.status, 410, 'other links are over as well');
});

test('without a server the command does it by itself', async (t) => {
  const dataDir = folder(t);
  const first = await startApp(t, { config: { dataDir } });
  await signUp(first.stranger(), 'ada');
  await first.close();
  const promoted = await admin({ dataDir }, 'promote', 'ada');
  assert.deepEqual([promoted.code, promoted.err], [0, '']);
  const listed = await admin({ dataDir }, 'list');
  assert.match(listed.out, /^NAME .*\nada .*admin$/m);
  const second = await startApp(t, { config: { dataDir } });
  assert.equal((await signIn(second.stranger(), 'ada')).user.isAdmin, true);
});

test('what is wrong is said in a sentence', async (t) => {
  const app = await startApp(t);
  for (const [args, sentence] of [
    [[], /^What should be done\?/],
    [['frobnicate'], /^frobnicate: there is no such verb\./],
    [['promote'], /^promote needs the name of an account\./],
    [['create', 'Ada', 'Lovelace'], /^create takes one name/],
    [['promote', 'nobody'], /^There is no account “nobody”\./],
    [['create', 'a@'], /^This is not an e-mail address\./],
  ] as const) {
    const { code, out, err } = await admin(app, ...args);
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, sentence);
  }
});

test('on Mongo: what one server ends, the other closes within 5 s', async (t) => {
  const mongo = await startMongo();
  if (!mongo) return t.skip('no Mongo server');
  t.after(() => mongo.close());
  const secondDir = folder(t);
  const one = await startApp(t, { config: { mongoUrl: mongo.url } });
  const two = await startApp(t, { config: { mongoUrl: mongo.url, dataDir: secondDir } });
  const ada = two.stranger();
  await signUp(ada, 'ada');
  const guest = await two.guest('Bob');
  await guest.makes({ text: 'x' });
  const open = ({ cookie }: Person) => openSocket(two, { cookie });
  const sockets = [await open(ada), await open(guest)];
  const bystander = await open(await two.guest('Eve'));
  t.after(() => bystander.socket.terminate());
  const before = Date.now();
  assert.equal((await ask(one, 'disable', 'ada')).ok, true);
  assert.equal(
    (await new Person(one.url, guest.cookie).ask('DELETE', '/api/v1/session')).status,
    204,
  );
  for (const { closed } of sockets) {
    assert.equal(await closed, closeCodes['not-signed-in'].code);
  }
  assert.ok(Date.now() - before < 5_000);
  assert.equal((await ada.get('/api/v1/session')).status, 401);
  assert.equal(bystander.socket.readyState, bystander.socket.OPEN);
});

test('on Mongo the command works beside servers elsewhere, without the server’s folder', async (t) => {
  const mongo = await startMongo();
  if (!mongo) return t.skip('no Mongo server');
  t.after(() => mongo.close());
  const app = await startApp(t, { config: { mongoUrl: mongo.url } });
  const ada = app.stranger();
  await signUp(ada, 'ada');
  const { closed } = await openSocket(app, { cookie: ada.cookie });
  const env = { DATA_DIR: folder(t), MONGO_URL: mongo.url };
  const { code, out, err } = await runCommand('admin', env, ['disable', 'ada']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /signed out everywhere/);
  assert.equal(await closed, closeCodes['not-signed-in'].code);
  const guest = await app.guest('Bob');
  assert.equal(
    (await guest.get('/api/v1/session')).status,
    200,
    'the shared secret is what it was',
  );
});
