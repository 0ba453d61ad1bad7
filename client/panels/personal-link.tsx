// The dialogue "Your personal link": how a guest goes on as themselves in another browser. Loaded when
// it is opened.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PersonalLinkItem } from '../../core/api.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { listTime } from '../ui/time.ts';
import { AccountSessions } from './account-sessions.tsx';
import { explainAccount } from './explain-account.ts';
import { ShownOnce } from './shown-once.tsx';

export function PersonalLinkDialog({ onClose }: { onClose: () => void }) {
  const app = useApp();
  const { t, locale } = app;
  const links = useSignal<readonly PersonalLinkItem[]>([]);
  const url = useSignal('');
  const problem = useSignal('');

  const attempt = async (work: () => Promise<unknown>) => {
    problem.value = '';
    try {
      await work();
      links.value = (await accountApi.links()).links;
    } catch (error) {
      problem.value = explainAccount(app, error).text;
    }
  };
  useEffect(() => void attempt(async () => undefined), []);
  const make = () =>
    attempt(async () => {
      url.value = (await accountApi.createLink()).url;
    });
  const revoke = (id: string) =>
    attempt(async () => {
      await accountApi.revokeLink(id);
      app.toasts.show({ text: t('personal.revoked') });
    });

  const now = Date.now();
  return (
    <Dialog label={t('personal.mine')} class="settings" onClose={onClose}>
      <p>{t('personal.text', { name: app.me.value.name })}</p>
      {url.value ? (
        <ShownOnce
          label={t('personal.mine')}
          text={url.value}
          note={t('personal.once')}
          copy={t('personal.copy')}
          copied={t('personal.copied')}
        />
      ) : (
        <div class="acts">
          <button type="button" class="btn btn-primary" data-autofocus onClick={() => void make()}>
            {t('personal.make')}
          </button>
        </div>
      )}
      <p class="field-error" role="alert">
        {problem.value}
      </p>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul role="list" aria-label={t('personal.mine')}>
        {links.value.map(({ id, createdAt, lastUsedAt }) => {
          const made = t('personal.made', { time: listTime(createdAt, now, locale) });
          return (
            <li class="row" key={id}>
              <span class="glyph">
                <Icon name="link" />
              </span>
              <div class="row-who">
                <b>{made}</b>
                <span>
                  {lastUsedAt === null
                    ? t('token.never')
                    : t('personal.used', { time: listTime(lastUsedAt, now, locale) })}
                </span>
              </div>
              <span class="row-end">
                <button
                  type="button"
                  class="btn btn-quiet"
                  aria-label={t('token.revokeOf', { name: made })}
                  onClick={() => void revoke(id)}
                >
                  {t('token.revoke')}
                </button>
              </span>
            </li>
          );
        })}
      </ul>
      <AccountSessions />
    </Dialog>
  );
}
