// Toasts: one at a time at the bottom, 5 s, longer when one holds a deed, and not while it is looked
// at. What it says goes to the live region as well.

import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Announcer } from './announcer.ts';
import { useApp } from './app.ts';
import { Icon } from './icon.tsx';

export interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Toasts {
  readonly current: ReadonlySignal<Toast | null>;
  show(toast: Toast): void;
  close(): void;
}

const SHOW_MS = 5_000;
const SHOW_WITH_ACTION_MS = 10_000;

export function createToasts(announcer: Announcer): Toasts {
  const current = signal<Toast | null>(null);
  return {
    current,
    show(toast) {
      current.value = toast;
      announcer.say(toast.text);
    },
    close() {
      current.value = null;
    },
  };
}

export function ToastHost({ toasts }: { toasts: Toasts }) {
  const toast = toasts.current.value;
  return toast ? <ToastBox toast={toast} toasts={toasts} /> : null;
}

function ToastBox({ toast, toasts }: { toast: Toast; toasts: Toasts }) {
  const { t } = useApp();
  const ref = useRef<HTMLDivElement>(null);

  // Shown anew for each toast: a dialogue opened meanwhile would cover it.
  useLayoutEffect(() => {
    const box = ref.current;
    box?.hidePopover?.();
    box?.showPopover?.();
  }, [toast]);

  useEffect(() => {
    const box = ref.current;
    const wait = toast.action ? SHOW_WITH_ACTION_MS : SHOW_MS;
    let timer = setTimeout(() => toasts.close(), wait);
    const hold = () => clearTimeout(timer);
    const release = () => {
      clearTimeout(timer);
      timer = setTimeout(() => toasts.close(), SHOW_MS);
    };
    const holds = ['pointerenter', 'focusin'] as const;
    const releases = ['pointerleave', 'focusout'] as const;
    for (const name of holds) box?.addEventListener(name, hold);
    for (const name of releases) box?.addEventListener(name, release);
    return () => {
      clearTimeout(timer);
      for (const name of holds) box?.removeEventListener(name, hold);
      for (const name of releases) box?.removeEventListener(name, release);
    };
  }, [toast, toasts]);

  const { action } = toast;
  return (
    <div ref={ref} class="toast" popover="manual">
      <span>{toast.text}</span>
      {action ? (
        <button
          type="button"
          onClick={() => {
            toasts.close();
            action.run();
          }}
        >
          {action.label}
        </button>
      ) : (
        <button
          type="button"
          class="toast-close"
          aria-label={t('toast.dismiss')}
          onClick={() => toasts.close()}
        >
          <Icon name="close" small />
        </button>
      )}
    </div>
  );
}
