// One open document as its panels see it: the editor, the session, and which panel is open. Panels talk
// through this and never look for each other in the page.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DocumentBoot, PersonSummary } from '../../core/api.ts';
import type { MessageKey } from '../../core/i18n/i18n.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { can, type LinkRole } from '../../core/roles.ts';
import type { Editor, EditorRange } from '../editor/editor-api.ts';
import type { DocumentSession } from '../sync/session-api.ts';
import type { ShareState } from './share-state.ts';

/** The link bar as an editor of an address; without one it only shows the link at the caret. */
export interface LinkEdit {
  readonly range: EditorRange;
  readonly address: string;
}

export interface Desk {
  readonly ref: DocumentRef;
  readonly editor: Editor;
  readonly session: DocumentSession;
  readonly owner: PersonSummary | null;
  readonly link: Signal<LinkRole>;
  readonly signedIn: Signal<LinkRole>;
  /** How many ask for access; known to owners. */
  readonly requests: Signal<number>;
  /** Made by the page, once there is an app. */
  share: ShareState;
  readonly isPhone: ReadonlySignal<boolean>;
  readonly dialog: Signal<'share' | 'word-count' | 'shortcuts' | null>;
  readonly linkEdit: Signal<LinkEdit | null>;
  /** A new object each time it is asked for, so that the field gets the focus again. */
  readonly find: Signal<{ readonly mode: 'find' | 'replace' } | null>;
  /** User id of whom I follow. */
  readonly following: Signal<string | null>;
  /** The save state's popover. */
  readonly saveOpen: Signal<boolean>;
  /** Which of the refused changes is on top. */
  readonly refusedAt: Signal<number>;
  /** I moved it to the trash myself, a moment ago. */
  readonly trashedByMe: Signal<boolean>;
  /** Groups of keys for the dialogue Shortcuts, and what tooltips and menus show. */
  readonly shortcuts: readonly ShortcutGroup[];
  keysOf(id: string): string | undefined;
  /** The shortcut a key press stands for, or null. */
  shortcutOf(event: KeyboardEvent): string | null;
  focusToolbar: () => void;
}

/** Keys as the editor binds them: `Mod+Shift+7`. */
export interface Shortcut {
  readonly id: string;
  readonly label: MessageKey;
  /** The first one is shown in tooltips. */
  readonly keys: readonly string[];
}
export interface ShortcutGroup {
  readonly label: MessageKey;
  readonly shortcuts: readonly Shortcut[];
}

export interface DeskParts {
  readonly boot: DocumentBoot;
  readonly ref: DocumentRef;
  readonly editor: Editor;
  readonly session: DocumentSession;
  readonly isPhone: ReadonlySignal<boolean>;
  readonly shortcuts: readonly ShortcutGroup[];
  readonly shortcutOf: (event: KeyboardEvent) => string | null;
}

/** Until the page has made one. */
const noShare: ShareState = {
  access: signal(null),
  load: async () => undefined,
  change: async () => false,
  shows: () => undefined,
  setGeneral: async () => undefined,
};

export function createDesk(parts: DeskParts): Desk {
  const { boot, ref, editor, session, isPhone, shortcuts, shortcutOf } = parts;
  const keys = new Map(
    shortcuts.flatMap((group) => group.shortcuts.map(({ id, keys: [first] }) => [id, first])),
  );
  return {
    ref,
    editor,
    session,
    owner: boot.owner,
    link: signal(boot.link),
    signedIn: signal(boot.signedIn),
    requests: signal(boot.requests),
    share: noShare,
    isPhone,
    dialog: signal(null),
    linkEdit: signal(null),
    find: signal(null),
    following: signal(null),
    saveOpen: signal(false),
    refusedAt: signal(0),
    trashedByMe: signal(false),
    shortcuts,
    keysOf: (id) => keys.get(id),
    shortcutOf,
    focusToolbar: () => {},
  };
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('This panel needs <DeskContext.Provider>.');
  return desk;
}

/** What I may do here; until the server has said otherwise, what the page came with. */
export const mayEdit = ({ session }: Desk): boolean => {
  const role = session.role.value;
  return role !== null && can(role, 'edit') && !session.trashed.value;
};

/** Nothing is kept yet: there is nothing to share. */
export const isUnstored = ({ session }: Desk): boolean => {
  const state = session.saveState.value;
  return state.kind === 'saved' && state.version === 0;
};

export const mayShare = ({ session }: Desk): boolean => {
  const role = session.role.value;
  return role !== null && can(role, 'share');
};

/** Others cannot be seen and their carets are old. */
export const isCutOff = ({ session }: Desk): boolean => {
  const { kind } = session.saveState.value;
  return kind === 'offline';
};
