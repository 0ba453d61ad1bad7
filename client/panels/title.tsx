// The document's title in the header: looks like text, is a field. Enter and ↓ go to the text, Escape
// restores, a pause in typing saves; the browser's tab follows.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { limits } from '../../core/limits.ts';
import { useApp } from '../ui/app.ts';
import { mayEdit, useDesk } from './desk.ts';

const SAVE_AFTER_MS = 600;

export function Title() {
  const { t } = useApp();
  const desk = useDesk();
  const { session, editor } = desk;
  /** What is in the field while it is edited; null shows the document's own. */
  const draft = useSignal<string | null>(null);
  const before = useRef('');
  /** What of the draft is handed over already: it must not come back over a newer title of somebody else. */
  const handedOver = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const shown = draft.value ?? session.title.value;

  const save = () => {
    clearTimeout(timer.current);
    const wanted = draft.peek();
    if (wanted === null) return;
    const title = wanted.replace(/\s+/g, ' ').trim();
    if (title === handedOver.current) return;
    handedOver.current = title;
    if (title !== session.title.peek()) session.setTitle(title);
  };
  const leave = () => {
    save();
    draft.value = null;
    handedOver.current = null;
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    // Enter that ends a composition chooses a word, it does not leave the field.
    if (event.isComposing) return;
    if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      leave();
      editor.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      // Only what I typed is taken back, not what others called it meanwhile.
      if (draft.peek() !== null) draft.value = before.current;
      leave();
      editor.focus();
    }
  };

  return (
    <span class="title-box" data-value={shown || t('title.untitled')}>
      <input
        class="title"
        aria-label={t('title.label')}
        placeholder={t('title.untitled')}
        value={shown}
        maxLength={limits.maxTitleChars}
        size={1}
        dir="auto"
        autocomplete="off"
        readOnly={!mayEdit(desk)}
        onFocus={() => {
          before.current = session.title.peek();
        }}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(save, SAVE_AFTER_MS);
        }}
        onBlur={(event) => {
          leave();
          // A long title is read from its beginning.
          event.currentTarget.scrollLeft = 0;
        }}
        onKeyDown={onKeyDown}
      />
    </span>
  );
}
