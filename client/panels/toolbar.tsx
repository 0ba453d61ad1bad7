// The toolbar "Formatting": one Tab stop, arrow keys inside, Escape back to the text. Menus live outside
// it, because it may scroll. A press never takes the selection from the text.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useApp } from '../ui/app.ts';
import { Icon } from '../ui/icon.tsx';
import { ariaKeys, keyLabel } from '../ui/keys.ts';
import type { MenuItem, OpenMenu } from '../ui/menu.tsx';
import { useDesk } from './desk.ts';
import { keysOf } from './shortcut-keys.ts';
import {
  groups,
  groupsThatFit,
  headingOf,
  moreTools,
  styleLabel,
  type Tool,
  type ToolContext,
} from './toolbar-tools.ts';

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

interface ToolProps {
  readonly tool: Tool;
  readonly context: ToolContext;
  readonly stop: boolean;
}

function ToolButton({ tool, context, stop }: ToolProps) {
  const { app, editor } = context;
  const { t, isMac, menus } = app;
  const state = editor.state.value;
  const disabled = !state.editable || (tool.isDisabled?.(state) ?? false);
  const chord = tool.keys ? keysOf(tool.keys) : undefined;
  const label = t(tool.label);
  const bar = tool.bar?.(state.formats);
  const common = {
    type: 'button' as const,
    'aria-label': label,
    'aria-disabled': disabled || undefined,
    'data-tool': tool.id,
    'data-tip': label,
    ...(chord
      ? { 'data-keys': keyLabel(chord, isMac), 'aria-keyshortcuts': ariaKeys(chord, isMac) }
      : {}),
    tabIndex: stop ? 0 : -1,
    ...(bar ? { style: `--bar: ${bar}` } : {}),
  };
  if (tool.menu) {
    return (
      <button
        {...common}
        class="pick pick-i"
        aria-haspopup="menu"
        aria-expanded={menus.current.value?.id === tool.id}
        onClick={(event) => {
          if (!disabled) menus.toggle(menuOf(tool, context, event));
        }}
      >
        <Icon name={tool.icon} />
        <Icon name="down" small />
      </button>
    );
  }
  return (
    <button
      {...common}
      class="ib"
      aria-pressed={tool.isOn ? tool.isOn(state.formats) : undefined}
      onClick={() => {
        if (!disabled) runTool(tool, context);
      }}
    >
      <Icon name={tool.icon} />
    </button>
  );
}

/** Deeds on the text give the focus to it; those that open something do not. */
function runTool(tool: Tool, context: ToolContext): void {
  tool.run?.(context);
  if (tool.id !== 'link' && tool.id !== 'image') context.editor.focus();
}

function menuOf(tool: Tool, context: ToolContext, event: MouseEvent): OpenMenu {
  return {
    id: tool.id,
    label: context.app.t(tool.label),
    anchor: event.currentTarget as Element,
    look: tool.look ?? 'rows',
    items: () => tool.menu?.(context).map((item) => thenText(item, context)) ?? [],
    ...focusOf(event),
  };
}

/** By touch the keyboard on the screen must stay: the menu then leaves the focus in the text. */
const focusOf = (event: MouseEvent): { takeFocus?: boolean } =>
  event instanceof PointerEvent && event.pointerType === 'touch' ? { takeFocus: false } : {};

/** After a choice the caret is wanted again, however the menu was opened. */
const thenText = (item: MenuItem, { editor }: ToolContext): MenuItem => ({
  ...item,
  run: () => {
    item.run();
    editor.focus();
  },
});

function StylePicker({ context, stop }: { context: ToolContext; stop: boolean }) {
  const { app, editor } = context;
  const { t, isMac, menus } = app;
  const state = editor.state.value;
  const level = headingOf(state.formats);
  const label = t('toolbar.style');
  const items = () =>
    [0, 1, 2, 3, 4, 5, 6].map((each) => {
      const chord = keysOf(each === 0 ? 'normal' : `heading-${each}`);
      return thenText(
        {
          label: t(styleLabel(each)),
          checked: headingOf(editor.state.value.formats) === each,
          note: chord ? keyLabel(chord, isMac) : undefined,
          ...(each === 0 ? {} : { class: `menu-h${each}` }),
          run: () => editor.format('header', each === 0 ? null : each),
        },
        context,
      );
    });
  return (
    <button
      type="button"
      class="pick"
      aria-label={t('toolbar.styleNow', { style: t(styleLabel(level)) })}
      aria-haspopup="menu"
      aria-expanded={menus.current.value?.id === 'style'}
      aria-disabled={!state.editable || undefined}
      data-tool="style"
      data-tip={label}
      tabIndex={stop ? 0 : -1}
      onClick={(event) => {
        if (!state.editable) return;
        menus.toggle({
          id: 'style',
          label,
          anchor: event.currentTarget,
          items,
          ...focusOf(event),
        });
      }}
    >
      <span class="pick-text">{t(styleLabel(level))}</span>
      <span class="pick-aa" aria-hidden="true">
        Aa
      </span>
      <Icon name="down" small />
    </button>
  );
}

interface MoreProps {
  readonly context: ToolContext;
  readonly folded: readonly (readonly Tool[])[];
  readonly stop: boolean;
}

function MoreButton({ context, folded, stop }: MoreProps) {
  const { app, editor } = context;
  const { t, menus } = app;
  const { editable } = editor.state.value;
  const label = t('toolbar.more');
  return (
    <button
      type="button"
      class="ib"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={menus.current.value?.id === 'more'}
      aria-disabled={!editable || undefined}
      data-tool="more"
      data-tip={label}
      tabIndex={stop ? 0 : -1}
      onClick={(event) => {
        if (!editable) return;
        const asItem = itemOf(context, event);
        menus.toggle({
          id: 'more',
          label,
          anchor: event.currentTarget,
          align: 'end',
          items: () => [
            ...folded.flatMap((tools) => [...tools.map(asItem), null]),
            ...moreTools.map(asItem),
          ],
          ...focusOf(event),
        });
      }}
    >
      <Icon name="more" />
    </button>
  );
}

/** A tool as a row of More. */
const itemOf =
  (context: ToolContext, event: MouseEvent) =>
  (tool: Tool): MenuItem => {
    const { app, editor } = context;
    const state = editor.state.value;
    const chord = tool.keys ? keysOf(tool.keys) : undefined;
    const on = tool.isOn?.(state.formats);
    return {
      label: app.t(tool.label),
      icon: tool.icon,
      note: chord ? keyLabel(chord, app.isMac) : undefined,
      disabled: tool.isDisabled?.(state) ?? false,
      ...(on === undefined ? {} : { checked: on, kind: 'checkbox' as const }),
      ...(tool.menu ? { opens: true } : {}),
      run: () => {
        if (tool.menu) app.menus.show(menuOf(tool, context, event));
        else runTool(tool, context);
      },
    };
  };

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
