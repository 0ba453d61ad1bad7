// Find and replace: a card at the top right. Enter goes on, Shift+Enter back, Escape closes and leaves
// the caret at the match.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { formatCount } from '../ui/time.ts';
import { type Desk, mayEdit, useDesk } from './desk.ts';

/** Opens the card, with the selected words (if few) as the query. */
export function openFind(desk: Desk, mode: 'find' | 'replace'): void {
  const { editor } = desk;
  const selection = editor.selection();
  const words =
    selection && selection.length > 0 && selection.length <= 100 ? editor.plainText(selection) : '';
  const query = words.includes('\n') ? '' : words;
  editor.openFind(query || (editor.find.peek()?.query ?? ''));
  desk.find.value = { mode };
}

export function FindCard() {
  const desk = useDesk();
  const open = desk.find.value;
  return open ? <Card key="find" open={open} /> : null;
}

function Card({ open }: { open: { readonly mode: 'find' | 'replace' } }) {
  const app = useApp();
  const { t, locale } = app;
  const desk = useDesk();
  const { editor } = desk;
  const findField = useRef<HTMLInputElement>(null);
  const replacement = useSignal('');
  const state = editor.find.value;
  const query = state?.query ?? '';
  const matchCase = state?.matchCase ?? false;
  const count = state?.count ?? 0;
  const none = count === 0;
  const replaceable = mayEdit(desk) && open.mode === 'replace';

  // Also when the card is open already and asked for again.
  useLayoutEffect(() => {
    findField.current?.select();
  }, [open]);

  const close = () => {
    desk.find.value = null;
    editor.closeFind();
    editor.focus();
  };
  const counter =
    query === ''
      ? ''
      : none
        ? t('find.none')
        : t('find.count', {
            current: formatCount((state?.current ?? 0) + 1, locale),
            count: formatCount(count, locale),
          });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  const replaceAll = () => {
    const replaced = editor.replaceAll(replacement.value);
    app.announcer.say(t('find.replaced', { count: replaced }));
  };

  return (
    <search class="find" aria-label={t('find.label')} onKeyDown={onKeyDown}>
      <form
        class="find-row"
        onSubmit={(event) => {
          event.preventDefault();
          editor.findNext(1);
        }}
      >
        <div class="field field-sm">
          <Icon name="search" small />
          <input
            ref={findField}
            aria-label={t('find.find')}
            value={query}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => editor.setFind(event.currentTarget.value, matchCase)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !event.shiftKey || event.isComposing) return;
              event.preventDefault();
              editor.findNext(-1);
            }}
          />
          <span class="find-count" aria-live="polite">
            {counter}
          </span>
          <button
            type="button"
            class="ib ib-word"
            aria-label={t('find.matchCase')}
            aria-pressed={matchCase}
            data-tip={t('find.matchCase')}
            onClick={() => editor.setFind(query, !matchCase)}
          >
            Aa
          </button>
        </div>
        <button
          type="button"
          class="ib"
          aria-label={t('find.previous')}
          data-tip={t('find.previous')}
          aria-disabled={none}
          onClick={() => editor.findNext(-1)}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          class="ib"
          aria-label={t('find.next')}
          data-tip={t('find.next')}
          aria-disabled={none}
          onClick={() => editor.findNext(1)}
        >
          <Icon name="next" />
        </button>
        <button type="button" class="ib" aria-label={t('dialog.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </form>
      {replaceable ? (
        <form
          class="find-row"
          onSubmit={(event) => {
            event.preventDefault();
            editor.replace(replacement.value);
          }}
        >
          <div class="field field-sm">
            <input
              aria-label={t('find.with')}
              placeholder={t('find.with')}
              value={replacement.value}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => {
                replacement.value = event.currentTarget.value;
              }}
            />
          </div>
          <button type="submit" class="btn btn-quiet" aria-disabled={none}>
            {t('find.replace')}
          </button>
          <button
            type="button"
            class="btn btn-quiet"
            aria-label={t('find.replaceAll')}
            aria-disabled={none}
            onClick={replaceAll}
          >
            {t('find.all')}
          </button>
        </form>
      ) : null}
    </search>
  );
}
