// The page /sign-in (and /reset/…): signing in, making an account, setting a new password. Field names
// and autocomplete are what password managers look for.

import { useSignal } from '@preact/signals';
import type { AccountBoot, ProviderProblem, SignedInReply } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { Mark } from '../ui/icon.tsx';
import { rememberAdopted } from './account-actions.ts';
import { type AccountProblem, explainAccount } from './explain-account.ts';
import { FormField } from './form-field.tsx';
import { Hosts } from './hosts.tsx';
import { signInPath } from './leaving.ts';

export function SignPage({ boot }: { boot: AccountBoot }) {
  const { t } = useApp();
  return (
    <>
      <header class="header">
        <a class="wordmark" href="/">
          <Mark />
          {t('app.name')}
        </a>
        <Hosts />
      </header>
      <main class="sign">
        <h1>{t(`sign.title.${boot.view}`)}</h1>
        <SignForm boot={boot} />
      </main>
    </>
  );
}

const nothing: AccountProblem = { field: null, text: '' };

function SignForm({ boot }: { boot: AccountBoot }) {
  const app = useApp();
  const { t } = app;
  const { view } = boot;
  const login = useSignal('');
  const password = useSignal('');
  const problem = useSignal<AccountProblem>(
    boot.problem
      ? { field: null, text: providerWords(boot.problem, boot.provider ?? '', t) }
      : nothing,
  );
  const busy = useSignal(false);

  const enter = (): Promise<SignedInReply> => {
    const typed = { login: login.value.trim(), password: password.value };
    if (view === 'reset') return accountApi.reset(boot.token ?? '', typed.password);
    return view === 'sign-up' ? accountApi.signUp(typed) : accountApi.signIn(typed);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = nothing;
    try {
      rememberAdopted((await enter()).adopted);
      // Back must not lead here again.
      location.replace(boot.next);
    } catch (error) {
      problem.value = explainAccount(app, error);
      busy.value = false;
    }
  };
  const byPasskey = async () => {
    if (busy.value) return;
    busy.value = true;
    problem.value = nothing;
    try {
      // Loaded when it is wanted: most people never do.
      const { signInWithPasskey } = await import('./passkey-browser.ts');
      const { adopted } = await signInWithPasskey(login.value.trim() || undefined);
      rememberAdopted(adopted);
      location.replace(boot.next);
    } catch (error) {
      const { explainPasskey } = await import('./account-passkeys.tsx');
      problem.value = { field: null, text: explainPasskey(app, error) };
      busy.value = false;
    }
  };
  const of = (field: AccountProblem['field']) =>
    problem.value.field === field ? problem.value.text : '';

  return (
    <form class="form" onSubmit={(event) => void submit(event)} noValidate={false}>
      <p class="form-lead">{leadOf(boot, app.me.value, t)}</p>
      {view === 'reset' ? null : (
        <FormField
          id="username"
          label={t('sign.login')}
          value={login.value}
          onValue={(value) => {
            login.value = value;
          }}
          autocomplete="username"
          maxLength={limits.maxLoginChars}
          problem={of('login')}
        />
      )}
      <FormField
        id="password"
        label={t(view === 'reset' ? 'sign.next' : 'sign.password')}
        value={password.value}
        onValue={(value) => {
          password.value = value;
        }}
        kind="password"
        autocomplete={view === 'sign-in' ? 'current-password' : 'new-password'}
        maxLength={limits.maxPasswordChars * 2}
        note={
          view === 'sign-in'
            ? undefined
            : t('sign.passwordNote', { count: limits.minPasswordChars })
        }
        problem={of('password')}
      />
      <p class="field-error" role="alert">
        {of(null)}
      </p>
      <button type="submit" class="btn btn-primary btn-lg" aria-disabled={busy.value}>
        {t(view === 'reset' ? 'sign.reset' : `sign.title.${view}`)}
      </button>
      {boot.provider && view !== 'reset' ? (
        <a class="btn btn-plain btn-lg" href={`/auth/oidc?to=${encodeURIComponent(boot.next)}`}>
          {t('oidc.signIn', { name: boot.provider })}
        </a>
      ) : null}
      {view === 'sign-in' ? (
        <button
          type="button"
          class="btn btn-plain btn-lg"
          aria-disabled={busy.value}
          onClick={() => void byPasskey()}
        >
          {t('passkey.signIn')}
        </button>
      ) : null}
      <Others
        boot={boot}
        login={login.value.trim()}
        onProblem={(found) => (problem.value = found)}
      />
    </form>
  );
}

type T = ReturnType<typeof useApp>['t'];

function providerWords(problem: ProviderProblem, name: string, t: T): string {
  switch (problem) {
    case 'provider':
      return t('oidc.failed', { name });
    case 'provider-away':
      return t('oidc.away');
    case 'provider-late':
      return t('passkey.late');
    case 'provider-taken':
      return t('oidc.taken');
    case 'disabled':
      return t('error.disabled');
  }
}

/** What happens to what the guest of this browser made. */
function leadOf({ view, hasDocuments }: AccountBoot, me: { name: string }, t: T): string | null {
  if (view === 'sign-up') return t('sign.keepsMine', { name: me.name });
  return view === 'sign-in' && hasDocuments ? t('sign.keepsGuest') : null;
}

interface OthersProps {
  readonly boot: AccountBoot;
  readonly login: string;
  readonly onProblem: (problem: AccountProblem) => void;
}

/** The other ways from here. */
function Others({ boot, login, onProblem }: OthersProps) {
  const app = useApp();
  const { t } = app;
  const told = useSignal('');
  const { view, next, canSignUp, canMail } = boot;

  const forgot = async () => {
    if (!canMail) {
      told.value = t('sign.forgotAsk');
      return;
    }
    if (login === '') {
      onProblem({ field: 'login', text: t('sign.loginWrong', { count: limits.maxNameChars }) });
      return;
    }
    try {
      await accountApi.forgot(login);
      told.value = t('sign.forgotMail');
    } catch (error) {
      onProblem(explainAccount(app, error));
    }
  };

  if (view === 'reset') return null;
  return (
    <>
      {view === 'sign-in' ? (
        <>
          <button type="button" class="btn btn-quiet" onClick={() => void forgot()}>
            {t('sign.forgot')}
          </button>
          <p class="form-told" role="status">
            {told.value}
          </p>
        </>
      ) : null}
      {view === 'sign-up' || canSignUp ? (
        <p class="form-other">
          {t(view === 'sign-in' ? 'sign.toSignUp' : 'sign.toSignIn')}{' '}
          <a class="link" href={signInPath(view === 'sign-in' ? 'sign-up' : 'sign-in', next)}>
            {t(view === 'sign-in' ? 'account.create' : 'account.signIn')}
          </a>
        </p>
      ) : null}
    </>
  );
}
