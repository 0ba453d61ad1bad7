// Makes what a page's components share (ui/app.ts) from the page's boot data.

import { signal } from '@preact/signals';
import type { Boot } from '../../core/api.ts';
import { en } from '../../core/i18n/en.ts';
import { type Locale, type Translate, translateWith } from '../../core/i18n/translate.ts';
import { createApi } from '../api/api.ts';
import { createAnnouncer } from './announcer.ts';
import type { App } from './app.ts';
import { isMacPlatform } from './keys.ts';
import { createMenus } from './menu.tsx';
import { createToasts } from './toast.tsx';

/** English comes with the page; another language is one more file. */
async function loadTranslate(locale: Locale): Promise<Translate> {
  if (locale === 'en') return translateWith(en, locale);
  const { zhCn } = await import('../../core/i18n/zh-cn.ts');
  return translateWith(zhCn, locale);
}

export async function createApp(boot: Boot): Promise<App> {
  const { locale } = boot;
  const t = await loadTranslate(locale);
  const announcer = createAnnouncer({ t, locale });
  return {
    t,
    locale,
    isMac: isMacPlatform(),
    api: createApi(),
    me: signal(boot.user),
    toasts: createToasts(announcer),
    announcer,
    menus: createMenus(),
    nameAnchor: signal(null),
    modal: signal(null),
    canSignUp: boot.canSignUp,
    embed: boot.embed ?? null,
    settle: { current: () => Promise.resolve(true) },
  };
}
