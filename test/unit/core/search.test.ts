// core/search.ts: what is indexed of a text, and that a query asks for exactly such tokens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../core/limits.ts';
import { queryTokens, tokenize } from '../../../core/search.ts';

const words = (text: string) => tokenize(text).join(' ');

test('words are runs of letters and digits, in order, as often as they occur', () => {
  assert.equal(
    words('One fish, two-fish; 3.14 x_y e-mail@home'),
    'one fish two fish 3 14 x y e mail home',
  );
  assert.equal(words(''), '');
  assert.equal(words(' \n\t — … 🎉 ☂️ \u0301 €'), '');
});

test('case, width, accents and ligatures are one spelling', () => {
  assert.equal(words('Crème BRÛLÉE a\u0301 ÁÉ'), 'creme brulee a ae');
  assert.equal(words('ｆｕｌｌ ＷＩＤＴＨ １２'), 'full width 12');
  assert.equal(
    words('ﬁne Straße ŒUVRE Æon Łódź İstanbul ø'),
    'fine strasse oeuvre aeon lodz istanbul o',
  );
  assert.equal(words('ΟΔΟΣ οδός'), 'οδοσ οδοσ');
  assert.equal(words('Ёлка йод'), 'елка иод');
  assert.equal(words('قُرْآن كـتاب שָׁלוֹם'), 'قران كتاب שלום');
});

test('marks that carry meaning stay, and never cut a word', () => {
  assert.equal(words('हिन्दी नमस्ते தமிழ்'), 'हिन्दी नमस्ते தமிழ்');
});

test('signs that spell out as letters are cut as those letters', () => {
  assert.equal(words('½ ①'), '1 2 1');
  assert.ok(tokenize('ͺ ﷺ').every((token) => /^[\p{L}\p{N}\p{M}]+$/u.test(token)));
});

test('scripts without spaces are single characters and adjacent pairs', () => {
  assert.equal(words('北京大学'), '北 京 北京 大 京大 学 大学');
  assert.equal(words('iPhone手机 3号'), 'iphone 手 机 手机 3 号');
  assert.equal(words('ｶﾞﾁｬ'), 'ガ チ ガチ ャ チャ');
  assert.equal(words('한국어'), '한 국 한국 어 국어');
  assert.equal(words('𠮷野'), '𠮷 野 𠮷野');
  assert.equal(words('北，京。ラーメン・人々'), '北 京 ラ ー ラー メ ーメ ン メン 人 々 人々');
});

test('a query asks for whole words and the last one as a prefix', () => {
  assert.deepEqual(queryTokens('Crème brû'), { words: ['creme'], prefix: 'bru' });
  assert.deepEqual(queryTokens('a b a c '), { words: ['a', 'b'], prefix: 'c' });
  assert.deepEqual(queryTokens(' ,.- '), { words: [], prefix: null });
});

test('a query of two or more characters of such a script asks for its pairs', () => {
  assert.deepEqual(queryTokens('北京'), { words: ['北京'], prefix: null });
  assert.deepEqual(queryTokens('京'), { words: ['京'], prefix: null });
  assert.deepEqual(queryTokens('大学 wor 图书馆'), {
    words: ['大学', 'wor', '图书', '书馆'],
    prefix: null,
  });
  assert.deepEqual(queryTokens('手机 iph'), { words: ['手机'], prefix: 'iph' });
});

test('what is indexed of a text is bounded', () => {
  assert.equal(tokenize('字'.repeat(200_000)).length, limits.maxSearchTokens);
  assert.equal(tokenize('a '.repeat(500_000)).length, limits.maxSearchTokens);
  const long = tokenize(`${'x'.repeat(1000)} y`);
  assert.ok(long.every((token) => token.length <= 64));
  assert.equal(long.at(-1), 'y');
  const late = `${'-'.repeat(limits.maxSearchChars)}late`;
  assert.deepEqual(tokenize(late), []);
});

test('tokens of any text are folded letters and digits, and folding again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const token of tokenize(text)) {
        assert.match(token, /^[\p{L}\p{N}\p{M}]+$/u);
        assert.ok(tokenize(token).includes(token), `${token} of ${JSON.stringify(text)}`);
      }
    }),
    { numRuns: 3000 },
  );
});

test('any text of words is found by any of them, and by the beginning of the last', () => {
  const script = fc.constantFrom(
    'abcäéßøΣйж12',
    '北京大学图',
    'ガチャーひら',
    '한국어문',
    'ไทยคำ',
    'हिन्दी',
  );
  const word = script.chain((letters) =>
    fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 }).map((of) => of.join('')),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), fc.nat(), (of, pick) => {
      const tokens = new Set(tokenize(of.join(' ')));
      const query = queryTokens(`${of[pick % of.length]} ${of[0]}`);
      for (const asked of query.words) assert.ok(tokens.has(asked), asked);
      const { prefix } = query;
      if (prefix !== null)
        assert.ok(
          [...tokens].some((token) => token.startsWith(prefix)),
          prefix,
        );
    }),
    { numRuns: 1000 },
  );
});
