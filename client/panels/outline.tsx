// The outline in the left rail: headings of at most three levels, the current one marked.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { OutlineItem } from '../editor/editor-api.ts';
import { useApp } from '../ui/app.ts';
import { useDesk } from './desk.ts';

/** Room left above or below the current heading when the rail follows. */
const RAIL_MARGIN = 60;

/** Depth 1 … 3, counted from the highest level the document uses, never jumping by more than one. */
export function outlineDepths(items: readonly Pick<OutlineItem, 'level'>[]): number[] {
  const path: number[] = [];
  return items.map(({ level }) => {
    while (path.length > 0 && (path.at(-1) ?? 0) >= level) path.pop();
    path.push(level);
    return Math.min(path.length, 3);
  });
}

export function OutlineRail() {
  const { t } = useApp();
  const { editor } = useDesk();
  const items = editor.outline.value;
  // A document that begins with a heading is in it from the first line on.
  const current = Math.max(editor.currentHeading.value, items[0]?.index === 0 ? 0 : -1);
  const rail = useRef<HTMLElement>(null);
  // A rail longer than the window shows where the reader is. Not by scrollIntoView: the page stays put.
  useLayoutEffect(() => {
    const box = rail.current;
    const here = box?.querySelector<HTMLElement>('[aria-current]');
    if (!box || !here) return;
    const { top, bottom } = box.getBoundingClientRect();
    const item = here.getBoundingClientRect();
    if (item.top < top) box.scrollTop -= top - item.top + RAIL_MARGIN;
    else if (item.bottom > bottom) box.scrollTop += item.bottom - bottom + RAIL_MARGIN;
  }, [current]);
  if (items.length < 2) return null;
  const depths = outlineDepths(items);
  return (
    <nav ref={rail} class="rail" aria-label={t('outline.label')}>
      <div class="rail-title" aria-hidden="true">
        {t('outline.label')}
      </div>
      {items.map((item, index) => (
        <button
          key={`${index} ${item.text}`}
          type="button"
          class={`rail-${depths[index]}`}
          aria-current={index === current ? 'true' : undefined}
          onClick={() => {
            editor.select({ index: item.index, length: 0 });
            editor.scrollTo(item.index, 'top');
          }}
        >
          {item.text}
        </button>
      ))}
    </nav>
  );
}
