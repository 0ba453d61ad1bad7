// One catalogue for every string a person reads, in both worlds. No state: a Translate is made for a
// locale and passed along.

import { en } from './en.ts';
import { zhCn } from './zh-cn.ts';

export const locales = ['en', 'zh-CN'] as const;
export type Locale = (typeof locales)[number];
export type MessageKey = keyof typeof en;
type Message = string | Readonly<Record<string, string>>;
export type Catalogue = Record<MessageKey, Message>;

export const localeNames: Record<Locale, string> = { en: 'English', 'zh-CN': '简体中文' };

const catalogues: Record<Locale, Catalogue> = { en, 'zh-CN': zhCn };

export type Parameters = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, parameters?: Parameters) => string;

export function createTranslate(locale: Locale): Translate {
  const catalogue = catalogues[locale];
  const plural = new Intl.PluralRules(locale);
  return (key, parameters = {}) => {
    const message = catalogue[key];
    const text =
      typeof message === 'string'
        ? message
        : (message[plural.select(Number(parameters.count))] ?? message.other ?? key);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in parameters ? String(parameters[name]) : whole,
    );
  };
}

/** The best locale for an Accept-Language header (RFC 9110 §12.5.4); English when none fits. */
export function negotiateLocale(header: string | undefined): Locale {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const q = rest.find((item) => item.trim().startsWith('q='));
      return { tag: tag.toLowerCase(), q: q ? Number(q.trim().slice(2)) : 1 };
    })
    .filter(({ tag, q }) => tag !== '' && q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { tag } of wanted) {
    if (tag.startsWith('zh')) return 'zh-CN';
    if (tag === 'en' || tag.startsWith('en-') || tag === '*') return 'en';
  }
  return 'en';
}
