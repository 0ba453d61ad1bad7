// Signing in with an OIDC provider, over loopback: whose account it is, and that an answer with any one
// thing wrong is nobody's.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { askServer } from '../../server/accounts/admin-socket.ts';
import type { Config } from '../../server/config.ts';
import { account, signUp } from '../helpers/accounts.ts';
import { startApp } from '../helpers/app.ts';
import { Browser } from '../helpers/browser.ts';
import { clientId, clientSecret, startProvider, type Twist } from '../helpers/oidc-provider.ts';

async function start(t: TestContext, config: Partial<Config> = {}) {
  const provider = await startProvider(t);
  const app = await startApp(t, {
    config: {
      rateLimits: false,
      oidcIssuer: provider.issuer,
      oidcClientId: clientId,
      oidcClientSecret: clientSecret,
      oidcName: 'Example ID',
      ...config,
    },
  });
  const at = (url: URL) => url.pathname + url.search;
  /** To the provider and back, as a browser goes. */
  const goes = async (browser: Browser, sub: string, twist: Twist = {}, name = 'Ada Provided') => {
    provider.next = { sub, name, twist };
    const out = await browser.get('/auth/oidc?to=/d/docs/there');
    assert.equal(out.status, 303, out.text);
    const back = await provider.visit(out.headers.get('location') ?? '');
    return { back, reply: await browser.get(at(back)) };
  };
  const isNobody = async (browser: Browser) =>
    (await browser.get(`${account}/sessions`)).status === 401;
  return { provider, app, at, goes, isNobody };
}

const where = ({ headers }: { headers: Headers }) => headers.get('location');
const me = async (browser: Browser) => (await browser.get('/api/v1/session')).json.user;

test('somebody the provider knows has an account from the first time on, and the same one ever after', async (t) => {
  const { app, goes } = await start(t, { signUp: false });
  const first = new Browser(app.url);
  const { reply } = await goes(first, 'ada');
  assert.deepEqual([reply.status, where(reply)], [303, '/d/docs/there']);
  const ada = await me(first);
  assert.deepEqual([ada.kind, ada.name, ada.named], ['account', 'Ada Provided', true]);
  assert.equal(first.jar.has('deltapad-oidc'), false);
  const again = new Browser(app.url);
  await goes(again, 'ada', {}, 'Another name now');
  assert.deepEqual([(await me(again)).id, (await me(again)).name], [ada.id, 'Ada Provided']);
  const other = new Browser(app.url);
  await goes(other, 'grace');
  assert.notEqual((await me(other)).id, ada.id);
  const { sessions } = (await first.get(`${account}/sessions`)).json;
  assert.deepEqual(
    sessions.map(({ kind }: { kind: string }) => kind),
    ['oidc', 'oidc'],
  );
  // Signing out is from here alone.
  assert.equal((await first.post(`${account}/sign-out`)).status, 204);
  assert.equal((await first.get(`${account}/sessions`)).status, 401);
  assert.equal((await again.get(`${account}/sessions`)).status, 200);
});

test('an e-mail address leads to nobody’s account, however verified', async (t) => {
  const { app, goes } = await start(t);
  const owner = new Browser(app.url);
  await signUp(owner, 'ada@example.org');
  const claims = { email: 'ada@example.org', email_verified: true };
  const stranger = new Browser(app.url);
  await goes(stranger, 'stranger', { claims });
  assert.notEqual((await me(stranger)).id, (await me(owner)).id);
});

test('a guest keeps what they made: at the first time who they are, later as the account', async (t) => {
  const { app, goes } = await start(t);
  const guest = new Browser(app.url);
  await guest.post('/api/v1/session');
  const { url } = await guest.makes({ text: 'by a guest' });
  const before = await me(guest);
  await goes(guest, 'ada');
  const after = await me(guest);
  assert.deepEqual([after.id, after.kind], [before.id, 'account']);
  assert.equal((await guest.get(`/api/v1/documents${url.slice(2)}`)).json.role, 'owner');

  const elsewhere = new Browser(app.url);
  await elsewhere.post('/api/v1/session');
  const cookie = elsewhere.jar.get('deltapad');
  const other = await elsewhere.makes({ text: 'by another guest' });
  await goes(elsewhere, 'ada');
  assert.equal((await me(elsewhere)).id, after.id);
  assert.notEqual(elsewhere.jar.get('deltapad'), cookie, 'never the cookie from before');
  const taken = await elsewhere.get(`/api/v1/documents${other.url.slice(2)}`);
  assert.equal(taken.json.role, 'owner');
  const old = new Browser(app.url);
  old.jar.set('deltapad', cookie!);
  assert.equal((await old.get('/api/v1/session')).status, 401);
});

test('an answer with any one thing wrong signs nobody in', async (t) => {
  const { provider, app, goes, isNobody } = await start(t);
  const now = Math.floor(Date.now() / 1000);
  const wrong: [string, Twist][] = [
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['for another client', { claims: { aud: 'somebody-else' } }],
    ['for two, from another', { claims: { aud: [clientId, 'x'], azp: 'x' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['another nonce', { claims: { nonce: 'planted' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['over', { claims: { exp: now - 300, iat: now - 600 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a beginning', { claims: { iat: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ['a subject that is none', { claims: { sub: 7 } }],
    ['an empty subject', { claims: { sub: '' } }],
    ['an endless subject', { claims: { sub: 'x'.repeat(256) } }],
    ['another’s key', { foreignKey: true }],
    ['not signed', { alg: 'none' }],
    ['signed with the secret', { alg: 'HS256' }],
    ['another state', { state: 'planted' }],
    ['from another provider', { iss: 'https://evil.example' }],
    ['from no provider', { iss: null }],
    ['refused by them', { error: 'access_denied' }],
  ];
  for (const [what, twist] of wrong) {
    const browser = new Browser(app.url);
    const { reply } = await goes(browser, 'ada', twist);
    assert.equal(where(reply), '/sign-in?to=%2F&problem=provider', what);
    assert.ok(await isNobody(browser), what);
  }
  const browser = new Browser(app.url);
  const { reply } = await goes(browser, 'ada', { broken: true });
  assert.equal(where(reply), '/sign-in?to=%2F&problem=provider-away');
  assert.equal(provider.isDown, false);
  assert.match((await browser.get('/sign-in?problem=provider')).text, /"problem":"provider"/);
});

test('an answer counts once, in the browser that asked', async (t) => {
  const { provider, app, at, goes, isNobody } = await start(t);
  const first = new Browser(app.url);
  const { back, reply } = await goes(first, 'ada');
  assert.equal(where(reply), '/d/docs/there');
  const late = '/sign-in?to=%2F&problem=provider-late';
  assert.equal(where(await first.get(at(back))), late, 'the same again');

  // Brought to another browser: who is lured to somebody else’s answer is not signed in as them.
  provider.next = { sub: 'mallory', twist: {} };
  const mallory = new Browser(app.url);
  const out = await mallory.get('/auth/oidc');
  const planted = await provider.visit(where(out) ?? '');
  const victim = new Browser(app.url);
  assert.equal(where(await victim.get(at(planted))), late, 'without a question');
  await victim.get('/auth/oidc');
  assert.equal(where(await victim.get(at(planted))), '/sign-in?to=%2F&problem=provider');
  assert.ok(await isNobody(victim));
  const double = new URL(planted);
  double.searchParams.append('code', 'x');
  assert.equal(where(await mallory.get(at(double))), '/sign-in?to=%2F&problem=provider');
});

test('a provider that is away keeps nobody from starting, and is asked again', async (t) => {
  const { provider, app, goes } = await start(t);
  provider.isDown = true;
  const browser = new Browser(app.url);
  const away = await browser.get('/auth/oidc?to=/d/docs/x');
  assert.equal(where(away), '/sign-in?to=%2Fd%2Fdocs%2Fx&problem=provider-away');
  assert.equal((await browser.get('/sign-in')).status, 200);
  provider.isDown = false;
  assert.equal(where((await goes(browser, 'ada')).reply), '/d/docs/there');
  // And nobody is sent where the address of this server ends.
  for (const to of ['https://evil.example', '//evil.example', '/\\evil.example']) {
    provider.next = { sub: 'ada', twist: {} };
    const out = await browser.get(`/auth/oidc?to=${encodeURIComponent(to)}`);
    const back = await provider.visit(where(out) ?? '');
    assert.equal(where(await browser.get(back.pathname + back.search)), '/', to);
  }
});

test('an account gets the provider as another way in, keeps one way, and is one person’s', async (t) => {
  const { provider, app, at, goes } = await start(t);
  const path = `${account}/provider`;
  const ada = new Browser(app.url);
  await signUp(ada, 'ada');
  const id = (await me(ada)).id;
  const link = async (browser: Browser, sub: string) => {
    provider.next = { sub, twist: {} };
    const begun = await browser.post(path, { to: '/' });
    assert.equal(begun.status, 200, begun.text);
    return provider.visit(begun.json.url);
  };
  assert.deepEqual((await ada.get(path)).json, { name: 'Example ID', linked: false });
  const back = await link(ada, 'ada-there');
  // Somebody else’s browser, with the cookie of the question: it was not asked by them.
  const other = new Browser(app.url);
  await signUp(other, 'other');
  other.jar.set('deltapad-oidc', ada.jar.get('deltapad-oidc')!);
  assert.equal(where(await other.get(at(back))), '/sign-in?to=%2F&problem=provider-late');
  assert.equal(where(await ada.get(at(await link(ada, 'ada-there')))), '/');
  assert.equal((await ada.get(path)).json.linked, true);
  const away = new Browser(app.url);
  await goes(away, 'ada-there');
  assert.equal((await me(away)).id, id);
  const taken = await other.get(at(await link(other, 'ada-there')));
  assert.equal(where(taken), '/sign-in?to=%2F&problem=provider-taken');
  assert.equal((await ada.ask('DELETE', path)).status, 204);
  const anew = new Browser(app.url);
  await goes(anew, 'ada-there');
  assert.notEqual((await me(anew)).id, id);
  const last = await anew.ask('DELETE', path);
  assert.deepEqual([last.status, last.json.reason], [400, 'last-way']);
  const guest = new Browser(app.url);
  await guest.post('/api/v1/session');
  assert.equal((await guest.post(path, {})).status, 403);

  await askServer(app.dataDir, 'disable', 'ada');
  assert.equal((await ada.get('/api/v1/session')).status, 401);
});
