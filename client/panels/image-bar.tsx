// The small bar in the corner of a selected image: Describe, Caption, Delete.

import { useSignal } from '@preact/signals';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import { limits } from '../../core/limits.ts';
import type { SelectedImage } from '../editor/editor-api.ts';
import { useApp } from '../ui/app.ts';
import { Floating, onPressOutside } from '../ui/floating.tsx';
import { Icon } from '../ui/icon.tsx';
import type { Box } from '../ui/place.ts';
import { mayEdit, useDesk } from './desk.ts';

type Field = 'alt' | 'caption';

export function ImageBar() {
  const desk = useDesk();
  const image = desk.editor.selectedImage.value;
  const editing = useSignal<Field | null>(null);
  if (!image || !mayEdit(desk)) return null;
  return editing.value ? (
    <ImageForm
      key={`${image.index} ${editing.value}`}
      image={image}
      field={editing.value}
      close={() => {
        editing.value = null;
      }}
    />
  ) : (
    <Bar
      key={image.index}
      image={image}
      edit={(field) => {
        editing.value = field;
      }}
    />
  );
}

/** Inside the image, at its upper right corner. */
function useCorner(index: number): () => Box | null {
  const { editor } = useDesk();
  return useCallback(() => {
    const place = editor.place({ index, length: 1 });
    if (!place || place.bottom < 0 || place.top > window.innerHeight) return null;
    const right = place.left + place.width - 12;
    return { left: right, right, top: place.top + 8, bottom: place.top + 8 };
  }, [editor, index]);
}

function Bar({ image, edit }: { image: SelectedImage; edit: (field: Field) => void }) {
  const { t } = useApp();
  const { editor } = useDesk();
  const anchor = useCorner(image.index);
  return (
    <Floating
      class="bar image-bar"
      role="group"
      label={t('image.label')}
      anchor={anchor}
      align="end"
      keepFocus
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        editor.focus();
      }}
    >
      <button type="button" class="btn btn-quiet" onClick={() => edit('alt')}>
        {t('image.describe')}
      </button>
      <button type="button" class="btn btn-quiet" onClick={() => edit('caption')}>
        {t('image.caption')}
      </button>
      <span class="toolbar-sep" aria-hidden="true" />
      <button
        type="button"
        class="ib"
        aria-label={t('image.delete')}
        data-tip={t('image.delete')}
        onClick={() => {
          editor.deleteImage(image.index);
          editor.focus();
        }}
      >
        <Icon name="trash" />
      </button>
    </Floating>
  );
}

interface ImageFormProps {
  readonly image: SelectedImage;
  readonly field: Field;
  readonly close: () => void;
}

function ImageForm({ image, field, close }: ImageFormProps) {
  const { t } = useApp();
  const { editor } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const anchor = useCorner(image.index);
  const text = useSignal(image[field]);

  useLayoutEffect(() => {
    box.current?.querySelector('input')?.select();
    return onPressOutside(() => [box.current], close);
  }, [close]);

  const leave = () => {
    close();
    editor.focus();
  };
  return (
    <Floating
      boxRef={box}
      class="image-edit"
      role="group"
      label={t(field === 'alt' ? 'image.describe' : 'image.caption')}
      anchor={anchor}
      align="end"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          editor.describeImage(image.index, { [field]: text.value.trim() });
          leave();
        }}
      >
        <label for="image-text">
          {t(field === 'alt' ? 'image.altLabel' : 'image.captionLabel')}
        </label>
        <div class="field field-sm">
          <input
            id="image-text"
            value={text.value}
            maxLength={limits.maxAttributeChars}
            autocomplete="off"
            aria-describedby={field === 'alt' ? 'image-note' : undefined}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </div>
        {field === 'alt' ? <p id="image-note">{t('image.altNote')}</p> : null}
        <div class="acts">
          <button type="submit" class="btn btn-primary">
            {t('account.save')}
          </button>
          <button type="button" class="btn btn-quiet" onClick={leave}>
            {t('account.cancel')}
          </button>
        </div>
      </form>
    </Floating>
  );
}
