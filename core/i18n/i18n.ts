// One catalogue for every string a person reads, in both worlds. No state: a Translate is made for a
// locale and passed along.

import { en } from './en.ts';
import { type Catalogue, type Locale, type Translate, translateWith } from './translate.ts';
import { zhCn } from './zh-cn.ts';

export {
  type Catalogue,
  type Locale,
  localeNames,
  locales,
  type MessageKey,
  type Parameters,
  type Translate,
} from './translate.ts';

const catalogues: Record<Locale, Catalogue> = { en, 'zh-CN': zhCn };

export const createTranslate = (locale: Locale): Translate =>
  translateWith(catalogues[locale], locale);

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
