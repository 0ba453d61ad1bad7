// A secret that is shown this once (a token, a personal link): selected, to be copied, with a word that
// says so.

import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../ui/app.ts';
import { copyWithToast } from './copy.ts';

export interface ShownOnceProps {
  readonly label: string;
  readonly text: string;
  readonly note: string;
  readonly copy: string;
  readonly copied: string;
}

export function ShownOnce({ label, text, note, copy, copied }: ShownOnceProps) {
  const app = useApp();
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
  }, [text]);
  return (
    <>
      <div class="once">
        <div class="field">
          <input
            ref={field}
            readOnly
            aria-label={label}
            aria-describedby="once-note"
            value={text}
            onFocus={(event) => event.currentTarget.select()}
          />
        </div>
        <button
          ref={button}
          type="button"
          class="btn btn-primary"
          onClick={async () => {
            // Where nothing can be copied, it is at least selected.
            if (!(await copyWithToast(app, text, copied))) field.current?.select();
          }}
        >
          {copy}
        </button>
      </div>
      <p id="once-note">{note}</p>
    </>
  );
}
