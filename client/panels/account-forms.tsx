// The forms of "Account settings": my e-mail address and my password. Both ask for the password there is.

import { useSignal } from '@preact/signals';
import type { AccountReply } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { type AccountProblem, explainAccount } from './explain-account.ts';
import { FormField } from './form-field.tsx';

interface FormProps {
  readonly account: AccountReply;
  readonly onChanged: () => void;
}

const nothing: AccountProblem = { field: null, text: '' };

export function PasswordForm({ account, onChanged }: FormProps) {
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

export function EmailForm({ account, onChanged }: FormProps) {
  const app = useApp();
  const { t } = app;
  const email = useSignal(account.email ?? '');
  const current = useSignal('');
  const problem = useSignal(nothing);
  const busy = useSignal(false);
  const isChanged = email.value.trim() !== (account.email ?? '');

  const save = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = nothing;
    try {
      await accountApi.setEmail(email.value.trim() || null, current.value);
      current.value = '';
      app.toasts.show({ text: t('settings.emailChanged') });
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
      <h3>{t('settings.email')}</h3>
      <form class="form" onSubmit={(event) => void save(event)}>
        <FormField
          id="email"
          label={t('settings.emailLabel')}
          autocomplete="email"
          value={email.value}
          onValue={(value) => {
            email.value = value;
          }}
          maxLength={limits.maxLoginChars}
          required={false}
          note={t('settings.emailNote')}
          problem={of('email')}
        />
        {isChanged ? (
          <>
            <FormField
              id="email-password"
              label={t('settings.current')}
              kind="password"
              autocomplete="current-password"
              value={current.value}
              onValue={(value) => {
                current.value = value;
              }}
              problem={of('current')}
            />
            <p class="field-error" role="alert">
              {of(null)}
            </p>
            <div class="acts">
              <button type="submit" class="btn btn-plain" aria-disabled={busy.value}>
                {t('settings.emailChange')}
              </button>
            </div>
          </>
        ) : null}
      </form>
    </>
  );
}
