// A person's colour and initial. Twelve colours, `--p1` … `--p12` in tokens.css; look.md §2.

export const personColors = [
  '#1167c3',
  '#c84855',
  '#0b7a25',
  '#9748a7',
  '#a05509',
  '#01816e',
  '#7064d1',
  '#726b14',
  '#247ea4',
  '#985270',
  '#646393',
  '#7a7467',
] as const;

/** 1 … 12, stable for an id (FNV-1a, 32 bits). */
export function preferredColor(userId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < userId.length; i++) {
    hash = Math.imul(hash ^ userId.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 0) % personColors.length) + 1;
}

/** The preferred colour when nobody here has it, else the lowest free one (low numbers lie far apart). */
export function chooseColor(userId: string, taken: ReadonlySet<number>): number {
  const preferred = preferredColor(userId);
  if (!taken.has(preferred)) return preferred;
  for (let color = 1; color <= personColors.length; color++) if (!taken.has(color)) return color;
  return preferred;
}

/** The first letter a person would recognise themselves by: one grapheme, upper case. */
export function initial(name: string): string {
  const first = [...new Intl.Segmenter().segment(name.trim())][0]?.segment ?? '?';
  return first.toLocaleUpperCase();
}
