// Every shortcut as data: the editor binds them, the dialogue Shortcuts and the tooltips show them.
// Knows no Quill, so a page may load it with its first bytes.

import type { MessageKey } from '../../core/i18n/i18n.ts';

/** Keys as people write them: `Mod` is Ctrl, or Cmd on a Mac. */
export interface Shortcut {
  readonly id: ShortcutId;
  readonly label: MessageKey;
  /** The first one is shown in tooltips. */
  readonly keys: readonly string[];
}

export interface ShortcutGroup {
  readonly label: MessageKey;
  readonly shortcuts: readonly Shortcut[];
}

export type ShortcutId =
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strike'
  | 'superscript'
  | 'subscript'
  | 'link'
  | 'clear'
  | 'normal'
  | `heading-${1 | 2 | 3 | 4 | 5 | 6}`
  | 'numbers'
  | 'bullets'
  | 'checks'
  | 'tick'
  | 'indent'
  | 'outdent'
  | 'align-left'
  | 'align-center'
  | 'align-right'
  | 'align-justify'
  | 'move-up'
  | 'move-down'
  | 'undo'
  | 'redo'
  | 'paste-plain'
  | 'find'
  | 'replace'
  | 'word-count'
  | 'shortcuts'
  | 'save'
  | 'toolbar';

const shortcut = (id: ShortcutId, label: MessageKey, ...keys: string[]): Shortcut => ({
  id,
  label,
  keys,
});

const headings = ([1, 2, 3, 4, 5, 6] as const).map((level) =>
  shortcut(`heading-${level}`, `toolbar.heading${level}`, `Mod+Alt+${level}`),
);

export function shortcutGroups(isMac: boolean): readonly ShortcutGroup[] {
  return [
    {
      label: 'keys.text',
      shortcuts: [
        shortcut('bold', 'toolbar.bold', 'Mod+B'),
        shortcut('italic', 'toolbar.italic', 'Mod+I'),
        shortcut('underline', 'toolbar.underline', 'Mod+U'),
        shortcut(
          'strike',
          'toolbar.strike',
          ...(isMac ? ['Mod+Shift+X'] : ['Alt+Shift+5', 'Mod+Shift+X']),
        ),
        shortcut('superscript', 'toolbar.superscript', 'Mod+.'),
        shortcut('subscript', 'toolbar.subscript', 'Mod+,'),
        shortcut('link', 'toolbar.link', 'Mod+K'),
        shortcut('clear', 'toolbar.clear', 'Mod+\\'),
      ],
    },
    {
      label: 'keys.paragraph',
      shortcuts: [
        shortcut('normal', 'toolbar.normal', 'Mod+Alt+0'),
        ...headings,
        shortcut('numbers', 'toolbar.numbers', 'Mod+Shift+7'),
        shortcut('bullets', 'toolbar.bullets', 'Mod+Shift+8'),
        shortcut('checks', 'toolbar.checks', 'Mod+Shift+9'),
        shortcut('tick', 'keys.tick', 'Mod+Enter'),
        shortcut('indent', 'toolbar.indent', 'Mod+]', 'Tab'),
        shortcut('outdent', 'toolbar.outdent', 'Mod+[', 'Shift+Tab'),
        shortcut('align-left', 'align.left', 'Mod+Shift+L'),
        shortcut('align-center', 'align.center', 'Mod+Shift+E'),
        shortcut('align-right', 'align.right', 'Mod+Shift+R'),
        shortcut('align-justify', 'align.justify', 'Mod+Shift+J'),
        shortcut('move-up', 'keys.moveUp', 'Mod+Shift+ArrowUp'),
        shortcut('move-down', 'keys.moveDown', 'Mod+Shift+ArrowDown'),
      ],
    },
    {
      label: 'keys.edit',
      shortcuts: [
        shortcut('undo', 'toolbar.undo', 'Mod+Z'),
        shortcut('redo', 'toolbar.redo', ...(isMac ? ['Mod+Shift+Z'] : ['Mod+Y', 'Mod+Shift+Z'])),
        shortcut('paste-plain', 'keys.pastePlain', 'Mod+Shift+V'),
        shortcut('find', 'menu.find', 'Mod+F'),
        shortcut('replace', 'menu.findReplace', isMac ? 'Mod+Shift+H' : 'Mod+H'),
      ],
    },
    {
      label: 'keys.page',
      shortcuts: [
        shortcut('toolbar', 'keys.toolbar', 'Alt+F10'),
        shortcut('word-count', 'menu.wordCount', 'Mod+Shift+C'),
        shortcut('shortcuts', 'menu.shortcuts', 'Mod+/'),
        shortcut('save', 'keys.save', 'Mod+S'),
      ],
    },
  ];
}

/** What of a KeyboardEvent decides which shortcut it is. */
export interface Stroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  getModifierState(name: 'AltGraph'): boolean;
}

/** Where punctuation sits, for layouts whose keys of that place say something else. */
const PLACES: Readonly<Record<string, string>> = {
  Period: '.',
  Comma: ',',
  Slash: '/',
  Backslash: '\\',
  BracketLeft: '[',
  BracketRight: ']',
};

/**
 * The key a stroke stands for. Digits go by their place, because Shift and Alt change what they type;
 * letters and punctuation by what they type, or by their place on layouts without Latin letters.
 */
function keyOf({ key, code }: Stroke): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return digit;
  if (key.length > 1) return key;
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (Object.values(PLACES).includes(key)) return key;
  return /^Key([A-Z])$/.exec(code)?.[1] ?? PLACES[code] ?? key;
}

/**
 * The stroke as a chord of the table, or null when it types something: on many layouts AltGr is Ctrl+Alt
 * and Ctrl+Alt+3 types `#`.
 */
export function chordOf(stroke: Stroke, isMac: boolean): string | null {
  if (stroke.getModifierState('AltGraph')) return null;
  const mod = isMac ? stroke.metaKey : stroke.ctrlKey;
  const foreign = isMac ? stroke.ctrlKey : stroke.metaKey;
  if (foreign) return null;
  const parts = [
    mod && 'Mod',
    stroke.altKey && 'Alt',
    stroke.shiftKey && 'Shift',
    keyOf(stroke),
  ].filter((part) => part !== false);
  return parts.join('+');
}

/** Chord → shortcut, with modifiers in the order of `chordOf`. */
export function shortcutTable(isMac: boolean): ReadonlyMap<string, ShortcutId> {
  return new Map(
    shortcutGroups(isMac).flatMap(({ shortcuts }) =>
      shortcuts.flatMap(({ id, keys }) => keys.map((chord) => [chord, id] as const)),
    ),
  );
}
