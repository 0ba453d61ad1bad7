// The small parts of server/accounts: names, passwords, attempts, tokens in headers, browsers in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../core/limits.ts';
import { describeAgent } from '../../../server/accounts/agent.ts';
import { createAttempts } from '../../../server/accounts/attempts.ts';
import { readLogin } from '../../../server/accounts/logins.ts';
import { createPasswords } from '../../../server/accounts/passwords.ts';
import { isSecret, newSecret, secretId } from '../../../server/accounts/secret-text.ts';
import { tokenOf } from '../../../server/accounts/tokens.ts';
import { systemIds } from '../../../server/ids.ts';

/** The work of a hash is not what is asked here. */
const cheap = { N: 2 ** 4, r: 1, p: 1 };

test('a name is one however it is typed, and an address is told from a name', () => {
  const key = (typed: string) => readLogin(typed)?.key ?? null;
  assert.equal(key(' Ada '), 'name ada');
  assert.equal(key('ＡＤＡ'), 'name ada');
  assert.equal(key('Zoe\u0308'), key('Zo\u00eb'));
  assert.equal(key('李娜'), 'name 李娜');
  assert.equal(key('Ada King-Noel'), 'name ada king-noel');
  assert.equal(key('Ada@Example.org'), 'email ada@example.org');
  assert.equal(key('ada@localhost'), 'email ada@localhost');
  for (const typed of [
    '',
    'a',
    'a b  c',
    '.ada',
    'ada.',
    'a\u0000b',
    'a@b@c',
    'a,b@c.d',
    '\ud800ab',
  ]) {
    assert.equal(key(typed), null, JSON.stringify(typed));
  }
  assert.equal(key(`${'a'.repeat(250)}@b.org`), null);
});

test('a hash is salted, says its parameters, and holds for the one password', async () => {
  const passwords = createPasswords();
  const stored = await passwords.hash('correct horse');
  assert.match(stored, /^scrypt\$(\d+)\$8\$\d\$[\w-]{22}\$[\w-]{43}$/);
  assert.ok(Number(stored.split('$')[1]) >= 2 ** 15);
  assert.notEqual(await passwords.hash('correct horse'), stored);
  assert.equal(await passwords.verify('correct horse', stored), true);
  assert.equal(await passwords.verify('correct horsE', stored), false);
  assert.equal(await passwords.verify('', stored), false);
  assert.equal(await passwords.verify('anything', null), false);
  assert.equal(await passwords.verify('anything', 'scrypt$nonsense'), false);
});

test('a hash of other parameters still holds, and is known to be old', async () => {
  const before = createPasswords({ cost: cheap });
  const stored = await before.hash('correct horse');
  assert.equal(before.isOld(stored), false);
  const now = createPasswords();
  assert.equal(now.isOld(stored), true);
  assert.equal(await now.verify('correct horse', stored), true);
});

test('few hashes run at once, few wait, and who comes then is told to come back', async () => {
  const passwords = createPasswords({ cost: { N: 2 ** 10, r: 8, p: 1 } });
  const asked = Array.from({ length: 80 }, () => passwords.hash('correct horse'));
  const results = await Promise.allSettled(asked);
  const refused = results.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 80 - limits.maxPasswordHashes - limits.maxWaitingHashes);
  assert.equal((refused[0] as PromiseRejectedResult).reason.code, 'not-now');
  assert.ok(await passwords.hash('correct horse'), 'and then it goes on');
});

test('attempts from one address wait longer and longer; from many, never long', () => {
  let now = 0;
  const attempts = createAttempts({ now: () => now, after: () => () => {} });
  const tries = (count: number, address: (i: number) => string) => {
    for (let i = 0; i < count; i++) {
      const wait = attempts.begin('name ada', address(i));
      now += wait * 1000;
      if (wait > 0) assert.equal(attempts.begin('name ada', address(i)), 0);
    }
  };
  tries(60, () => '1.1.1.1');
  assert.equal(attempts.begin('name ada', '1.1.1.1'), limits.maxSignInDelayMs / 1000);
  assert.ok(attempts.begin('name ada', '2.2.2.2') <= 60, 'another address waits a minute at most');
  assert.equal(attempts.begin('name bob', '1.1.1.1'), 0, 'another account is not held up');
  now += limits.signInMemoryMs;
  assert.equal(attempts.begin('name ada', '1.1.1.1'), 0, 'in the end it is forgotten');
  tries(200, (i) => `10.0.0.${i}`);
  assert.ok(attempts.begin('name ada', '3.3.3.3') <= limits.maxSignInDelayOfAllMs / 1000);
});

test('a token is read from Bearer and Basic, and what is not ours is left alone', () => {
  const token = newSecret('token', systemIds);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.equal(tokenOf(`Bearer ${token}`), token);
  assert.equal(tokenOf(`bearer  ${token} `), token);
  assert.equal(tokenOf(basic(`ada:${token}`)), token);
  assert.equal(tokenOf(basic(`:${token}`)), token);
  assert.equal(tokenOf('Bearer dp_'), 'dp_', 'ours, and wrong');
  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer x',
    `Token ${token}`,
    `Bearer ${token} ${token}`,
    basic('ada:secret'),
    basic(token),
    'Basic %%%',
  ]) {
    assert.equal(tokenOf(header), null, header);
  }
});

test('a secret is known by its beginning and its length, and kept as a hash', () => {
  const secret = newSecret('session', systemIds);
  assert.ok(isSecret('session', secret));
  for (const text of ['', 's_', `${secret}x`, secret.slice(0, -1), secret.replace('s_', 'dp_')]) {
    assert.ok(!isSecret('session', text), text);
  }
  assert.match(secretId(secret), /^[\w-]{43}$/);
  assert.ok(!secret.includes(secretId(secret)));
});

test('a browser is told in two words', () => {
  for (const [agent, words] of [
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge · Windows'],
    ['Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36', 'Chrome · Android'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605', 'Safari · macOS'],
    ['curl/8.5.0', 'curl'],
    ['', ''],
  ]) {
    assert.equal(describeAgent(agent), words);
  }
  assert.equal(describeAgent(undefined), '');
});
