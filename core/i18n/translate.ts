// Turns keys into words with one catalogue. Apart from i18n.ts, so that a page loads only the language
// it speaks.

import type { en } from './en.ts';

export const locales = ['en', 'zh-CN'] as const;
export type Locale = (typeof locales)[number];
export type MessageKey = keyof typeof en;
type Message = string | Readonly<Record<string, string>>;
export type Catalogue = Record<MessageKey, Message>;

export const localeNames: Record<Locale, string> = { en: 'English', 'zh-CN': '简体中文' };

export type Parameters = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, parameters?: Parameters) => string;

export function translateWith(catalogue: Catalogue, locale: Locale): Translate {
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
