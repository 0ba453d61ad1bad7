import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../../core/errors.ts';
import { createTranslate } from '../../../core/i18n/i18n.ts';
import type { UserId } from '../../../core/ids.ts';
import { checkName, guestName } from '../../../server/guests/names.ts';
import { createSessionCookies } from '../../../server/guests/session-cookie.ts';
import { systemIds } from '../../../server/ids.ts';

const secret = 's'.repeat(43);
const cookies = createSessionCookies(secret, false);
const pairOf = (setCookie: string) => setCookie.split(';')[0]!;

test('a cookie says whose it is, and nobody else can make it', () => {
  const id = systemIds.user();
  const issued = cookies.issue(id);
  assert.match(
    issued,
    /^deltapad=g_[\w-]+\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  assert.equal(cookies.read(pairOf(issued)), id);
  assert.equal(createSessionCookies('t'.repeat(43), false).read(pairOf(issued)), null);
});

test('a cookie travels encrypted only where the address says https', () => {
  assert.match(createSessionCookies(secret, true).issue(systemIds.user()), /; Secure$/);
});

test('forged, cut and foreign cookies are nobody', () => {
  const good = pairOf(cookies.issue('g_aaaaaaaaaaaa' as UserId));
  for (const header of [
    undefined,
    '',
    'deltapad',
    'deltapad=',
    'other=1',
    good.slice(0, -1),
    `${good}x`,
    good.replace('g_a', 'g_b'),
    good.replace('deltapad=', 'xdeltapad='),
    `deltapad=${'x'.repeat(5000)}`,
    'deltapad=g_aaaaaaaaaaaa.',
    'deltapad=../../etc.x',
  ]) {
    assert.equal(cookies.read(header), null, header);
  }
});

test('a stranger’s cookie of the same name does not hide the true one', () => {
  const id = systemIds.user();
  assert.equal(cookies.read(`a=b; deltapad=forged.x; ${pairOf(cookies.issue(id))}`), id);
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
