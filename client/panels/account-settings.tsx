// The dialogue "Account settings": how I sign in, my password, where I am signed in, API tokens. Loaded
// when it is opened.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AccountReply } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { AccountSessions } from './account-sessions.tsx';
import { AccountTokens } from './account-tokens.tsx';
import { explain } from './explain.ts';
import { type AccountProblem, explainAccount } from './explain-account.ts';
import { FormField } from './form-field.tsx';

export function AccountSettings({ onClose }: { onClose: () => void }) {
  const app = useApp();
  const { t } = app;
  const account = useSignal<AccountReply | null>(null);
  const failed = useSignal('');
  const load = async () => {
    try {
      account.value = await accountApi.fetch();
    } catch (error) {
      failed.value = explain(app, error);
    }
  };
  useEffect(() => void load(), []);
  const mine = account.value;
  return (
    <Dialog label={t('account.settings')} class="settings" onClose={onClose}>
      <p role="status">
        {failed.value ||
          (mine ? t('settings.signInAs', { name: mine.name ?? mine.email ?? '' }) : '')}
      </p>
      {mine ? (
        <>
          <PasswordForm account={mine} onChanged={() => void load()} />
          <AccountSessions />
          <AccountTokens />
        </>
      ) : null}
    </Dialog>
  );
}

const nothing: AccountProblem = { field: null, text: '' };

function PasswordForm({ account, onChanged }: { account: AccountReply; onChanged: () => void }) {
  const app = useApp();
  const { t } = app;
  const current = useSignal('');
  const next = useSignal('');
  const problem = useSignal(nothing);
  const busy = useSignal(false);

  const save = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = nothing;
    try {
      await accountApi.changePassword({
        password: next.value,
        ...(account.hasPassword ? { current: current.value } : {}),
      });
      current.value = '';
      next.value = '';
      app.toasts.show({ text: t('settings.passwordChanged') });
      onChanged();
    } catch (error) {
      problem.value = explainAccount(app, error);
    } finally {
      busy.value = false;
    }
  };
  const of = (field: AccountProblem['field']) =>
    problem.value.field === field ? problem.value.text : '';

  return (
    <>
      <h3>{t('settings.password')}</h3>
      <form class="form" onSubmit={(event) => void save(event)}>
        {/* So that a password manager knows whose it is. */}
        <input
          class="vh"
          name="username"
          autocomplete="username"
          value={account.name ?? account.email ?? ''}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        {account.hasPassword ? (
          <FormField
            id="current-password"
            label={t('settings.current')}
            kind="password"
            autocomplete="current-password"
            value={current.value}
            onValue={(value) => {
              current.value = value;
            }}
            problem={of('current')}
          />
        ) : null}
        <FormField
          id="new-password"
          label={t('settings.newPassword')}
          kind="password"
          autocomplete="new-password"
          value={next.value}
          onValue={(value) => {
            next.value = value;
          }}
          note={t('sign.passwordNote', { count: limits.minPasswordChars })}
          problem={of('password')}
        />
        <p class="field-error" role="alert">
          {of(null)}
        </p>
        <div class="acts">
          <button type="submit" class="btn btn-plain" aria-disabled={busy.value}>
            {t('settings.passwordChange')}
          </button>
        </div>
      </form>
    </>
  );
}
