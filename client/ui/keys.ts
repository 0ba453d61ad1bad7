// Keys as people write them: `Mod+Shift+7` is Ctrl+Shift+7, or ⇧⌘7 on a Mac.

const macSymbols: Record<string, string> = {
  Mod: '⌘',
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Enter: '↩',
  ArrowUp: '↑',
  ArrowDown: '↓',
};
const words: Record<string, string> = { Mod: 'Ctrl', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };
/** The order Apple writes modifiers in. */
const macOrder = ['Ctrl', 'Alt', 'Shift', 'Mod'];

/** The parts of a chord: `Mod++` ends in the plus key itself. */
function parts(chord: string): string[] {
  const list = chord.split('+');
  return chord.endsWith('++') ? [...list.slice(0, -2), '+'] : list;
}

export function keyLabel(chord: string, isMac: boolean): string {
  const list = parts(chord);
  if (!isMac) return list.map((part) => words[part] ?? part).join('+');
  const key = list.at(-1) ?? '';
  const modifiers = macOrder.filter((name) => list.slice(0, -1).includes(name));
  return [...modifiers, key].map((part) => macSymbols[part] ?? part).join('');
}

/** The same for `aria-keyshortcuts`, which has its own words. */
export const ariaKeys = (chord: string, isMac: boolean): string =>
  parts(chord)
    .map((part) =>
      part === 'Mod' ? (isMac ? 'Meta' : 'Control') : part === 'Ctrl' ? 'Control' : part,
    )
    .join('+');

export const isMacPlatform = (): boolean => /Mac|iP(hone|ad|od)/.test(navigator.platform);
