// Changes the server refused: never lost, never in the way. A card in the right rail at the height of
// its place says why, keeps the words to select, and offers to put them back, copy or discard them.

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { limits } from '../../core/limits.ts';
import type { RefusedChange } from '../sync/session-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { formatMegabytes } from '../ui/time.ts';
import { copyWithToast } from './copy.ts';
import { useDesk } from './desk.ts';
import { refusedTitle } from './refused-title.ts';

/** How long the second press on Discard is waited for. */
const SURE_MS = 4_000;

export function RefusedRail() {
  const { t } = useApp();
  const desk = useDesk();
  const changes = desk.session.refused.value;
  useSignalEffect(() => {
    desk.editor.setRefusedMarks(desk.session.refused.value.map((change) => change.index));
  });
  if (changes.length === 0) return null;
  const at = Math.min(desk.refusedAt.value, changes.length - 1);
  const change = changes[at];
  if (!change) return null;
  return (
    <aside class="side" aria-label={t('save.attention')}>
      <RefusedCard key={change.id} change={change} at={at} count={changes.length} />
    </aside>
  );
}

interface CardProps {
  readonly change: RefusedChange;
  readonly at: number;
  readonly count: number;
}

function RefusedCard({ change, at, count }: CardProps) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const card = useRef<HTMLElement>(null);
  const sure = useSignal(false);

  // At the height of its place, but never out of sight: CSS keeps it in the window, and lets it float
  // where there is no rail.
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const update = () => {
      const rail = element.parentElement;
      if (!rail) return;
      const place = desk.editor.place({ index: change.index, length: 0 });
      const wanted = place ? place.top - rail.getBoundingClientRect().top - 16 : 48;
      rail.style.setProperty('--place', `${Math.max(8, Math.round(wanted))}px`);
    };
    update();
    const frame = requestAnimationFrame(update);
    window.addEventListener('resize', update);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('resize', update);
    };
  }, [change.index, desk]);

  useEffect(() => {
    if (!sure.value) return;
    const timer = setTimeout(() => {
      sure.value = false;
    }, SURE_MS);
    return () => clearTimeout(timer);
  }, [sure, sure.value]);

  const step = (by: number) => {
    desk.refusedAt.value = (at + by + count) % count;
  };
  const rest = count === 1 && !desk.session.hasUnsent.value ? t('refused.restSaved') : '';
  return (
    <section ref={card} class="card refused-card" aria-labelledby="refused-title">
      <h2 id="refused-title">
        <Icon name="alert" />
        {refusedTitle(t, count)}
        {count > 1 ? (
          <span class="card-count">
            <button
              type="button"
              class="ib"
              aria-label={t('refused.previous')}
              onClick={() => step(-1)}
            >
              <Icon name="previous" small />
            </button>
            {t('find.count', { current: at + 1, count })}
            <button type="button" class="ib" aria-label={t('refused.next')} onClick={() => step(1)}>
              <Icon name="next" small />
            </button>
          </span>
        ) : null}
      </h2>
      <p>{[reason(app, change), rest].filter(Boolean).join(app.locale === 'zh-CN' ? '' : ' ')}</p>
      {/* Focusable, so that the keyboard can scroll and select. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box of words to copy */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div class="kept" tabIndex={0} role="group" aria-label={t('refused.kept')}>
        <small aria-hidden="true">{t('refused.kept')}</small>
        {change.text || t('refused.noWords')}
      </div>
      <div class="acts">
        <button
          type="button"
          class="btn btn-primary"
          onClick={() => {
            desk.session.putBack(change.id);
            desk.editor.focus();
          }}
        >
          {t('refused.putBack')}
        </button>
        <button
          type="button"
          class="btn btn-plain"
          onClick={() => void copyWithToast(app, change.text, t('copy.textCopied'))}
        >
          {t('refused.copy')}
        </button>
        <button
          type="button"
          class={sure.value ? 'btn btn-danger' : 'btn btn-quiet'}
          onClick={() => {
            if (sure.value) desk.session.discard(change.id);
            else sure.value = true;
          }}
        >
          {sure.value ? t('refused.sure') : t('refused.discard')}
        </button>
      </div>
    </section>
  );
}

/** Why, in the person's language, with the limit as a number; the server's own sentence as a last resort. */
function reason({ t, locale }: App, change: RefusedChange): string {
  switch (change.code) {
    case 'too-large':
      return t('refused.tooLarge', { limit: formatMegabytes(limits.maxDocumentBytes, locale) });
    case 'no-access':
      return t('refused.noAccess');
    case 'not-signed-in':
      return t('refused.notSignedIn');
    case 'document-trashed':
      return t('refused.trashed');
    case 'bad-op':
      return t('refused.badOp');
    default:
      return change.message || t('refused.other');
  }
}
