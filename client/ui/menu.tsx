// Menus: one open at a time, drawn by <MenuHost> outside whatever opened it (a toolbar may scroll).
// Arrow keys, Home, End, type-ahead; Escape and a choice give the focus back to where it was.

import { type ReadonlySignal, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { besideElement, Floating, onPressOutside } from './floating.tsx';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly icon?: IconName;
  /** Shown instead of an icon (an avatar). */
  readonly picture?: ComponentChildren;
  /** Keys, at the right. Not part of the item's name. */
  readonly note?: string | undefined;
  /** What is chosen now, or what a press does; at the right, and part of the name. */
  readonly value?: string;
  /** Makes it one of a group (radio) or a switch (checkbox). */
  readonly checked?: boolean;
  readonly kind?: 'radio' | 'checkbox';
  readonly disabled?: boolean;
  readonly bad?: boolean;
  readonly class?: string;
  /** In a grid of swatches. */
  readonly style?: string;
  /** Opens another menu in place: the focus must not go back to the page in between. */
  readonly opens?: boolean;
}

export interface OpenMenu {
  /** Tells triggers apart: the one whose id it is shows itself as expanded. */
  readonly id: string;
  readonly label: string;
  readonly anchor: Element;
  readonly align?: 'start' | 'end';
  /** Rows, or a grid of swatches four across. */
  readonly look?: 'rows' | 'grid';
  /** `null` draws a line. */
  readonly items: () => readonly (MenuItem | null)[];
  /** Where the focus goes back to. */
  readonly returnTo?: HTMLElement | null;
  /** False keeps the focus where it is (touch: the keyboard must not close). */
  readonly takeFocus?: boolean;
}

export interface Menus {
  readonly current: ReadonlySignal<OpenMenu | null>;
  /** Opens it, or closes it when the same one is open. */
  toggle(menu: OpenMenu): void;
  /** Replaces the open menu in place. */
  show(menu: OpenMenu): void;
  close(giveBackFocus?: boolean): void;
}

export function createMenus(): Menus {
  const current = signal<OpenMenu | null>(null);
  const show = (menu: OpenMenu) => {
    const before = current.peek()?.returnTo;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    const returnTo = menu.returnTo ?? before ?? focused ?? (menu.anchor as HTMLElement);
    current.value = { ...menu, returnTo };
  };
  const close = (giveBackFocus = true) => {
    const menu = current.peek();
    if (!menu) return;
    current.value = null;
    if (giveBackFocus) giveBack(menu);
  };
  return {
    current,
    show,
    close,
    toggle: (menu) => (current.peek()?.id === menu.id ? close() : show(menu)),
  };
}

function giveBack({ returnTo, anchor }: OpenMenu): void {
  const target =
    returnTo?.isConnected && returnTo !== document.body ? returnTo : (anchor as HTMLElement);
  target.focus({ preventScroll: true });
}

export function MenuHost({ menus }: { menus: Menus }) {
  const menu = menus.current.value;
  return menu ? <MenuBox key={menu.id} menu={menu} menus={menus} /> : null;
}

const itemsOf = (box: HTMLElement | null): HTMLElement[] =>
  box ? [...box.querySelectorAll<HTMLElement>('[role^="menuitem"]')] : [];

function MenuBox({ menu, menus }: { menu: OpenMenu; menus: Menus }) {
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef(besideElement(menu.anchor));
  const grid = menu.look === 'grid';
  const items = menu.items();

  useLayoutEffect(() => {
    if (menu.takeFocus !== false) {
      const all = itemsOf(box.current);
      const checked = all.find((item) => item.getAttribute('aria-checked') === 'true');
      (checked ?? all[0])?.focus({ preventScroll: true });
      checked?.scrollIntoView?.({ block: 'nearest' });
    }
    return onPressOutside(
      () => [box.current, menu.anchor],
      () => menus.close(false),
    );
  }, [menu, menus]);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = itemsOf(box.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = grid ? 4 : 1;
    const go = (index: number) => all[(index + all.length) % all.length]?.focus();
    switch (event.key) {
      case 'ArrowDown':
        go(grid && at + step >= all.length ? at % step : at + step);
        break;
      case 'ArrowUp':
        go(at < step ? all.length - 1 : at - step);
        break;
      case 'ArrowRight':
        if (grid) go(at + 1);
        break;
      case 'ArrowLeft':
        if (grid) go(at - 1);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(all.length - 1);
        break;
      case 'Escape':
        menus.close();
        break;
      case 'Tab':
        menus.close();
        return;
      default:
        if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === ' ') return;
        all[nextByLetter(all, at, event.key)]?.focus();
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const rows = items.map((item, index) =>
    item === null ? (
      <hr key={index} class="menu-line" />
    ) : (
      <MenuRow key={item.label} item={item} grid={grid} menus={menus} />
    ),
  );
  return (
    <Floating
      boxRef={box}
      class={grid ? 'menu menu-grid' : 'menu'}
      role="menu"
      label={menu.label}
      anchor={anchor.current}
      align={menu.align ?? 'start'}
      onKeyDown={onKeyDown}
      keepFocus
    >
      {grid ? <div role="presentation">{rows}</div> : rows}
    </Floating>
  );
}

/** The index of the next item whose name begins with the letter. */
function nextByLetter(all: readonly HTMLElement[], at: number, letter: string): number {
  const wanted = letter.toLocaleLowerCase();
  for (let step = 1; step <= all.length; step++) {
    const index = (at + step) % all.length;
    const name = all[index]?.getAttribute('aria-label') ?? all[index]?.textContent ?? '';
    if (name.trim().toLocaleLowerCase().startsWith(wanted)) return index;
  }
  return at;
}

function MenuRow({ item, grid, menus }: { item: MenuItem; grid: boolean; menus: Menus }) {
  const role: 'menuitem' | 'menuitemcheckbox' | 'menuitemradio' =
    item.checked === undefined
      ? 'menuitem'
      : item.kind === 'checkbox'
        ? 'menuitemcheckbox'
        : 'menuitemradio';
  const choose = () => {
    if (item.disabled) return;
    // Focus first, deed second: a deed that opens a dialogue takes the focus from the right place.
    if (!item.opens) menus.close();
    item.run();
  };
  const common = {
    type: 'button' as const,
    role,
    tabIndex: -1,
    onClick: choose,
    'aria-checked': item.checked,
    'aria-disabled': item.disabled || undefined,
  };
  if (grid) {
    return (
      <button
        {...common}
        class={`swatch ${item.class ?? ''}`}
        style={item.style}
        aria-label={item.label}
        data-tip={item.label}
      >
        {item.icon ? <Icon name={item.icon} small /> : 'A'}
      </button>
    );
  }
  const classes = ['menu-item', item.bad ? 'menu-bad' : '', item.class ?? ''].join(' ').trim();
  return (
    <button
      {...common}
      class={classes}
      aria-label={item.value ? `${item.label}, ${item.value}` : item.label}
    >
      {item.picture ??
        (item.icon ? (
          <Icon name={item.icon} />
        ) : item.checked === undefined ? null : item.checked ? (
          <Icon name="tick" />
        ) : (
          <span class="i" />
        ))}
      {item.label}
      {/* Drawn by CSS: keys are no part of the name, and what is written in a button should be. */}
      {item.note ? <span class="menu-note menu-keys" data-keys-shown={item.note} /> : null}
      {item.value ? <span class="menu-note">{item.value}</span> : null}
    </button>
  );
}
