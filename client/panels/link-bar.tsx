// The bar under a link: its address with Copy, Edit, Remove; or the field "Link address", where Enter
// applies and Escape cancels.

import { type Signal, useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { limits } from '../../core/limits.ts';
import { completeLink } from '../../core/url.ts';
import type { EditorRange } from '../editor/editor-api.ts';
import { useApp } from '../ui/app.ts';
import { Floating, onPressOutside } from '../ui/floating.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Box } from '../ui/place.ts';
import { copyWithToast } from './copy.ts';
import { type Desk, type LinkEdit, mayEdit, useDesk } from './desk.ts';

/** Opens the field for the selection, or for the link the caret is in. */
export function openLinkEdit(desk: Desk): void {
  const { editor } = desk;
  const link = editor.linkAtCaret.peek();
  const selection = editor.selection();
  const range = link?.range ?? selection ?? { index: 0, length: 0 };
  desk.linkEdit.value = { range, address: link?.address ?? '' };
}

export function LinkBar() {
  const desk = useDesk();
  const edit = desk.linkEdit.value;
  const link = desk.editor.linkAtCaret.value;
  /** The address whose bar was closed by hand: it stays closed until the caret has been elsewhere. */
  const closed = useSignal<string | null>(null);
  const inBar = useSignal(false);
  const focused = useComputed(() => desk.editor.state.value.focused);
  const key = useComputed(() => {
    const at = desk.editor.linkAtCaret.value;
    return at ? `${at.range.index} ${at.address}` : null;
  });
  if (closed.value !== null && closed.value !== key.value) closed.value = null;
  if (edit) return <LinkForm key="edit" edit={edit} />;
  // Elsewhere in the page nobody asks for the link; a press on the bar itself leaves the focus.
  const wanted = focused.value || inBar.value;
  if (!link || !wanted || closed.value === key.value) return null;
  return (
    <LinkView
      key={key.value}
      address={link.address}
      range={link.range}
      inBar={inBar}
      close={() => {
        closed.value = key.peek();
      }}
    />
  );
}

/** The place of a range as an anchor; out of view, the bar hides. */
function usePlace(desk: Desk, range: EditorRange): () => Box | null {
  const { index, length } = range;
  return useCallback(() => {
    const place = desk.editor.place({ index, length });
    if (!place) return null;
    const { left, top, bottom, width } = place;
    if (bottom < 0 || top > window.innerHeight) return null;
    return { left, top, bottom, right: left + width };
  }, [desk, index, length]);
}

interface LinkViewProps {
  readonly address: string;
  readonly range: EditorRange;
  readonly inBar: Signal<boolean>;
  readonly close: () => void;
}

function LinkView({ address, range, inBar, close }: LinkViewProps) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const anchor = usePlace(desk, range);
  const editable = mayEdit(desk);
  // Gone with the focus in it, it cannot tell that the focus has left.
  useEffect(
    () => () => {
      inBar.value = false;
    },
    [inBar],
  );
  return (
    <Floating
      class="bar"
      role="group"
      label={t('link.label')}
      anchor={anchor}
      gap={6}
      keepFocus
      onFocusChange={(inside) => {
        inBar.value = inside;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
        desk.editor.focus();
      }}
    >
      <a
        class="link link-address"
        href={address}
        target="_blank"
        rel="noopener noreferrer nofollow"
      >
        {address.replace(/^(https?:\/\/|mailto:)/i, '')}
      </a>
      <button
        type="button"
        class="ib"
        aria-label={t('link.copy')}
        data-tip={t('link.copy')}
        onClick={() => void copyWithToast(app, address, t('share.copied'))}
      >
        <Icon name="copy" />
      </button>
      {editable ? (
        <>
          <button
            type="button"
            class="btn btn-quiet"
            onClick={() => {
              desk.linkEdit.value = { range, address };
            }}
          >
            {t('link.edit')}
          </button>
          <button
            type="button"
            class="ib"
            aria-label={t('link.remove')}
            data-tip={t('link.remove')}
            onClick={() => {
              desk.editor.setLink(range, null);
              desk.editor.focus();
            }}
          >
            <Icon name="close" />
          </button>
        </>
      ) : null}
    </Floating>
  );
}

function LinkForm({ edit }: { edit: LinkEdit }) {
  const { t } = useApp();
  const desk = useDesk();
  const { editor } = desk;
  const box = useRef<HTMLDivElement>(null);
  const anchor = usePlace(desk, edit.range);
  const address = useSignal(edit.address);
  const wrong = useSignal(false);

  const close = () => {
    desk.linkEdit.value = null;
    editor.focus();
  };
  useLayoutEffect(() => {
    box.current?.querySelector('input')?.select();
    return onPressOutside(
      () => [box.current],
      () => {
        desk.linkEdit.value = null;
      },
    );
  }, [desk]);

  const apply = (event: Event) => {
    event.preventDefault();
    const typed = address.value.trim();
    if (typed === '') {
      // An emptied field on an existing link means: no link.
      if (edit.address !== '') editor.setLink(edit.range, null);
      close();
      return;
    }
    const complete = completeLink(typed);
    if (complete === null || complete.length > limits.maxAttributeChars) {
      wrong.value = true;
      return;
    }
    editor.setLink(edit.range, complete);
    close();
  };

  return (
    <Floating
      boxRef={box}
      class="link-edit"
      role="group"
      label={t('link.label')}
      anchor={anchor}
      gap={6}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <form onSubmit={apply}>
        <div class="field field-sm">
          <input
            aria-label={t('link.address')}
            inputMode="url"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={address.value}
            aria-invalid={wrong.value || undefined}
            aria-describedby={wrong.value ? 'link-wrong' : undefined}
            onInput={(event) => {
              address.value = event.currentTarget.value;
              wrong.value = false;
            }}
          />
        </div>
        <button type="submit" class="btn btn-primary">
          {t('link.apply')}
        </button>
      </form>
      {wrong.value ? (
        <p class="field-error" id="link-wrong" role="alert">
          {t('link.wrong')}
        </p>
      ) : null}
    </Floating>
  );
}
