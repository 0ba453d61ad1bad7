// The dialogue "Account settings": how I sign in, where I am signed in, API tokens. Loaded
// when it is opened.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AccountReply } from '../../core/api.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { Dialog } from '../ui/dialog.tsx';
import { EmailForm, PasswordForm } from './account-forms.tsx';
import { AccountPasskeys } from './account-passkeys.tsx';
import { AccountProvider } from './account-provider.tsx';
import { AccountSessions } from './account-sessions.tsx';
import { AccountTokens } from './account-tokens.tsx';
import { explain } from './explain.ts';

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
          (mine
            ? t('settings.signInAs', { name: mine.name ?? mine.email ?? app.me.value.name })
            : '')}
      </p>
      {mine ? (
        <>
          {mine.hasPassword ? <EmailForm account={mine} onChanged={() => void load()} /> : null}
          <PasswordForm account={mine} onChanged={() => void load()} />
          <AccountProvider />
          <AccountPasskeys />
          <AccountSessions />
          <AccountTokens />
        </>
      ) : null}
    </Dialog>
  );
}
