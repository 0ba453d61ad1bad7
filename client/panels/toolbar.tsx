// The toolbar "Formatting": one Tab stop, arrow keys inside, Escape back to the text. Menus live outside
// it, because it may scroll. A press never takes the selection from the text.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../ui/app.ts';
import { useDesk } from './desk.ts';
import { MoreButton, StylePicker, ToolButton } from './toolbar-buttons.tsx';
import { groups, groupsThatFit, type Tool, type ToolContext } from './toolbar-tools.ts';

export function Toolbar() {
  const app = useApp();
  const desk = useDesk();
  const { editor } = desk;
  const bar = useRef<HTMLDivElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const width = useSignal(window.innerWidth);
  /** The one Tab stop. */
  const stop = useSignal('undo');
  const isPhone = desk.isPhone.value;
  const context: ToolContext = {
    app,
    desk,
    editor,
    pickImages: () => files.current?.click(),
  };

  useLayoutEffect(() => {
    const element = bar.current;
    if (!element) return;
    const sizes = new ResizeObserver(() => {
      width.value = element.clientWidth;
      cutLastIcon(element, desk.isPhone.peek());
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [width, desk]);

  useLayoutEffect(() => {
    desk.focusToolbar = () => {
      bar.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    };
  }, [desk]);

  const shown = isPhone ? groups : groups.slice(0, groupsThatFit(width.value));
  const folded = groups.slice(shown.length);
  const ids = new Set([...shown.flat().map((tool) => tool.id), 'more']);
  const current = ids.has(stop.value) ? stop.value : 'undo';

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(bar.current?.querySelectorAll<HTMLElement>('[data-tool]') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target =
      event.key === 'ArrowRight'
        ? all[(at + 1) % all.length]
        : event.key === 'ArrowLeft'
          ? all[(at - 1 + all.length) % all.length]
          : event.key === 'Home'
            ? all[0]
            : event.key === 'End'
              ? all.at(-1)
              : undefined;
    if (event.key === 'Escape') editor.focus();
    else if (target) target.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const button = (tool: Tool) =>
    tool.id === 'style' ? (
      <StylePicker key="style" context={context} stop={current === 'style'} />
    ) : (
      <ToolButton key={tool.id} tool={tool} context={context} stop={current === tool.id} />
    );

  return (
    <>
      <div
        ref={bar}
        class="toolbar"
        role="toolbar"
        aria-label={app.t('toolbar.label')}
        aria-controls={editor.body.id || undefined}
        onKeyDown={onKeyDown}
        onMouseDown={(event) => event.preventDefault()}
        onFocusIn={(event) => {
          const tool = (event.target as HTMLElement).dataset.tool;
          if (tool) stop.value = tool;
        }}
      >
        {shown.map((tools, index) => (
          <>
            {index > 0 ? <span class="toolbar-sep" aria-hidden="true" /> : null}
            {tools.map(button)}
            {/* More closes the group before the last, where it is drawn; folded, it is the end. */}
            {index === Math.min(shown.length - 1, groups.length - 2) ? (
              <MoreButton context={context} folded={folded} stop={current === 'more'} />
            ) : null}
          </>
        ))}
      </div>
      <input
        ref={files}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp,image/avif"
        multiple
        hidden
        onChange={(event) => {
          const input = event.currentTarget;
          editor.insertImages([...(input.files ?? [])]);
          // The same file may be chosen again.
          input.value = '';
        }}
      />
    </>
  );
}

/**
 * On a phone the row ends in a cut icon, the hint that it scrolls: the lead is widened until the edge
 * falls into the middle half of a button.
 */
function cutLastIcon(bar: HTMLElement, isPhone: boolean): void {
  bar.style.paddingLeft = '';
  if (!isPhone || bar.scrollWidth <= bar.clientWidth) return;
  const edge = bar.clientWidth;
  const buttons = [...bar.querySelectorAll<HTMLElement>('[data-tool]')];
  for (let lead = 4; lead <= 26; lead += 2) {
    const cut = buttons.find((button) => {
      const left = button.offsetLeft - bar.offsetLeft + lead - 4;
      const share = (edge - left) / button.offsetWidth;
      return share >= 0.3 && share <= 0.7;
    });
    if (cut) {
      bar.style.paddingLeft = `${lead}px`;
      return;
    }
  }
}
