// Where something that floats goes: beside its anchor, inside the view, never over the anchor itself.
// Pure, so that it can be tested without a browser.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlaceOptions {
  /** Which edges of the anchor and the floating box line up. */
  readonly align: 'start' | 'end' | 'center';
  readonly gap: number;
  /** Preferred side; the other one is taken when there is more room. */
  readonly side?: 'below' | 'above';
}

/** Left and top of a box of `size`, in the coordinates of `anchor` and `view`. */
export function placeBeside(
  anchor: Box,
  size: { readonly width: number; readonly height: number },
  view: Box,
  { align, gap, side = 'below' }: PlaceOptions,
): { left: number; top: number } {
  const wanted =
    align === 'start'
      ? anchor.left
      : align === 'end'
        ? anchor.right - size.width
        : (anchor.left + anchor.right - size.width) / 2;
  const left = Math.max(view.left, Math.min(wanted, view.right - size.width));

  const below = anchor.bottom + gap;
  const above = anchor.top - gap - size.height;
  const fitsBelow = below + size.height <= view.bottom;
  const fitsAbove = above >= view.top;
  const roomier = view.bottom - anchor.bottom >= anchor.top - view.top ? below : above;
  const wantedTop =
    side === 'below'
      ? fitsBelow
        ? below
        : fitsAbove
          ? above
          : roomier
      : fitsAbove
        ? above
        : fitsBelow
          ? below
          : roomier;
  const top = Math.max(view.top, Math.min(wantedTop, view.bottom - size.height));
  return { left: Math.round(left), top: Math.round(top) };
}
