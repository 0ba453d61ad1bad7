// Makes what a page's components share (ui/app.ts) from the page's boot data.

import { signal } from '@preact/signals';
import type { Boot } from '../../core/api.ts';
import { createTranslate } from '../../core/i18n/i18n.ts';
import { createApi } from '../api/api.ts';
import { createAnnouncer } from './announcer.ts';
import type { App } from './app.ts';
import { isMacPlatform } from './keys.ts';
import { createMenus } from './menu.tsx';
import { createToasts } from './toast.tsx';

export function createApp(boot: Boot): App {
  const { locale } = boot;
  const t = createTranslate(locale);
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
    settle: { current: () => Promise.resolve(true) },
  };
}
