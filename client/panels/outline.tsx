// The outline in the left rail: headings of at most three levels, the current one marked.

import type { OutlineItem } from '../editor/editor-api.ts';
import { useApp } from '../ui/app.ts';
import { useDesk } from './desk.ts';

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
  if (items.length < 2) return null;
  const depths = outlineDepths(items);
  return (
    <nav class="rail" aria-label={t('outline.label')}>
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
            editor.scrollTo(item.index);
          }}
        >
          {item.text}
        </button>
      ))}
    </nav>
  );
}
