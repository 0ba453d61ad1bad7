// The document's own menu, at the end of the header.

import { type App, useApp } from '../ui/app.ts';
import { downloadText } from '../ui/clipboard.ts';
import { Icon } from '../ui/icon.tsx';
import { keyLabel } from '../ui/keys.ts';
import type { MenuItem } from '../ui/menu.tsx';
import { type Desk, mayEdit, useDesk } from './desk.ts';
import { explain } from './explain.ts';
import { openFind } from './find.tsx';
import { myText } from './text.ts';
import { moveToTrash } from './trash.ts';

export function DocumentMenuButton() {
  const app = useApp();
  const desk = useDesk();
  const { t, menus } = app;
  return (
    <button
      type="button"
      class="ib"
      aria-label={t('menu.label')}
      aria-haspopup="menu"
      aria-expanded={menus.current.value?.id === 'document'}
      data-tip={t('menu.label')}
      onClick={(event) =>
        menus.toggle({
          id: 'document',
          label: t('menu.label'),
          anchor: event.currentTarget,
          align: 'end',
          items: () => itemsOf(app, desk),
        })
      }
    >
      <Icon name="more" />
    </button>
  );
}

function itemsOf(app: App, desk: Desk): (MenuItem | null)[] {
  const { t, isMac } = app;
  const keys = (command: string) => {
    const chord = desk.keysOf(command);
    return chord ? keyLabel(chord, isMac) : undefined;
  };
  const isOwner = desk.session.role.value === 'owner';
  return [
    {
      label: t('menu.download'),
      icon: 'download',
      run: () => downloadText(myText(desk), desk.session.title.peek() || t('title.untitled')),
    },
    ...(app.embed
      ? []
      : [
          {
            label: t('menu.copy'),
            icon: 'copy' as const,
            run: () => void makeCopy(app, desk),
          },
        ]),
    {
      label: t(mayEdit(desk) ? 'menu.findReplace' : 'menu.find'),
      icon: 'search',
      note: keys(mayEdit(desk) ? 'replace' : 'find'),
      run: () => openFind(desk, mayEdit(desk) ? 'replace' : 'find'),
    },
    {
      label: t('menu.wordCount'),
      icon: 'doc',
      note: keys('word-count'),
      run: () => {
        desk.dialog.value = 'word-count';
      },
    },
    {
      label: t('menu.shortcuts'),
      icon: 'keys',
      note: keys('shortcuts'),
      run: () => {
        desk.dialog.value = 'shortcuts';
      },
    },
    ...(isOwner && !desk.session.trashed.value
      ? [
          null,
          {
            label: t('menu.trash'),
            icon: 'trash' as const,
            bad: true,
            run: () => {
              desk.trashedByMe.value = true;
              // The server tells it too; asking is for when that is lost.
              void moveToTrash(app, desk.ref, () => desk.session.tryNow());
            },
          },
        ]
      : []),
  ];
}

/** The copy is made by the server, so what is unsent must be there first. */
async function makeCopy(app: App, desk: Desk): Promise<void> {
  if (!(await app.settle.current())) {
    app.toasts.show({ text: app.t('menu.copyLater') });
    return;
  }
  try {
    const copy = await app.api.copyDocument(desk.ref);
    location.assign(copy.url);
  } catch (error) {
    app.toasts.show({ text: explain(app, error) });
  }
}
