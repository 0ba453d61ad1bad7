// An image in the text: an embed of length 1 whose value is its address. Alternative text, caption and
// size are attributes of the embed. The element is a bare <img>, which browsers treat as one sign: the
// caret can stand before and behind it. Its caption is shown by its line (line-blots.ts).

import { EmbedBlot, type Root } from 'parchment';
import { isSafeImage } from '../../core/url.ts';

const TEXTS = ['alt', 'caption'] as const;
const SIZES = ['width', 'height'] as const;

export class Image extends EmbedBlot {
  static override blotName = 'image';
  static override className = 'dp-image';
  static override tagName = 'IMG';

  static override create(value: unknown): HTMLElement {
    // biome-ignore lint/complexity/noThisInStatic: Parchment makes the element of the class it is called on
    const picture = super.create(value) as HTMLImageElement;
    const address = typeof value === 'string' ? value : '';
    picture.dataset.src = address;
    picture.alt = '';
    picture.decoding = 'async';
    picture.loading = 'lazy';
    picture.draggable = false;
    if (isSafeImage(address)) picture.src = address;
    return picture;
  }

  /** The address letter for letter; the browser's own `src` would be completed. */
  static override value(element: HTMLElement): string {
    return element.dataset.src ?? element.getAttribute('src') ?? '';
  }

  static override formats(element: HTMLElement): Record<string, unknown> {
    const formats: Record<string, unknown> = {};
    for (const name of TEXTS) {
      if (element.dataset[name] !== undefined) formats[name] = element.dataset[name];
    }
    for (const name of SIZES) {
      if (element.dataset[name] !== undefined) formats[name] = Number(element.dataset[name]);
    }
    return formats;
  }

  constructor(scroll: Root, domNode: Node) {
    super(scroll, domNode);
    this.name();
  }

  /** Without a description it must still be met by who cannot see it: that is how it gets one. */
  private name(): void {
    const picture = this.domNode as HTMLImageElement;
    const unnamed = (this.scroll.domNode as HTMLElement).dataset.imageLabel;
    if (picture.alt === '' && unnamed) picture.setAttribute('aria-label', unnamed);
    else picture.removeAttribute('aria-label');
  }

  override format(name: string, value: unknown): void {
    const picture = this.domNode as HTMLImageElement;
    const isText = (TEXTS as readonly string[]).includes(name);
    if (!isText && !(SIZES as readonly string[]).includes(name)) {
      super.format(name, value);
      return;
    }
    const isSet = isText ? typeof value === 'string' : Boolean(value);
    if (isSet) picture.dataset[name] = String(value);
    else delete picture.dataset[name];
    if (name === 'alt') {
      picture.alt = isSet ? String(value) : '';
      this.name();
    }
    if (isText) return;
    if (isSet) picture.setAttribute(name, String(value));
    else picture.removeAttribute(name);
  }
}
