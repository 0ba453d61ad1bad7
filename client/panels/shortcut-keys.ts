// Which keys do what, for tooltips and menus. The data is the editor's own (editor/shortcuts.ts).

const chords: Readonly<Record<string, string>> = {
  undo: 'Mod+Z',
  redo: 'Mod+Shift+Z',
  bold: 'Mod+B',
  italic: 'Mod+I',
  underline: 'Mod+U',
  strike: 'Alt+Shift+5',
  superscript: 'Mod+.',
  subscript: 'Mod+,',
  code: 'Mod+E',
  link: 'Mod+K',
  find: 'Mod+F',
  replace: 'Mod+H',
  'word-count': 'Mod+Shift+C',
  shortcuts: 'Mod+/',
};

export const keysOf = (command: string): string | undefined => chords[command];
