// Dialogues: the native element, which traps the focus and closes on Escape. The focus goes to
// `autofocus` (or the close button) and back to whoever had it.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from './app.ts';
import { Icon } from './icon.tsx';

export interface DialogProps {
  /** What it is called, and the heading unless `heading` says more. */
  readonly label: string;
  readonly heading?: string;
  readonly class?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ label, heading, class: extra = '', onClose, children }: DialogProps) {
  const { t } = useApp();
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement;
    dialog.showModal();
    // Opened by a press, a browser would hide the ring; here it says what Enter does.
    const options: FocusOptions & { focusVisible?: boolean } = { focusVisible: true };
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus(options);
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);

  return (
    <dialog
      ref={ref}
      class={`dialog ${extra}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A press that begins on the backdrop; one that begins in a field and ends outside must not close.
      onPointerDown={(event) => {
        const dialog = ref.current;
        if (dialog && event.target === dialog && isOutside(event, dialog)) onClose();
      }}
    >
      <div class="dialog-head">
        <h2>{heading ?? label}</h2>
        <button type="button" class="ib" aria-label={t('dialog.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

function isOutside(event: PointerEvent, element: Element): boolean {
  const box = element.getBoundingClientRect();
  return (
    event.clientX < box.left ||
    event.clientX > box.right ||
    event.clientY < box.top ||
    event.clientY > box.bottom
  );
}
