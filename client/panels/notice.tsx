// What stands in the toolbar's place when nothing can be formatted: in the trash, no access, session
// ended. The text below stays readable and can be copied; nothing shifts.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { GivenRole } from '../../core/roles.ts';
import { accessApi } from '../api/access-api.ts';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { copyWithToast } from './copy.ts';
import { type Desk, mayEdit, useDesk } from './desk.ts';
import { explain } from './explain.ts';
import { signInPath } from './leaving.ts';
import { myText } from './text.ts';
import { Toolbar } from './toolbar.tsx';
import { restoreFromTrash } from './trash.ts';

type Trouble = 'trashed' | 'no-access' | 'not-signed-in';

function troubleOf({ session }: Desk): Trouble | null {
  if (session.trashed.value) return 'trashed';
  const state = session.saveState.value;
  if (state.kind !== 'attention' || state.reason === 'refused') return null;
  return state.reason;
}

const titles = {
  trashed: 'notice.trashTitle',
  'no-access': 'notice.accessTitle',
  'not-signed-in': 'notice.sessionTitle',
} as const;

/** The toolbar, or what has happened, or (for a reader) an empty row. */
export function ToolRow() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const trouble = troubleOf(desk);
  const couldEdit = useSignal(false);
  const canEdit = mayEdit(desk);
  useEffect(() => {
    if (canEdit) couldEdit.value = true;
  }, [canEdit, couldEdit]);
  if (!trouble) {
    if (canEdit) return <Toolbar />;
    return couldEdit.value ? <ReadOnlyNow /> : <div class="toolbar toolbar-none" />;
  }
  // What is in the trash gives nobody a role any more.
  const isOwner = desk.owner?.id === app.me.value.id || desk.trashedByMe.value;
  return (
    <section class="toolbar toolbar-empty" aria-label={t('notice.label')}>
      <span class={trouble === 'trashed' ? undefined : 'i-bad'}>
        <Icon name={trouble === 'trashed' ? 'trash' : 'alert'} small />
      </span>
      <b>{t(app.embed && trouble === 'not-signed-in' ? 'embed.renewing' : titles[trouble])}</b>
      {trouble === 'trashed' && isOwner ? (
        <button
          type="button"
          class="btn btn-quiet"
          onClick={() => {
            void restoreFromTrash(app, desk.ref).then((done) => {
              if (done) desk.session.tryNow();
            });
          }}
        >
          {t('trash.restore')}
        </button>
      ) : null}
      {trouble === 'no-access' ? (
        <button type="button" class="btn btn-quiet" onClick={() => desk.session.tryNow()}>
          {t('home.tryAgain')}
        </button>
      ) : null}
      {trouble === 'no-access' && !app.embed ? <AskButton wanted="viewer" /> : null}
      {trouble === 'not-signed-in' && !app.embed ? (
        // Beside this page, which goes on by itself afterwards: what is not sent yet stays here.
        <a
          class="btn btn-quiet"
          href={signInPath('sign-in', location.pathname)}
          target="_blank"
          rel="noopener"
        >
          {t('account.signIn')}
        </a>
      ) : null}
      {trouble === 'not-signed-in' ? (
        <button type="button" class="btn btn-quiet" onClick={() => location.reload()}>
          {t('save.reload')}
        </button>
      ) : null}
      <button
        type="button"
        class="btn btn-quiet"
        onClick={() => void copyWithToast(app, myText(desk), t('copy.textCopied'))}
      >
        {t('save.copyMine')}
      </button>
    </section>
  );
}

/** It could be edited here a moment ago. */
function ReadOnlyNow() {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  return (
    <section class="toolbar toolbar-empty" aria-label={t('notice.label')}>
      <Icon name="eye" small />
      <b role="status">{t('notice.readOnlyTitle')}</b>
      {app.embed ? null : <AskButton wanted="editor" />}
      <button
        type="button"
        class="btn btn-quiet"
        onClick={() => void copyWithToast(app, myText(desk), t('copy.textCopied'))}
      >
        {t('save.copyMine')}
      </button>
    </section>
  );
}

function AskButton({ wanted }: { wanted: GivenRole }) {
  const app = useApp();
  const { t } = app;
  const desk = useDesk();
  const hasAsked = useSignal(false);
  if (hasAsked.value) return <span class="toolbar-said">{t('notice.asked')}</span>;
  return (
    <button
      type="button"
      class="btn btn-quiet"
      onClick={async () => {
        try {
          await accessApi.ask(desk.ref, wanted);
          hasAsked.value = true;
          app.announcer.say(t('notice.asked'));
        } catch (error) {
          app.toasts.show({ text: explain(app, error) });
        }
      }}
    >
      {t(wanted === 'editor' ? 'notice.askEdit' : 'door.ask')}
    </button>
  );
}
