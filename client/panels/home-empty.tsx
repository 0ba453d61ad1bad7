// The home page with nothing to list: the first visit, and a search that finds nothing.

import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';

interface EmptyProps {
  readonly busy: boolean;
  readonly create: () => void;
}

export function EmptyHome({ busy, create }: EmptyProps) {
  const app = useApp();
  const { t } = app;
  // The name stands inside a sentence whose order differs by language.
  const [before = '', after = ''] = t('account.seenAs', { name: '\u0001' }).split('\u0001');
  return (
    <div class="empty">
      <Art />
      <h1>{t('home.emptyTitle')}</h1>
      <p>{t('home.emptyText')}</p>
      <button type="button" class="btn btn-primary btn-lg" aria-disabled={busy} onClick={create}>
        <Icon name="plus" small />
        {t('home.new')}
      </button>
      <p class="empty-name">
        {before}
        <b>{app.me.value.name}</b>
        {after}{' '}
        <button
          type="button"
          class="link"
          onClick={(event) => {
            app.nameAnchor.value = event.currentTarget;
          }}
        >
          {t('account.changeName')}
        </button>
      </p>
    </div>
  );
}

export function EmptySearch({ query, create }: { query: string; create: () => void }) {
  const { t } = useApp();
  return (
    <div class="list-note">
      <p role="alert">{t('home.nothingFound', { query })}</p>
      <button type="button" class="btn btn-plain" onClick={create}>
        <Icon name="plus" small />
        {t('home.new')}
      </button>
    </div>
  );
}

/** Three carets on three lines: two people here, and me. */
function Art() {
  return (
    <svg
      class="empty-art"
      viewBox="0 0 176 112"
      fill="none"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path
        stroke="var(--line-strong)"
        stroke-opacity=".45"
        stroke-width="4"
        d="M14 42h66M14 70h104M14 98h30"
      />
      <g stroke-width="3" stroke-linecap="butt">
        <path stroke="var(--p1)" d="M54 86v24" />
        <path stroke="var(--p2)" d="M90 16v38" />
        <path stroke="var(--p4)" d="M128 44v38" />
      </g>
      <path fill="var(--p2)" d="M88.5 14H114a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4H88.5z" />
      <path fill="var(--p4)" d="M126.5 42H158a4 4 0 0 1 4 4v6a4 4 0 0 1-4 4h-31.5z" />
    </svg>
  );
}
