import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../../core/errors.ts';
import { createTranslate } from '../../../core/i18n/i18n.ts';
import type { UserId } from '../../../core/ids.ts';
import { createCookies } from '../../../server/access/cookies.ts';
import { createGuestCookies } from '../../../server/guests/guest-cookie.ts';
import { checkName, guestName } from '../../../server/guests/names.ts';
import { systemIds } from '../../../server/ids.ts';

const secret = 's'.repeat(43);
const cookies = createGuestCookies(secret);

test('a cookie says whose it is, and nobody else can make it', () => {
  const id = systemIds.user();
  const value = cookies.sign(id);
  assert.match(value, /^g_[\w-]+\.[\w-]{43}$/);
  assert.equal(cookies.check(value), id);
  assert.equal(createGuestCookies('t'.repeat(43)).check(value), null);
});

test('forged and cut cookies are nobody', () => {
  const good = cookies.sign('g_aaaaaaaaaaaa' as UserId);
  for (const value of [
    '',
    good.slice(0, -1),
    `${good}x`,
    good.replace('g_a', 'g_b'),
    'x'.repeat(5000),
    'g_aaaaaaaaaaaa.',
    '../../etc.x',
  ]) {
    assert.equal(cookies.check(value), null, value);
  }
});

test('a cookie travels encrypted only where the address says https, and only to this host', () => {
  assert.equal(
    createCookies(false).set('x', 1),
    'deltapad=x; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax',
  );
  assert.equal(
    createCookies(true).set('x', 1),
    '__Host-deltapad=x; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure',
  );
});

test('of several cookies none hides another; who came before https is known still', () => {
  const of = (isHttps: boolean, cookie?: string) =>
    createCookies(isHttps).values(cookie === undefined ? {} : { cookie });
  assert.deepEqual(of(false), []);
  assert.deepEqual(of(false, 'deltapad'), []);
  assert.deepEqual(of(false, 'deltapad=; xdeltapad=a; other=1'), []);
  assert.deepEqual(of(false, 'a=b; deltapad=forged.x; deltapad=true'), ['forged.x', 'true']);
  assert.deepEqual(of(false, '__Host-deltapad=x'), []);
  assert.deepEqual(of(true, 'deltapad=g_a.b; __Host-deltapad=new'), ['new', 'g_a.b']);
  assert.deepEqual(of(true, 'deltapad=s_planted'), []);
  assert.equal(of(false, 'deltapad=x;'.repeat(1000)).length, 4, 'each may cost a look');
});

test('names are trimmed and kept in one form', () => {
  assert.equal(checkName('  Ada Lovelace '), 'Ada Lovelace');
  assert.equal(checkName('Zoe\u0308'), 'Zo\u00eb');
  assert.equal(checkName('李娜'), '李娜');
  assert.equal(checkName('a'.repeat(40)).length, 40);
  assert.equal(checkName('👩‍👩‍👧'), '👩‍👩‍👧');
});

for (const [why, name] of [
  ['empty', '   '],
  ['too long', 'a'.repeat(41)],
  ['a newline', 'a\nb'],
  ['NUL', 'a\0b'],
  ['an override', 'a\u202eb'],
  ['an isolate', '\u2066a'],
  ['invisible', '\u200b\u200d'],
  ['invisible marks', '\u3164'],
  ['half a pair', 'a\ud800'],
] as const) {
  test(`a name that is ${why} is refused, naming the field`, () => {
    assert.throws(
      () => checkName(name),
      (error) =>
        error instanceof AppError &&
        error.code === 'bad-request' &&
        error.details?.field === 'name',
    );
  });
}

test('a guest without a name always has the same one, in the language read', () => {
  const en = createTranslate('en');
  assert.equal(guestName('g_abcdefgh', en), guestName('g_abcdefgh', en));
  assert.match(guestName('g_abcdefgh', en), /^[A-Z][a-z]+ [A-Z][a-z]+$/);
  assert.match(
    guestName('g_abcdefgh', createTranslate('zh-CN')),
    /^\p{Script=Han}{2}的\p{Script=Han}{2,3}$/u,
  );
});
