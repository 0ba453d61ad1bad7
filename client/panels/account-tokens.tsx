// API tokens of my account: what each may and when it was last used; making one (its secret is shown
// this once) and revoking.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { TokenCreated, TokenItem } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { accountApi } from '../api/account-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { listTime } from '../ui/time.ts';
import { explain } from './explain.ts';
import { explainAccount } from './explain-account.ts';
import { FormField } from './form-field.tsx';
import { ShownOnce } from './shown-once.tsx';

function describe({ t, locale }: App, token: TokenItem, now: number): string {
  const scope = t(`token.scope.${token.scope}`);
  const used =
    token.lastUsedAt === null
      ? t('token.never')
      : t('token.used', { time: listTime(token.lastUsedAt, now, locale) });
  const what = token.collection ? t('token.in', { scope, collection: token.collection }) : scope;
  return `${what} · ${used}`;
}

export function AccountTokens() {
  const app = useApp();
  const { t } = app;
  const tokens = useSignal<readonly TokenItem[]>([]);
  const created = useSignal<TokenCreated | null>(null);

  const load = async () => {
    try {
      tokens.value = (await accountApi.tokens()).tokens;
    } catch (error) {
      app.toasts.show({ text: explain(app, error) });
    }
  };
  useEffect(() => void load(), []);
  const revoke = async (id: string) => {
    try {
      await accountApi.revokeToken(id);
      if (created.peek()?.token.id === id) created.value = null;
      app.toasts.show({ text: t('token.revoked') });
    } catch (error) {
      app.toasts.show({ text: explain(app, error) });
    }
    await load();
  };

  const now = Date.now();
  return (
    <>
      <h3 id="my-tokens">{t('token.title')}</h3>
      <p>{tokens.value.length === 0 ? `${t('token.none')} ${t('token.note')}` : t('token.note')}</p>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul role="list" aria-labelledby="my-tokens">
        {tokens.value.map((token) => (
          <li class="row" key={token.id}>
            <span class="glyph">
              <Icon name="code" />
            </span>
            <div class="row-who">
              <b>{token.name}</b>
              <span>{describe(app, token, now)}</span>
            </div>
            <span class="row-end">
              <button
                type="button"
                class="btn btn-quiet"
                aria-label={t('token.revokeOf', { name: token.name })}
                onClick={() => void revoke(token.id)}
              >
                {t('token.revoke')}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {created.value ? (
        <ShownOnce
          label={t('token.new')}
          text={created.value.secret}
          note={t('token.once')}
          copy={t('token.copy')}
          copied={t('token.copied')}
        />
      ) : (
        <TokenForm
          onCreated={(reply) => {
            created.value = reply;
            void load();
          }}
        />
      )}
    </>
  );
}

function TokenForm({ onCreated }: { onCreated: (created: TokenCreated) => void }) {
  const app = useApp();
  const { t } = app;
  const name = useSignal('');
  const scope = useSignal<'read' | 'write'>('read');
  const collection = useSignal('');
  const problem = useSignal('');

  const create = async (event: Event) => {
    event.preventDefault();
    problem.value = '';
    try {
      onCreated(
        await accountApi.createToken({
          name: name.value,
          scope: scope.value,
          collection: collection.value.trim() || null,
        }),
      );
    } catch (error) {
      problem.value = explainAccount(app, error).text;
    }
  };
  return (
    <form class="form" onSubmit={(event) => void create(event)}>
      <FormField
        id="token-name"
        label={t('token.name')}
        value={name.value}
        onValue={(value) => {
          name.value = value;
        }}
        autocomplete="off"
        maxLength={limits.maxTokenNameChars}
      />
      <div class="form-two">
        <div class="form-row">
          <label for="token-scope">{t('token.scope')}</label>
          <div class="field">
            <select
              id="token-scope"
              value={scope.value}
              onChange={(event) => {
                scope.value = event.currentTarget.value === 'write' ? 'write' : 'read';
              }}
            >
              <option value="read">{t('token.scope.read')}</option>
              <option value="write">{t('token.scope.write')}</option>
            </select>
            <Icon name="down" small />
          </div>
        </div>
        <div class="form-row">
          <label for="token-collection">{t('token.collection')}</label>
          <div class="field">
            <input
              id="token-collection"
              value={collection.value}
              placeholder={t('token.collectionAny')}
              pattern="[a-z0-9][a-z0-9\-]{0,63}"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => {
                collection.value = event.currentTarget.value;
              }}
            />
          </div>
        </div>
      </div>
      <p class="field-error" role="alert">
        {problem.value}
      </p>
      <div class="acts">
        <button type="submit" class="btn btn-plain">
          {t('token.create')}
        </button>
      </div>
    </form>
  );
}
