// My passkeys: how many I like, each with a name, to be renamed and removed.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PasskeyItem } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { accountApi } from '../api/account-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { listTime } from '../ui/time.ts';
import { explain } from './explain.ts';
import { FormField } from './form-field.tsx';
import { canPasskeys, makePasskey, passkeyProblem } from './passkey-browser.ts';

const reasons = {
  'passkey-host': 'passkey.host',
  'last-way': 'passkey.lastWay',
  many: 'error.many',
} as const;

/** In words; '' for what needs none. */
export function explainPasskey(app: App, error: unknown): string {
  const ours = passkeyProblem(error);
  if (ours !== null) return ours ? app.t(ours) : '';
  const { reason } = error instanceof AppError ? (error.details ?? {}) : {};
  const known = Object.entries(reasons).find(([each]) => each === reason)?.[1];
  if (known) return app.t(known);
  const code = error instanceof AppError ? error.code : null;
  if (code === 'link-used') return app.t('passkey.late');
  return code === 'wrong-password' ? app.t('passkey.wrong') : explain(app, error);
}

export function AccountPasskeys() {
  const app = useApp();
  const { t, locale } = app;
  const passkeys = useSignal<readonly PasskeyItem[]>([]);
  const name = useSignal('');
  const problem = useSignal('');
  const renaming = useSignal<string | null>(null);
  const busy = useSignal(false);

  const load = async () => {
    try {
      passkeys.value = (await accountApi.passkeys()).passkeys;
    } catch (error) {
      app.toasts.show({ text: explain(app, error) });
    }
  };
  useEffect(() => void load(), []);
  const attempt = async (work: () => Promise<unknown>, told: string) => {
    if (busy.value) return;
    busy.value = true;
    problem.value = '';
    try {
      await work();
      app.toasts.show({ text: told });
      renaming.value = null;
    } catch (error) {
      problem.value = explainPasskey(app, error);
    }
    busy.value = false;
    await load();
  };
  const add = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      await makePasskey(name.value.trim());
      name.value = '';
    }, t('passkey.added'));
  };

  const now = Date.now();
  return (
    <>
      <h3 id="my-passkeys">{t('passkey.title')}</h3>
      <p>{t('passkey.about')}</p>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul role="list" aria-labelledby="my-passkeys">
        {passkeys.value.map((passkey) => (
          <li class="row" key={passkey.id}>
            <span class="glyph">
              <Icon name="lock" />
            </span>
            {renaming.value === passkey.id ? (
              <Rename
                passkey={passkey}
                onDone={(next) =>
                  void attempt(
                    () => accountApi.renamePasskey(passkey.id, next),
                    t('passkey.renamed'),
                  )
                }
              />
            ) : (
              <div class="row-who">
                <b>{passkey.name}</b>
                <span>
                  {passkey.lastUsedAt === null
                    ? t('passkey.unused', { time: listTime(passkey.createdAt, now, locale) })
                    : t('settings.lastSeen', { time: listTime(passkey.lastUsedAt, now, locale) })}
                </span>
              </div>
            )}
            <span class="row-end">
              {renaming.value === passkey.id ? null : (
                <button
                  type="button"
                  class="btn btn-quiet"
                  aria-label={t('passkey.renameOf', { name: passkey.name })}
                  onClick={() => {
                    renaming.value = passkey.id;
                  }}
                >
                  {t('passkey.rename')}
                </button>
              )}
              <button
                type="button"
                class="btn btn-quiet"
                aria-label={t('passkey.removeOf', { name: passkey.name })}
                onClick={() =>
                  void attempt(() => accountApi.removePasskey(passkey.id), t('passkey.removed'))
                }
              >
                {t('passkey.remove')}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {canPasskeys() ? (
        <form class="form" onSubmit={add}>
          <FormField
            id="passkey-name"
            label={t('passkey.name')}
            autocomplete="off"
            value={name.value}
            onValue={(value) => {
              name.value = value;
            }}
            maxLength={limits.maxTokenNameChars}
            note={t('passkey.nameNote')}
          />
          <div class="acts">
            <button type="submit" class="btn btn-plain" aria-disabled={busy.value}>
              {t('passkey.add')}
            </button>
          </div>
        </form>
      ) : (
        <p>{t('passkey.host')}</p>
      )}
      <p class="field-error" role="alert">
        {problem.value}
      </p>
    </>
  );
}

function Rename({ passkey, onDone }: { passkey: PasskeyItem; onDone: (name: string) => void }) {
  const { t } = useApp();
  const name = useSignal(passkey.name);
  return (
    <form
      class="row-who row-form"
      onSubmit={(event) => {
        event.preventDefault();
        onDone(name.value.trim());
      }}
    >
      <div class="field">
        <input
          ref={(input) => input?.focus()}
          aria-label={t('passkey.name')}
          value={name.value}
          maxLength={limits.maxTokenNameChars}
          required
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </div>
      <button type="submit" class="btn btn-plain">
        {t('account.save')}
      </button>
    </form>
  );
}
