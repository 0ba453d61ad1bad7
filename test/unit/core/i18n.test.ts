import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../../../core/i18n/en.ts';
import { createTranslate, locales, negotiateLocale } from '../../../core/i18n/i18n.ts';
import { zhCn } from '../../../core/i18n/zh-cn.ts';

const texts = (message: unknown): string[] =>
  typeof message === 'string' ? [message] : Object.values(message as Record<string, string>);
const parameters = (message: unknown): string[] =>
  [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

test('both catalogues have the same keys with the same parameters', () => {
  assert.deepEqual(Object.keys(zhCn).sort(), Object.keys(en).sort());
  for (const [key, message] of Object.entries(en)) {
    assert.deepEqual(parameters(zhCn[key as keyof typeof en]), parameters(message), key);
  }
});

test('every form that a plural of the language can ask for is written', () => {
  for (const [locale, catalogue] of [
    ['en', en],
    ['zh-CN', zhCn],
  ] as const) {
    const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions();
    for (const [key, message] of Object.entries(catalogue)) {
      if (typeof message === 'string') continue;
      assert.deepEqual(Object.keys(message).sort(), [...pluralCategories].sort(), key);
    }
  }
});

test('English keeps the tone: no exclamation, no please, no straight quotes, true ellipses', () => {
  for (const [key, message] of Object.entries(en)) {
    for (const text of texts(message)) {
      assert.doesNotMatch(
        text,
        /!|\bplease\b|\boops\b|successfully|"|'|\.\.\./i,
        `${key}: ${text}`,
      );
    }
  }
});

test('Chinese keeps the tone: full-width punctuation, 你, no spaces typed beside Chinese words', () => {
  const fixed = new Set(['follow.bar', 'app.name']); // Worded as in look.md §6.
  for (const [key, message] of Object.entries(zhCn)) {
    for (const text of texts(message)) {
      assert.doesNotMatch(text, /[!！您]|请(?!求)|\.\.\./, `${key}: ${text}`);
      assert.doesNotMatch(text, /\p{Script=Han}[,.:;?()]/u, `${key}: half-width in ${text}`);
      if (fixed.has(key)) continue;
      assert.doesNotMatch(text, /\p{Script=Han} \{|\} \p{Script=Han}/u, `${key}: space in ${text}`);
    }
  }
});

test('a parameter is put in, a missing one stays visible, a count chooses the form', () => {
  const t = createTranslate('en');
  assert.equal(t('people.follow', { name: 'Mara' }), 'Follow Mara');
  assert.equal(t('people.follow'), 'Follow {name}');
  assert.match(t('save.offlineUnsent', { count: 1 }), /^One change /);
  assert.match(t('save.offlineUnsent', { count: 12 }), /^12 changes /);
  assert.match(createTranslate('zh-CN')('save.offlineUnsent', { count: 1 }), /^1处/);
});

test('what a person typed is never taken for a parameter', () => {
  assert.equal(createTranslate('en')('share.title', { title: '{name} $&' }), 'Share “{name} $&”');
});

test('the language comes from Accept-Language, by weight, English when none fits', () => {
  assert.equal(negotiateLocale('de, zh-TW;q=0.8, en;q=0.5'), 'zh-CN');
  assert.equal(negotiateLocale('en-GB,en;q=0.9,zh;q=0.1'), 'en');
  assert.equal(negotiateLocale('fr'), 'en');
  assert.equal(negotiateLocale(undefined), 'en');
  assert.ok(locales.includes(negotiateLocale('*')));
});
