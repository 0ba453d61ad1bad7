// Where I am signed in: browsers, each with when it was last used, and a way to sign out there.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SessionItem } from '../../core/api.ts';
import { accountApi } from '../api/account-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { listTime } from '../ui/time.ts';
import { explain } from './explain.ts';
import { signOut } from './leaving.ts';

const placeOf = ({ t }: App, { agent, kind }: SessionItem): string =>
  agent || t(kind === 'link' ? 'settings.byLink' : 'settings.browser');

export function AccountSessions() {
  const app = useApp();
  const { t, locale } = app;
  const sessions = useSignal<readonly SessionItem[]>([]);

  const load = async () => {
    try {
      sessions.value = (await accountApi.sessions()).sessions;
    } catch (error) {
      app.toasts.show({ text: explain(app, error) });
    }
  };
  useEffect(() => void load(), []);
  const end = async (work: Promise<void>, told: string) => {
    try {
      await work;
      app.toasts.show({ text: told });
    } catch (error) {
      app.toasts.show({ text: explain(app, error) });
    }
    await load();
  };

  const now = Date.now();
  // A guest who used no link is signed in nowhere.
  if (sessions.value.length === 0) return null;
  return (
    <>
      <h3 id="my-sessions">{t('settings.sessions')}</h3>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul role="list" aria-labelledby="my-sessions">
        {sessions.value.map((session) => (
          <li class="row" key={session.id}>
            <span class="glyph">
              <Icon name="globe" />
            </span>
            <div class="row-who">
              <b>{placeOf(app, session)}</b>
              <span>
                {session.current
                  ? t('settings.thisBrowser')
                  : t('settings.lastSeen', { time: listTime(session.lastSeenAt, now, locale) })}
              </span>
            </div>
            <span class="row-end">
              <button
                type="button"
                class="btn btn-quiet"
                aria-label={
                  session.current
                    ? undefined
                    : t('settings.endOf', { where: placeOf(app, session) })
                }
                onClick={() =>
                  session.current
                    ? void signOut(app)
                    : void end(accountApi.endSession(session.id), t('settings.ended'))
                }
              >
                {t('account.signOut')}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {sessions.value.length > 2 ? (
        <div class="acts">
          <button
            type="button"
            class="btn btn-plain"
            onClick={() => void end(accountApi.endOtherSessions(), t('settings.endedOthers'))}
          >
            {t('settings.endOthers')}
          </button>
        </div>
      ) : null}
    </>
  );
}
