// The home page: New document, search, documents in groups of time, and what to say when there are none.

import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { DocumentListItem } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon, Mark } from '../ui/icon.tsx';
import { type TimeGroup, timeGroup } from '../ui/time.ts';
import { toggleAccountMenu } from './account.tsx';
import { Avatar } from './avatar.tsx';
import { explain } from './explain.ts';
import { EmptyHome, EmptySearch } from './home-empty.tsx';
import { HomeRow } from './home-row.tsx';
import type { HomeState } from './home-state.ts';
import { Hosts } from './hosts.tsx';

const groups: readonly TimeGroup[] = ['today', 'week', 'earlier'];

export function HomeHeader() {
  const app = useApp();
  const me = app.me.value;
  return (
    <header class="header">
      <a class="wordmark" href="/">
        <Mark />
        {app.t('app.name')}
      </a>
      <span class="grow" />
      <div class="header-end">
        <button
          type="button"
          class="av-button"
          aria-haspopup="menu"
          aria-expanded={app.menus.current.value?.id === 'account'}
          aria-label={app.t('account.of', { name: me.name })}
          data-tip={me.name}
          onClick={(event) => toggleAccountMenu(app, event.currentTarget)}
        >
          <Avatar name={me.name} color={me.color} />
        </button>
      </div>
      <Hosts />
    </header>
  );
}

/** Creates a document and goes there; a failure is told and nothing is lost. */
export function useNewDocument(): { busy: boolean; create: () => void } {
  const app = useApp();
  const busy = useSignal(false);
  return {
    busy: busy.value,
    create: () => {
      if (busy.peek()) return;
      busy.value = true;
      void newDocument(app).finally(() => {
        busy.value = false;
      });
    },
  };
}

async function newDocument(app: App): Promise<void> {
  try {
    const created = await app.api.createDocument({});
    location.assign(created.url);
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
  }
}

export interface HomeProps {
  readonly state: HomeState;
  /** The server's own list, shown until the first answer. */
  readonly preview: Element | null;
}

export function Home({ state, preview }: HomeProps) {
  const { t } = useApp();
  const { busy, create } = useNewDocument();
  const documents = state.documents.value;
  const nothingYet = documents?.length === 0 && state.shownQuery.value === '';
  const isEmpty = nothingYet && state.query.value === '';
  return (
    <main class="list">
      {isEmpty ? null : (
        <div class="list-head">
          <h1>{t('home.title')}</h1>
          <button
            type="button"
            class="btn btn-primary btn-lg"
            aria-disabled={busy}
            onClick={create}
          >
            <Icon name="plus" small />
            {t('home.new')}
          </button>
        </div>
      )}
      {/* The same field throughout: whoever types in it keeps it. */}
      <Search key="search" state={state} />
      {isEmpty ? (
        <EmptyHome busy={busy} create={create} />
      ) : (
        <Results state={state} preview={preview} create={create} />
      )}
    </main>
  );
}

function Search({ state }: { state: HomeState }) {
  const { t } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') state.searchNow();
    else if (event.key === 'Escape' && state.query.peek() !== '') state.search('');
    else if (event.key === 'ArrowDown') {
      document.querySelector<HTMLElement>('.docs a')?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <label class="field search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={t('home.search')}
        placeholder={t('home.search')}
        maxLength={limits.maxQueryChars}
        value={state.query.value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => state.search(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {state.query.value === '' ? null : (
        <button
          type="button"
          class="ib"
          aria-label={t('home.clearSearch')}
          onClick={() => {
            state.search('');
            field.current?.focus();
          }}
        >
          <Icon name="close" small />
        </button>
      )}
    </label>
  );
}

function Results({ state, preview, create }: HomeProps & { create: () => void }) {
  const app = useApp();
  const { t } = app;
  const documents = state.documents.value;
  const now = useComputed(() => (state.documents.value ? Date.now() : 0)).value;
  if (documents === null) {
    if (state.failure.value) return <Failure state={state} />;
    return preview ? <Preview element={preview} /> : <Waiting />;
  }
  if (documents.length === 0) {
    return <EmptySearch query={state.shownQuery.value} create={create} />;
  }
  // What is found comes best first, so it is not torn apart by time.
  const sections: [TimeGroup | 'results', readonly DocumentListItem[]][] =
    state.shownQuery.value === ''
      ? groups.map((group) => [
          group,
          documents.filter((item) => timeGroup(item.updatedAt, now) === group),
        ])
      : [['results', documents]];
  return (
    <>
      {sections.map(([group, items]) =>
        items.length === 0 ? null : (
          <section key={group} aria-labelledby={`group-${group}`}>
            <h2 id={`group-${group}`}>{t(`home.${group}`)}</h2>
            {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
            <ul class="docs" role="list" onKeyDown={moveByArrows}>
              {items.map((item) => (
                <HomeRow key={item.url} item={item} now={now} />
              ))}
            </ul>
          </section>
        ),
      )}
      {state.hasMore.value ? (
        <div class="list-more">
          <button
            type="button"
            class="btn btn-plain"
            aria-disabled={state.loadingMore.value}
            onClick={() => void state.more()}
          >
            {t('home.more')}
          </button>
        </div>
      ) : null}
    </>
  );
}

/** Arrow keys go from row to row, also across groups; up from the first is the search field. */
function moveByArrows(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const rows = [...document.querySelectorAll<HTMLElement>('.docs a')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const target = rows[at + step] ?? (step < 0 ? searchField() : null);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

const searchField = (): HTMLElement | null => document.querySelector('.search input');

function Failure({ state }: { state: HomeState }) {
  const app = useApp();
  return (
    <div class="list-note" role="alert">
      <p>{explain(app, state.failure.value)}</p>
      <button type="button" class="btn btn-plain" onClick={() => void state.refresh()}>
        {app.t('home.tryAgain')}
      </button>
    </div>
  );
}

function Preview({ element }: { element: Element }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.append(element);
  }, [element]);
  return <div ref={place} class="list-preview" />;
}

/** Nothing for 300 ms, then still bars. */
function Waiting() {
  const { t } = useApp();
  const shown = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      shown.value = true;
    }, limits.loadingAfterMs);
    return () => clearTimeout(timer);
  }, [shown]);
  if (!shown.value) return null;
  return (
    <div class="sk-lines list-wait" role="img" aria-label={t('home.loading')}>
      <span class="sk" />
      <span class="sk" />
      <span class="sk" />
      <span class="sk" />
    </div>
  );
}
