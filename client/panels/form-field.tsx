// A labelled field of a form: its note or its problem under it, tied to it for who cannot see; a
// password can be shown.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';

export interface FormFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly kind?: 'text' | 'password';
  readonly autocomplete: string;
  readonly maxLength?: number;
  readonly note?: ComponentChildren;
  /** What is wrong with it; the focus goes there. */
  readonly problem?: string;
  readonly required?: boolean;
  readonly autofocus?: boolean;
}

export function FormField(props: FormFieldProps) {
  const { id, label, value, onValue, kind = 'text', note, problem = '' } = props;
  const { t } = useApp();
  const shown = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (problem) input.current?.focus();
  }, [problem]);
  const under = problem || note;
  // One element for both types: what is typed and the focus stay when it is shown.
  const attributes = {
    ref: input,
    id,
    name: id,
    value,
    maxLength: props.maxLength ?? 300,
    required: props.required ?? true,
    spellcheck: false,
    autocapitalize: 'none',
    autocomplete: props.autocomplete as 'username',
    'data-autofocus': props.autofocus ? '' : undefined,
    'aria-invalid': problem ? true : undefined,
    'aria-describedby': under ? `${id}-note` : undefined,
    onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
  } as const;
  return (
    <div class="form-row">
      <label for={id}>{label}</label>
      <div class="field">
        {kind === 'password' && !shown.value ? (
          <input type="password" {...attributes} />
        ) : (
          <input type="text" {...attributes} />
        )}
        {kind === 'password' ? (
          <button
            type="button"
            class="ib"
            aria-label={t('sign.show')}
            aria-pressed={shown.value}
            onClick={() => {
              shown.value = !shown.value;
            }}
          >
            <Icon name="eye" />
          </button>
        ) : null}
      </div>
      {under ? (
        <p id={`${id}-note`} class={problem ? 'field-error' : undefined}>
          {under}
        </p>
      ) : null}
    </div>
  );
}
