// Tooltips for everything that carries `data-tip` (and `data-keys`): after half a second, at once when
// moving along a bar, on keyboard focus too, never on touch. Escape hides it.

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { placeBeside } from './place.ts';
import { visibleBox } from './viewport.ts';

const WAIT_MS = 500;
/** A tooltip closed this short ago: the next one shows at once. */
const WARM_MS = 400;

export function TooltipHost() {
  const shown = useSignal<HTMLElement | null>(null);
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closedAt = 0;
    const hide = () => {
      clearTimeout(timer);
      if (shown.peek()) closedAt = Date.now();
      shown.value = null;
    };
    const show = (target: HTMLElement, wait: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (target.isConnected && target.getAttribute('aria-expanded') !== 'true') {
          shown.value = target;
        }
      }, wait);
    };
    const tipOf = (event: Event) =>
      (event.target instanceof Element ? event.target : null)?.closest<HTMLElement>('[data-tip]');

    const onOver = (event: PointerEvent) => {
      if (event.pointerType === 'touch') return;
      const target = tipOf(event);
      if (target === shown.peek() && target) return;
      const warm = shown.peek() !== null || Date.now() - closedAt < WARM_MS;
      hide();
      if (target) show(target, warm ? 0 : WAIT_MS);
    };
    const onFocus = (event: FocusEvent) => {
      const target = tipOf(event);
      if (target?.matches(':focus-visible')) show(target, WAIT_MS);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' || event.key === 'Enter' || event.key === ' ') hide();
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('pointerdown', hide, { capture: true });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('keydown', onKey, { capture: true });
    window.addEventListener('scroll', hide, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('pointerdown', hide, { capture: true });
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('keydown', onKey, { capture: true });
      window.removeEventListener('scroll', hide, { capture: true });
    };
  }, [shown]);

  const target = shown.value;
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box || !target) return;
    box.hidePopover?.();
    box.showPopover?.();
    const size = { width: box.offsetWidth, height: box.offsetHeight };
    const { left, top } = placeBeside(target.getBoundingClientRect(), size, visibleBox(), {
      align: 'center',
      gap: 6,
    });
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  }, [target]);

  if (!target) return null;
  // Hidden from assistive technology: names and keys are on the control itself.
  return (
    <div ref={ref} class="tip" popover="manual" aria-hidden="true">
      {target.dataset.tip}
      {target.dataset.keys ? <kbd>{target.dataset.keys}</kbd> : null}
    </div>
  );
}
