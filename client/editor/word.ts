// Lists as Word puts them on the clipboard: paragraphs whose style says `mso-list: l0 level2 lfo1`, with
// the mark as text inside. Says of each such paragraph which list item it is.

export interface WordItem {
  readonly list: 'ordered' | 'bullet';
  /** 0 for the outermost level. */
  readonly depth: number;
}

const ITEM = /\bmso-list:\s*l(\d+)\s+level(\d+)/i;

export function readWordLists(page: Document, source: string): ReadonlyMap<Element, WordItem> {
  const items = new Map<Element, WordItem>();
  for (const element of page.querySelectorAll('[style*="mso-list" i]')) {
    const found = ITEM.exec(element.getAttribute('style') ?? '');
    if (!found) continue;
    const level = Number(found[2]);
    const list = kindByMark(element) ?? kindByStyle(source, found[1]!, level);
    items.set(element, { list, depth: Math.min(8, level - 1) });
  }
  return items;
}

/** The mark that Word shows: a digit or letter with a dot or bracket counts, anything else is a bullet. */
function kindByMark(element: Element): WordItem['list'] | null {
  const mark = element.querySelector('[style*="mso-list" i]')?.textContent?.trim();
  if (!mark) return null;
  return /^\(?[\p{L}\p{N}]{1,5}[.)、]/u.test(mark) ? 'ordered' : 'bullet';
}

/** Without a mark, what the list's style sheet says; a list without a format of its own is numbered. */
function kindByStyle(source: string, id: string, level: number): WordItem['list'] {
  const rule = new RegExp(
    `@list\\s+l${id}:level${level}\\s*\\{[^}]*mso-level-number-format:\\s*([\\w-]+)`,
    'i',
  ).exec(source);
  return rule?.[1]?.toLowerCase() === 'bullet' ? 'bullet' : 'ordered';
}
