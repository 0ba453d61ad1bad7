// The document page as one component: header, tools, rails, the column with the text, and what may open
// above them. The text itself belongs to the editor; here it is only given its place.

import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { limits } from '../../core/limits.ts';
import { useApp } from '../ui/app.ts';
import { Mark } from '../ui/icon.tsx';
import { useDesk } from './desk.ts';
import { DocumentMenuButton } from './document-menu.tsx';
import { FindCard } from './find.tsx';
import { FollowBar } from './follow.tsx';
import { Hosts } from './hosts.tsx';
import { ImageBar } from './image-bar.tsx';
import { LinkBar } from './link-bar.tsx';
import { NameAsk } from './name-ask.tsx';
import { ToolRow } from './notice.tsx';
import { OutlineRail } from './outline.tsx';
import { PasteProgress } from './paste-progress.tsx';
import { PeopleHere } from './people.tsx';
import { RefusedRail } from './refused.tsx';
import { SaveStateView } from './save-state.tsx';
import { ShareButton } from './share-button.tsx';
import { Title } from './title.tsx';

export interface DocumentAppProps {
  /** The editor's element, made before this component and mounted by it. */
  readonly editorRoot: HTMLElement;
  /** The server's rendering of the beginning, shown until the editor has the content. */
  readonly preview: HTMLElement | null;
}

export function DocumentApp({ editorRoot, preview }: DocumentAppProps) {
  const { t, embed } = useApp();
  const { session } = useDesk();
  const withRail = session.refused.value.length > 0;
  return (
    <>
      <header class="frame">
        <div class="header">
          {embed ? null : (
            <a class="header-home" href="/" aria-label={t('page.home')} data-tip={t('page.home')}>
              <Mark />
            </a>
          )}
          <div class="header-names">
            <Title />
            <SaveStateView />
          </div>
          <div class="header-end">
            <PeopleHere />
            {embed ? null : <ShareButton />}
            <DocumentMenuButton />
          </div>
        </div>
        <ToolRow />
        <Hosts />
      </header>
      <main class={withRail ? 'page page-right' : 'page'}>
        <OutlineRail />
        <Column editorRoot={editorRoot} preview={preview} />
        <RefusedRail />
        <FollowBar />
        <LinkBar />
        <ImageBar />
        <PasteProgress />
      </main>
      <FindCard />
      {embed ? null : <NameAsk />}
      <Dialogs />
    </>
  );
}

function Column({ editorRoot, preview }: DocumentAppProps) {
  const { editor, session } = useDesk();
  const place = useRef<HTMLDivElement>(null);
  const loading = session.loading.value;

  useLayoutEffect(() => {
    if (preview) place.current?.append(preview);
    place.current?.append(editorRoot);
  }, [editorRoot, preview]);
  // Both in one turn, so that nothing is ever empty and nothing jumps.
  useLayoutEffect(() => {
    editorRoot.hidden = loading;
    if (!loading) preview?.remove();
  }, [loading, editorRoot, preview]);

  const isEmptyPreview = !preview?.textContent?.trim() && !preview?.querySelector('img');
  return (
    <div class="col">
      <div ref={place} />
      {loading && isEmptyPreview ? <Skeleton /> : null}
      {/* A press under the text goes to its end; for the keyboard, Ctrl+End does. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only a larger target for the text itself */}
      <div
        class="col-end"
        onMouseDown={(event) => {
          if (loading) return;
          event.preventDefault();
          editor.select({ index: Math.max(0, editor.length() - 1), length: 0 });
          editor.focus();
        }}
      />
    </div>
  );
}

function Skeleton() {
  const { t } = useApp();
  const shown = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      shown.value = true;
    }, limits.loadingAfterMs);
    return () => clearTimeout(timer);
  }, [shown]);
  if (!shown.value) return null;
  return (
    <div class="sk-lines" role="img" aria-label={t('loading.label')}>
      <span class="sk" />
      <span class="sk" />
      <span class="sk" />
      <span class="sk" />
    </div>
  );
}

/** When the page has long been there. */
const LATER_MS = 2_000;

type DialogComponent = ComponentType<{ onClose: () => void }>;

/** Rarely opened: their code comes when they are. */
const loadDialog: Record<'share' | 'word-count' | 'shortcuts', () => Promise<DialogComponent>> = {
  share: async () => (await import('./share.tsx')).ShareDialog,
  'word-count': async () => (await import('./word-count.tsx')).WordCountDialog,
  shortcuts: async () => (await import('./shortcuts.tsx')).ShortcutsDialog,
};

function Dialogs() {
  const app = useApp();
  const { dialog } = useDesk();
  const loaded = useSignal<{ name: string; component: DialogComponent } | null>(null);
  const name = dialog.value;
  useEffect(() => {
    if (name === null) return;
    loadDialog[name]().then(
      (component) => {
        loaded.value = { name, component };
      },
      () => {
        dialog.value = null;
        app.toasts.show({ text: app.t('error.unreachable') });
      },
    );
  }, [name, loaded, dialog, app]);

  // Wanted most: there before somebody presses it, and then also without a line.
  useEffect(() => {
    const timer = setTimeout(() => void loadDialog.share().catch(() => undefined), LATER_MS);
    return () => clearTimeout(timer);
  }, []);

  const close = () => {
    dialog.value = null;
  };
  const ready = loaded.value;
  if (name === null || ready?.name !== name) return null;
  const Component = ready.component;
  return <Component key={name} onClose={close} />;
}
