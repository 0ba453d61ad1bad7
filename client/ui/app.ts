// What every component of a page may use: words, toasts, the live region, menus, who I am, the server.
// Passed by context, so that nothing is a global.

import type { Signal } from '@preact/signals';
import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Boot, SessionReply } from '../../core/api.ts';
import type { Locale, Translate } from '../../core/i18n/i18n.ts';
import type { Api } from '../api/api.ts';
import type { Announcer } from './announcer.ts';
import type { Menus } from './menu.tsx';
import type { Toasts } from './toast.tsx';

export type Me = SessionReply['user'];

export interface App {
  readonly t: Translate;
  readonly locale: Locale;
  readonly isMac: boolean;
  readonly api: Api;
  readonly me: Signal<Me>;
  readonly toasts: Toasts;
  readonly announcer: Announcer;
  readonly menus: Menus;
  /** Beside what the name form is open; null when it is closed. */
  readonly nameAnchor: Signal<Element | null>;
  /** A dialogue over the whole page, of a part that is loaded when it is asked for. */
  readonly modal: Signal<{ readonly View: ComponentType<{ onClose: () => void }> } | null>;
  readonly canSignUp: boolean;
  /** Shown in a frame of another site: nothing here leads out of the document. */
  readonly embed: Boot['embed'] | null;
  /** Resolves to true when the page may be left without losing anything; the page sets it. */
  readonly settle: { current: () => Promise<boolean> };
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('This component needs <AppContext.Provider>.');
  return app;
}
