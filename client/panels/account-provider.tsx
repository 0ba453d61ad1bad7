// The OIDC provider as a way to sign in to my account: connected or not. Nothing where none is configured.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ProviderReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { accountApi } from '../api/account-api.ts';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { explain } from './explain.ts';

export function AccountProvider() {
  const app = useApp();
  const { t } = app;
  const provider = useSignal<ProviderReply | null>(null);
  const problem = useSignal('');
  const say = (error: unknown) => {
    const { reason } = error instanceof AppError ? (error.details ?? {}) : {};
    if (reason === 'last-way') problem.value = t('passkey.lastWay');
    else problem.value = reason === 'provider-away' ? t('oidc.away') : explain(app, error);
  };
  const load = async () => {
    try {
      provider.value = await accountApi.provider();
    } catch (error) {
      say(error);
    }
  };
  useEffect(() => void load(), []);
  const connect = async () => {
    try {
      if (!(await app.settle.current())) return;
      location.assign((await accountApi.linkProvider(location.pathname)).url);
    } catch (error) {
      say(error);
    }
  };
  const disconnect = async () => {
    problem.value = '';
    try {
      await accountApi.unlinkProvider();
      await load();
    } catch (error) {
      say(error);
    }
  };
  const known = provider.value;
  if (!known || known.name === null) return null;
  return (
    <>
      <h3>{t('oidc.title')}</h3>
      <div class="row">
        <span class="glyph">
          <Icon name="globe" />
        </span>
        <div class="row-who">
          <b>{known.name}</b>
          <span>{t(known.linked ? 'oidc.linked' : 'oidc.notLinked')}</span>
        </div>
        <span class="row-end">
          <button
            type="button"
            class="btn btn-quiet"
            onClick={() => void (known.linked ? disconnect() : connect())}
          >
            {t(known.linked ? 'oidc.unlink' : 'oidc.link')}
          </button>
        </span>
      </div>
      <p class="field-error" role="alert">
        {problem.value}
      </p>
    </>
  );
}
