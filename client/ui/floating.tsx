// A box in the top layer beside an anchor, following it while the page scrolls or resizes.
// Who may open it, what closes it and where the focus goes is the business of its user.

import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Box, type PlaceOptions, placeBeside } from './place.ts';
import { visibleBox } from './viewport.ts';

export interface FloatingProps extends Partial<PlaceOptions> {
  /** Where the anchor is now, in client coordinates; null hides the box until it is back. */
  readonly anchor: () => Box | null;
  readonly class: string;
  readonly role: 'dialog' | 'menu' | 'group';
  readonly label: string;
  readonly boxRef?: RefObject<HTMLDivElement | null>;
  readonly id?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** Told when the focus comes in, and when it leaves. */
  readonly onFocusChange?: (inside: boolean) => void;
  /** True when a press inside must leave the focus where it is (a bar beside the caret). */
  readonly keepFocus?: boolean;
  readonly children: ComponentChildren;
}

export function Floating(props: FloatingProps) {
  const { anchor, align = 'start', gap = 4, side = 'below', keepFocus = false } = props;
  const own = useRef<HTMLDivElement>(null);
  const ref = props.boxRef ?? own;

  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    let frame = 0;
    const update = () => {
      frame = 0;
      const beside = anchor();
      box.style.visibility = beside ? '' : 'hidden';
      if (!beside) return;
      const size = { width: box.offsetWidth, height: box.offsetHeight };
      const { left, top } = placeBeside(beside, size, visibleBox(), { align, gap, side });
      box.style.left = `${left}px`;
      box.style.top = `${top}px`;
    };
    const later = () => {
      frame ||= requestAnimationFrame(update);
    };
    // Browsers without the popover attribute show it as the fixed box it is anyway.
    box.showPopover?.();
    update();
    window.addEventListener('scroll', later, { capture: true, passive: true });
    window.addEventListener('resize', later);
    window.visualViewport?.addEventListener('resize', later);
    const sizes = new ResizeObserver(later);
    sizes.observe(box);
    return () => {
      cancelAnimationFrame(frame);
      sizes.disconnect();
      window.removeEventListener('scroll', later, { capture: true });
      window.removeEventListener('resize', later);
      window.visualViewport?.removeEventListener('resize', later);
    };
  }, [anchor, align, gap, side, ref]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it always has a role, its user's
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: dialog, menu and group may be named
    <div
      ref={ref}
      popover="manual"
      class={`pop ${props.class}`}
      role={props.role}
      aria-label={props.label}
      id={props.id}
      onKeyDown={props.onKeyDown}
      onFocusIn={() => props.onFocusChange?.(true)}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (!event.currentTarget.contains(next)) props.onFocusChange?.(false);
      }}
      onMouseDown={keepFocus ? keepFocusOutside : undefined}
    >
      {props.children}
    </div>
  );
}

/** A press on anything but a field must not take the focus and the selection from the text. */
export function keepFocusOutside(event: MouseEvent): void {
  const target = event.target as Element;
  if (!target.closest('input, textarea, select, .kept')) event.preventDefault();
}

/** The anchor function of an element. */
export const besideElement = (element: Element) => (): Box => element.getBoundingClientRect();

/** Calls back on a press outside `inside` (and outside what `except` contains). Returns its end. */
export function onPressOutside(
  inside: () => readonly (Element | null | undefined)[],
  callback: () => void,
): () => void {
  const listener = (event: PointerEvent) => {
    const target = event.target as Node;
    if (!inside().some((element) => element?.contains(target))) callback();
  };
  document.addEventListener('pointerdown', listener, { capture: true });
  return () => document.removeEventListener('pointerdown', listener, { capture: true });
}
