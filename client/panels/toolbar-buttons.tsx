// The buttons of the toolbar: a deed or switch, a picker, the paragraph style, and More.

import { useComputed } from '@preact/signals';
import { Icon } from '../ui/icon.tsx';
import { ariaKeys, keyLabel } from '../ui/keys.ts';
import type { MenuItem, OpenMenu } from '../ui/menu.tsx';
import { headingOf, moreTools, styleLabel, type Tool, type ToolContext } from './toolbar-tools.ts';

interface ToolProps {
  readonly tool: Tool;
  readonly context: ToolContext;
  readonly stop: boolean;
}

export function ToolButton({ tool, context, stop }: ToolProps) {
  const { app, editor } = context;
  const { t, isMac, menus } = app;
  // The editor's state changes with every key; a button is drawn anew only when it looks different.
  const disabled = useComputed(() => {
    const state = editor.state.value;
    return !state.editable || (tool.isDisabled?.(state) ?? false);
  }).value;
  const isOn = useComputed(() => tool.isOn?.(editor.state.value.formats)).value;
  const bar = useComputed(() => tool.bar?.(editor.state.value.formats)).value;
  const chord = tool.keys ? context.desk.keysOf(tool.keys) : undefined;
  const label = t(tool.label);
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
      aria-pressed={isOn}
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

export function StylePicker({ context, stop }: { context: ToolContext; stop: boolean }) {
  const { app, editor } = context;
  const { t, isMac, menus } = app;
  const level = useComputed(() => headingOf(editor.state.value.formats)).value;
  const editable = useComputed(() => editor.state.value.editable).value;
  const label = t('toolbar.style');
  const items = () =>
    [0, 1, 2, 3, 4, 5, 6].map((each) => {
      const chord = context.desk.keysOf(each === 0 ? 'normal' : `heading-${each}`);
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
      aria-disabled={!editable || undefined}
      data-tool="style"
      data-tip={label}
      tabIndex={stop ? 0 : -1}
      onClick={(event) => {
        if (!editable) return;
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

export function MoreButton({ context, folded, stop }: MoreProps) {
  const { app, editor } = context;
  const { t, menus } = app;
  const editable = useComputed(() => editor.state.value.editable).value;
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
    const chord = tool.keys ? context.desk.keysOf(tool.keys) : undefined;
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
