// Who I am to others: the account menu (name, appearance, language) and the form that changes the name.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Theme } from '../../core/api.ts';
import { type Locale, localeNames, locales } from '../../core/i18n/translate.ts';
import { limits } from '../../core/limits.ts';
import { type App, useApp } from '../ui/app.ts';
import { applyTheme } from '../ui/boot.ts';
import { besideElement, Floating, onPressOutside } from '../ui/floating.tsx';
import type { MenuItem } from '../ui/menu.tsx';
import { openPersonalLink, openSettings } from './account-actions.ts';
import { explain } from './explain.ts';
import { goToSignIn, signOut } from './leaving.ts';

const themes: readonly (Theme | null)[] = [null, 'light', 'dark'];
const themeKey = (theme: Theme | null) => `account.theme.${theme ?? 'system'}` as const;

/** Opens the account menu under `anchor`, or closes it. */
export function toggleAccountMenu(app: App, anchor: Element): void {
  const { t, menus } = app;
  menus.toggle({
    id: 'account',
    label: t('account.label'),
    anchor,
    align: 'end',
    items: () => [
      {
        label: app.me.value.name,
        icon: 'person',
        value: t('account.changeName'),
        run: () => {
          app.nameAnchor.value = anchor;
        },
      },
      ...entries(app),
      null,
      {
        label: t('account.appearance'),
        icon: app.me.value.theme === 'light' ? 'sun' : 'moon',
        value: t(themeKey(app.me.value.theme)),
        opens: true,
        run: () => showThemes(app, anchor),
      },
      {
        label: t('account.language'),
        icon: 'lang',
        value: localeNames[app.locale],
        opens: true,
        run: () => showLocales(app, anchor),
      },
      ...leaving(app),
    ],
  });
}

/** What a guest becomes somebody by, and what somebody with an account changes. */
function entries(app: App): MenuItem[] {
  const { t, me, canSignUp } = app;
  if (me.value.kind === 'account') {
    return [{ label: t('account.settings'), icon: 'lock', run: () => void openSettings(app) }];
  }
  return [
    { label: t('account.signIn'), icon: 'enter', run: () => void goToSignIn(app, 'sign-in') },
    ...(canSignUp
      ? [
          {
            label: t('account.create'),
            icon: 'plus',
            run: () => void goToSignIn(app, 'sign-up'),
          } as const,
        ]
      : []),
    { label: t('account.personalLink'), icon: 'link', run: () => void openPersonalLink(app) },
  ];
}

function leaving(app: App): (MenuItem | null)[] {
  if (app.me.value.kind !== 'account') return [];
  return [null, { label: app.t('account.signOut'), icon: 'leave', run: () => void signOut(app) }];
}

function showThemes(app: App, anchor: Element): void {
  app.menus.show({
    id: 'appearance',
    label: app.t('account.appearance'),
    anchor,
    align: 'end',
    items: () =>
      themes.map((theme) => ({
        label: app.t(themeKey(theme)),
        checked: app.me.value.theme === theme,
        run: () => void setTheme(app, theme),
      })),
  });
}

function showLocales(app: App, anchor: Element): void {
  app.menus.show({
    id: 'language',
    label: app.t('account.language'),
    anchor,
    align: 'end',
    items: () =>
      locales.map((locale) => ({
        label: localeNames[locale],
        checked: app.locale === locale,
        run: () => void setLocale(app, locale),
      })),
  });
}

/** Applied at once; when it cannot be saved it holds for this page, and says so. */
async function setTheme(app: App, theme: Theme | null): Promise<void> {
  applyTheme(theme);
  app.me.value = { ...app.me.value, theme };
  try {
    await app.api.changeSession({ theme });
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
  }
}

/** The page is loaded anew in the other language, but only when nothing can be lost by it. */
async function setLocale(app: App, locale: Locale): Promise<void> {
  if (locale === app.locale) return;
  try {
    await app.api.changeSession({ locale });
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
    return;
  }
  if (await app.settle.current()) location.reload();
  else app.toasts.show({ text: app.t('account.languageLater') });
}

/** The form, in a popover. Also asks a new guest, gently (name-ask.tsx). */
export function NamePopover() {
  const { nameAnchor } = useApp();
  const anchor = nameAnchor.value;
  return anchor ? <NameBox key="name" anchor={anchor} /> : null;
}

function NameBox({ anchor }: { anchor: Element }) {
  const app = useApp();
  const box = useRef<HTMLDivElement>(null);
  const place = useRef(besideElement(anchor));
  const close = (focus = true) => {
    app.nameAnchor.value = null;
    if (focus) (anchor as HTMLElement).focus?.({ preventScroll: true });
  };
  useLayoutEffect(() => {
    box.current?.querySelector('input')?.select();
    return onPressOutside(
      () => [box.current],
      () => {
        app.nameAnchor.value = null;
      },
    );
  }, [app]);
  return (
    <Floating
      boxRef={box}
      class="note"
      role="dialog"
      label={app.t('account.changeName')}
      anchor={place.current}
      align="end"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <NameForm onDone={() => close()} later={app.t('account.cancel')} onLater={() => close()} />
    </Floating>
  );
}

export interface NameFormProps {
  readonly onDone: () => void;
  readonly later: string;
  readonly onLater: () => void;
}

export function NameForm({ onDone, later, onLater }: NameFormProps) {
  const app = useApp();
  const { t } = app;
  const name = useSignal(app.me.peek().name);
  const problem = useSignal('');
  const busy = useSignal(false);

  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = name.value.trim().replace(/\s+/g, ' ');
    if (wanted === '') {
      problem.value = t('account.nameEmpty');
      return;
    }
    if (busy.value) return;
    busy.value = true;
    try {
      const reply = await app.api.changeSession({ name: wanted });
      app.me.value = reply.user;
      onDone();
      app.toasts.show({ text: t('account.nameChanged', { name: reply.user.name }) });
    } catch (error) {
      problem.value = explain(app, error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <form class="name-form" onSubmit={(event) => void save(event)}>
      <label for="my-name">{t('account.nameLabel')}</label>
      <div class="field field-sm">
        <input
          id="my-name"
          value={name.value}
          maxLength={limits.maxNameChars}
          autocomplete="nickname"
          spellcheck={false}
          aria-invalid={problem.value ? true : undefined}
          aria-describedby="my-name-note"
          onInput={(event) => {
            name.value = event.currentTarget.value;
            problem.value = '';
          }}
        />
      </div>
      <p id="my-name-note" class={problem.value ? 'field-error' : undefined}>
        {problem.value || t('account.nameNote')}
      </p>
      <div class="acts">
        <button type="submit" class="btn btn-primary">
          {t('account.save')}
        </button>
        <button type="button" class="btn btn-quiet" onClick={onLater}>
          {later}
        </button>
      </div>
    </form>
  );
}
