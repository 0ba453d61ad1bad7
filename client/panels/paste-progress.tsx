// How far a long paste is: a dark box at the bottom with a 2 px line. Short pastes never show it.

import { useSignal, useSignalEffect } from '@preact/signals';
import { limits } from '../../core/limits.ts';
import { useApp } from '../ui/app.ts';
import { useDesk } from './desk.ts';

export function PasteProgress() {
  const { t, locale } = useApp();
  const { editor } = useDesk();
  const shown = useSignal(false);
  useSignalEffect(() => {
    if (editor.pasteProgress.value === null) {
      shown.value = false;
      return;
    }
    if (shown.peek()) return;
    const timer = setTimeout(() => {
      shown.value = editor.pasteProgress.peek() !== null;
    }, limits.loadingAfterMs);
    return () => clearTimeout(timer);
  });
  const share = editor.pasteProgress.value;
  if (share === null || !shown.value) return null;
  const percent = Math.round(share * 100);
  return (
    <div
      class="paste"
      role="progressbar"
      aria-label={t('paste.label')}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      {t('paste.progress', {
        percent: new Intl.NumberFormat(locale, { style: 'percent' }).format(share),
      })}
      <div class="paste-track">
        <div class="paste-done" style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
