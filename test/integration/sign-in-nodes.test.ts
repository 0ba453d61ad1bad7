// Other ways in on two nodes that share a Mongo, behind one https address: what begins at one ends at the
// other, and what a host application takes away at one is gone at the other within 5 s.

import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Config } from '../../server/config.ts';
import { account, signUp } from '../helpers/accounts.ts';
import { startApp } from '../helpers/app.ts';
import { Authenticator } from '../helpers/authenticator.ts';
import { Browser } from '../helpers/browser.ts';
import { embedConfig, hostToken } from '../helpers/host.ts';
import { startMongo } from '../helpers/mongo.ts';
import { clientId, clientSecret, startProvider } from '../helpers/oidc-provider.ts';

const mongo = await startMongo();
if (mongo) after(() => mongo.close());
const skip = mongo ? false : 'no Mongo server: set MONGO_URL, or install mongod, or Java and Maven';
const publicUrl = 'https://pad.example.org';

async function startNodes(t: TestContext, more: Partial<Config> = {}) {
  const config = { mongoUrl: mongo!.url, publicUrl, ...more };
  const [one, two] = [await startApp(t, { config }), await startApp(t, { config })];
  return {
    one,
    two,
    /** The same browser, whose next request a balancer sends elsewhere. */
    at(url: string, browser: Browser): Browser {
      const same = new Browser(url);
      for (const [name, value] of browser.jar) same.jar.set(name, value);
      return same;
    },
  };
}

test('a passkey’s question from one node is answered at the other, once', { skip }, async (t) => {
  const { one, two, at } = await startNodes(t);
  const path = `${account}/passkeys`;
  const key = new Authenticator(publicUrl);
  const ada = new Browser(one.url);
  await signUp(ada, 'ada-nodes');
  const asked = (await ada.post(`${path}/options`)).json.options;
  const added = { name: 'x', response: key.create(asked) };
  const elsewhere = at(two.url, ada);
  assert.equal((await elsewhere.post(path, added)).status, 201);
  assert.equal((await ada.post(path, added)).status, 410);

  const browser = new Browser(two.url);
  const { options } = (await browser.post(`${path}/sign-in/options`)).json;
  const response = key.get(options);
  const answers = await Promise.all(
    [one, two].map(({ url }) => at(url, browser).post(`${path}/sign-in`, { response })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410]);
  const good = answers.find(({ status }) => status === 200)!;
  for (const cookie of good.headers.getSetCookie()) {
    assert.match(cookie, /^__Host-deltapad(-passkey)?=.*; Secure$/);
  }
});

test('who leaves for the provider from one node comes back to the other', { skip }, async (t) => {
  const provider = await startProvider(t);
  const { one, two, at } = await startNodes(t, {
    oidcIssuer: provider.issuer,
    oidcClientId: clientId,
    oidcClientSecret: clientSecret,
  });
  provider.next = { sub: 'ada', name: 'Ada', twist: {} };
  const browser = new Browser(one.url);
  const out = await browser.get('/auth/oidc?to=/');
  const back = await provider.visit(out.headers.get('location') ?? '');
  assert.equal(back.origin, publicUrl);
  const there = at(two.url, browser);
  const reply = await there.get(back.pathname + back.search);
  assert.deepEqual([reply.status, reply.headers.get('location')], [303, '/']);
  const me = (await at(one.url, there).get('/api/v1/session')).json.user;
  assert.deepEqual([me.kind, me.name], ['account', 'Ada']);
});

test('what a host takes away at one node is gone on the other’s sockets within 5 s', {
  skip,
}, async (t) => {
  const { one, two, at } = await startNodes(t, embedConfig);
  const frame = new Browser(one.url);
  const enter = async (claims: Record<string, unknown>) =>
    frame.ask('POST', '/embed', {
      body: { token: await hostToken(claims) },
      headers: { accept: 'application/json' },
    });
  assert.equal((await enter({})).status, 200);
  const cookie = `__Host-deltapad-embed=${frame.jar.get('__Host-deltapad-embed')}`;
  const socket = new WebSocket(`${two.url.replace('http', 'ws')}/sync?embed`, {
    headers: { cookie },
  });
  t.after(() => socket.terminate());
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const there = at(two.url, frame);
  const headers = { 'deltapad-embed': '1' };
  const make = () =>
    there.ask('POST', '/api/v1/documents', { body: { collection: 'docs', id: 'shown' }, headers });
  assert.equal((await make()).status, 201);
  const began = Date.now();
  assert.equal((await enter({ role: 'viewer' })).status, 200);
  const { json } = await there.get('/api/v1/documents/docs/shown', headers);
  assert.equal(json.role, 'viewer', 'over HTTP at once');
  await closed;
  assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
});
