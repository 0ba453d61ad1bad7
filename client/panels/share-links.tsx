// Share links: those there are, with an end for each; making one with a role, an end and a password. Only
// for owners, and loaded when the dialogue shows them.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ShareLinkInfo } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { type GivenRole, givenRoles } from '../../core/roles.ts';
import { accessApi } from '../api/access-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { listTime } from '../ui/time.ts';
import { useDesk } from './desk.ts';
import { Pick, RolePick } from './share-pick.tsx';
import { explainShare } from './share-state.ts';
import { ShownOnce } from './shown-once.tsx';

const DAY_MS = 24 * 3600_000;
const ends = { never: null, hour: DAY_MS / 24, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };
type End = keyof typeof ends;

function describe({ t, locale }: App, link: ShareLinkInfo): string {
  const at = (time: number) => listTime(time, Date.now(), locale);
  const until = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const end =
    link.expiresAt === null
      ? t('share.linkNever')
      : t(link.isExpired ? 'share.linkEnded' : 'share.linkUntil', {
          time: until.format(link.expiresAt),
        });
  const made = t('share.linkMade', { name: link.by?.name ?? '…', time: at(link.at) });
  return [link.hasPassword ? t('share.linkLocked') : '', end, made].filter(Boolean).join(' · ');
}

export function ShareLinks({ links }: { links: readonly ShareLinkInfo[] }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const isOpen = useSignal(false);
  const made = useSignal<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const nameOf = (link: ShareLinkInfo) => link.label || t('share.linkUnnamed');
  return (
    <>
      <h3 id="share-links">{t('share.links')}</h3>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari takes the role from a list without bullets */}
      <ul class="share-people" role="list" aria-labelledby="share-links">
        {links.map((link) => (
          <li class={link.isExpired ? 'row row-over' : 'row'} key={link.id}>
            <span class="glyph">
              <Icon name={link.hasPassword ? 'lock' : 'link'} />
            </span>
            <div class="row-who">
              <b>
                {nameOf(link)} · {t(`role.${link.role}`)}
              </b>
              <span>{describe(app, link)}</span>
            </div>
            <button
              type="button"
              class="btn btn-quiet"
              aria-label={t('share.revokeOf', { name: nameOf(link) })}
              onClick={() => {
                made.value = null;
                const said = t('share.revoked', { name: nameOf(link) });
                void desk.share.change(() => accessApi.revokeLink(desk.ref, link.id), said);
                button.current?.focus();
              }}
            >
              {t('share.revoke')}
            </button>
          </li>
        ))}
      </ul>
      {made.value !== null ? (
        <ShownOnce
          label={t('share.linkAddress')}
          text={made.value}
          note={t('share.linkOnce')}
          copy={t('share.copyNew')}
          copied={t('share.copied')}
        />
      ) : null}
      {isOpen.value ? (
        <LinkForm
          onDone={(url) => {
            isOpen.value = false;
            made.value = url;
            if (url === null) requestAnimationFrame(() => button.current?.focus());
          }}
        />
      ) : (
        <button
          ref={button}
          type="button"
          class="btn btn-quiet share-new"
          onClick={() => {
            made.value = null;
            isOpen.value = true;
          }}
        >
          <Icon name="plus" small />
          {t('share.newLink')}
        </button>
      )}
    </>
  );
}

function LinkForm({ onDone }: { onDone: (url: string | null) => void }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const label = useSignal('');
  const role = useSignal<GivenRole>('viewer');
  const end = useSignal<End>('never');
  const password = useSignal('');
  const problem = useSignal('');
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);

  const make = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    try {
      const after = ends[end.value];
      const { url, access } = await accessApi.makeLink(desk.ref, {
        role: role.value,
        label: label.value,
        expiresAt: after === null ? null : Date.now() + after,
        ...(password.value === '' ? {} : { password: password.value }),
      });
      desk.share.shows(access);
      app.announcer.say(t('share.linkReady'));
      onDone(url);
    } catch (error) {
      problem.value = explainShare(app, error);
    } finally {
      busy.value = false;
    }
  };

  return (
    <form
      class="share-form"
      aria-label={t('share.newLink')}
      onSubmit={(event) => void make(event)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // The form closes, the dialogue stays.
        event.preventDefault();
        event.stopPropagation();
        onDone(null);
      }}
    >
      <div class="field">
        <input
          ref={first}
          aria-label={t('share.linkName')}
          placeholder={t('share.linkName')}
          value={label.value}
          maxLength={limits.maxLinkLabelChars}
          autocomplete="off"
          onInput={(event) => {
            label.value = event.currentTarget.value;
          }}
        />
      </div>
      <div class="share-two">
        <div class="field">
          <RolePick
            label={t('share.linkRole')}
            roles={givenRoles}
            value={role.value}
            onPick={(picked) => {
              role.value = picked;
            }}
          />
        </div>
        <div class="field">
          <Pick
            label={t('share.linkEnds')}
            value={end.value}
            onPick={(picked) => {
              end.value = picked as End;
            }}
          >
            {(Object.keys(ends) as End[]).map((each) => (
              <option key={each} value={each}>
                {t(`share.ends.${each}`)}
              </option>
            ))}
          </Pick>
        </div>
      </div>
      <div class="field">
        <input
          type="text"
          aria-label={t('share.linkPassword')}
          placeholder={t('share.linkPassword')}
          value={password.value}
          maxLength={limits.maxPasswordChars}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem.value ? true : undefined}
          aria-describedby={problem.value ? 'share-link-problem' : undefined}
          onInput={(event) => {
            password.value = event.currentTarget.value;
            problem.value = '';
          }}
        />
      </div>
      {problem.value ? (
        <p id="share-link-problem" class="field-error" role="alert">
          {problem.value}
        </p>
      ) : null}
      <div class="acts">
        <button type="submit" class="btn btn-primary">
          {t('share.makeLink')}
        </button>
        <button type="button" class="btn btn-quiet" onClick={() => onDone(null)}>
          {t('account.cancel')}
        </button>
      </div>
    </form>
  );
}
