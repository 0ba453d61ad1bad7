// The one place that says whether what you wrote is safe. Texts and colours by state; a press opens a
// popover with one bold line, one sentence and at most two deeds. Never a banner.

import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { SaveState } from '../sync/session-api.ts';
import { type App, useApp } from '../ui/app.ts';
import { downloadText } from '../ui/clipboard.ts';
import { besideElement, Floating, onPressOutside } from '../ui/floating.tsx';
import { Icon } from '../ui/icon.tsx';
import type { IconName } from '../ui/icons.ts';
import { clockTime, formatCount } from '../ui/time.ts';
import { copyWithToast } from './copy.ts';
import { type Desk, useDesk } from './desk.ts';
import { refusedTitle } from './refused-title.ts';
import { myText } from './text.ts';

interface Face {
  readonly icon: IconName;
  readonly text: string;
  readonly look?: 'warn' | 'bad';
}

function faceOf(state: SaveState, { t }: App): Face {
  switch (state.kind) {
    case 'saved':
      return { icon: 'tick', text: t('save.saved') };
    case 'saving':
      return { icon: 'saving', text: t('save.saving') };
    case 'reconnecting':
      return { icon: 'retry', text: t('save.reconnecting') };
    case 'offline':
      return {
        icon: 'offline',
        text: state.unsent > 0 ? t('save.offlineKept') : t('save.offline'),
        look: 'warn',
      };
    case 'attention':
      return { icon: 'alert', text: t('save.attention'), look: 'bad' };
    case 'view-only':
      return { icon: 'eye', text: t('save.viewOnly') };
    case 'new-version':
      return { icon: 'retry', text: t('save.newVersion'), look: 'warn' };
  }
}

export const saveText = (app: App, state: SaveState): string => faceOf(state, app).text;

export function SaveStateView() {
  const app = useApp();
  const desk = useDesk();
  const button = useRef<HTMLButtonElement>(null);
  const state = desk.session.saveState.value;
  const { icon, text, look } = faceOf(state, app);
  const open = desk.saveOpen.value;
  return (
    <>
      <span role="status">
        <button
          ref={button}
          type="button"
          class={`save${look ? ` save-${look}` : ''}`}
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => {
            desk.saveOpen.value = !desk.saveOpen.peek();
          }}
        >
          <span class={icon === 'saving' ? 'save-turn' : undefined}>
            <Icon name={icon} small />
          </span>
          <span>{text}</span>
        </button>
      </span>
      {open && button.current ? <SaveNote anchor={button.current} /> : null}
    </>
  );
}

interface Words {
  readonly title: string;
  readonly text: string;
}

function wordsOf(state: SaveState, app: App, desk: Desk, now: number): Words {
  const { t, locale } = app;
  switch (state.kind) {
    case 'saved':
      if (state.version === 0)
        return { title: t('save.nothingTitle'), text: t('save.nothingText') };
      return {
        title: t('save.savedTitle'),
        text: t('save.savedText', {
          version: formatCount(state.version, locale),
          time: clockTime(state.at, locale),
        }),
      };
    case 'saving':
      return { title: t('save.savingTitle'), text: t('save.savingText') };
    case 'reconnecting': {
      const seconds = state.nextTryAt === null ? 0 : Math.ceil((state.nextTryAt - now) / 1000);
      return {
        title: t('save.reconnectingTitle'),
        text: state.isHeld
          ? t('save.heldText')
          : seconds > 0
            ? t('save.nextTry', { count: seconds })
            : t('save.tryingNow'),
      };
    }
    case 'offline':
      return {
        title: t('save.offlineTitle'),
        text: state.isHeld
          ? t('save.heldUnsent', { count: state.unsent })
          : state.unsent > 0
            ? t('save.offlineUnsent', { count: state.unsent })
            : t('save.offlineText'),
      };
    case 'attention':
      return attentionWords(state.reason, app, desk);
    case 'view-only':
      return {
        title: t('save.viewOnlyTitle'),
        text: desk.owner
          ? t('save.viewOnlyAsk', { name: desk.owner.name })
          : t('save.viewOnlyText'),
      };
    case 'new-version':
      return {
        title: t('save.newVersionTitle'),
        text: t(desk.session.hasUnsent.value ? 'save.newVersionUnsent' : 'save.newVersionText'),
      };
  }
}

type Reason = Extract<SaveState, { kind: 'attention' }>['reason'];

function attentionWords(reason: Reason, { t }: App, desk: Desk): Words {
  switch (reason) {
    case 'refused':
      return {
        title: refusedTitle(t, desk.session.refused.value.length),
        text: t('save.refusedText'),
      };
    case 'not-signed-in':
      return { title: t('notice.sessionTitle'), text: t('notice.sessionText') };
    case 'no-access':
      return { title: t('notice.accessTitle'), text: t('notice.accessText') };
    case 'trashed':
      return { title: t('notice.trashTitle'), text: t('notice.trashText') };
  }
}

/** States between which the popover stays open. */
function familyOf(state: SaveState): string {
  switch (state.kind) {
    case 'saved':
    case 'saving':
      return 'connected';
    case 'reconnecting':
    case 'offline':
      return 'cut off';
    case 'attention':
      return state.reason;
    case 'view-only':
    case 'new-version':
      return state.kind;
  }
}

function SaveNote({ anchor }: { anchor: HTMLElement }) {
  const app = useApp();
  const desk = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const place = useRef(besideElement(anchor));
  const now = useSignal(Date.now());
  const state = desk.session.saveState.value;

  const close = () => {
    desk.saveOpen.value = false;
    anchor.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    (box.current?.querySelector<HTMLElement>('button') ?? box.current)?.focus({
      preventScroll: true,
    });
    return onPressOutside(
      () => [box.current, anchor],
      () => {
        desk.saveOpen.value = false;
      },
    );
  }, [anchor, desk]);
  // It answered one question; another state is another question.
  const family = familyOf(state);
  const opened = useRef(family);
  useEffect(() => {
    if (opened.current !== family) desk.saveOpen.value = false;
  }, [family, desk]);
  // Counts down only while somebody looks.
  useSignalEffect(() => {
    if (desk.session.saveState.value.kind !== 'reconnecting') return;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  });

  const { title, text } = wordsOf(state, app, desk, now.value);
  return (
    <Floating
      boxRef={box}
      class="note"
      role="dialog"
      label={app.t('save.label')}
      anchor={place.current}
      gap={8}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <h2>{title}</h2>
      <p>{text}</p>
      <Deeds state={state} close={close} />
    </Floating>
  );
}

function Deeds({ state, close }: { state: SaveState; close: () => void }) {
  const app = useApp();
  const desk = useDesk();
  const { t } = app;
  const tryNow = () => {
    desk.session.tryNow();
    close();
  };
  const download = () => {
    downloadText(myText(desk), desk.session.title.peek() || t('title.untitled'));
    close();
  };
  const copy = (text: string) => {
    close();
    void copyWithToast(app, text, t('copy.textCopied'));
  };
  const reload = () => location.reload();
  switch (state.kind) {
    case 'saved':
    case 'saving':
    case 'view-only':
      return null;
    case 'reconnecting':
    case 'offline':
      return (
        <div class="acts">
          <button type="button" class="btn btn-plain" onClick={tryNow}>
            {t('save.tryNow')}
          </button>
          <button type="button" class="btn btn-quiet" onClick={download}>
            {t('save.download')}
          </button>
        </div>
      );
    case 'attention': {
      const refused = desk.session.refused.value;
      const text =
        state.reason === 'refused'
          ? refused.map((change) => change.text).join('\n\n')
          : myText(desk);
      return (
        <div class="acts">
          <button type="button" class="btn btn-plain" onClick={() => copy(text)}>
            {t('save.copyMine')}
          </button>
          <button type="button" class="btn btn-quiet" onClick={reload}>
            {t('save.reload')}
          </button>
        </div>
      );
    }
    case 'new-version':
      return (
        <div class="acts">
          {desk.session.hasUnsent.value ? (
            <button type="button" class="btn btn-plain" onClick={() => copy(myText(desk))}>
              {t('save.copyMine')}
            </button>
          ) : null}
          <button type="button" class="btn btn-plain" onClick={reload}>
            {t('save.reload')}
          </button>
        </div>
      );
  }
}
