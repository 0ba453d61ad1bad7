// An image in the text: an embed of length 1 whose value is its address. Alternative text, caption and
// size are attributes of the embed.

import { EmbedBlot, type Root } from 'parchment';
import { isSafeImage } from '../../core/url.ts';

const TEXTS = ['alt', 'caption'] as const;
const SIZES = ['width', 'height'] as const;

const pictureOf = (element: HTMLElement): HTMLImageElement | null => element.querySelector('img');

export class Image extends EmbedBlot {
  static override blotName = 'image';
  static override className = 'dp-image';
  static override tagName = 'SPAN';

  static override create(value: unknown): HTMLElement {
    // biome-ignore lint/complexity/noThisInStatic: Parchment makes the element of the class it is called on
    const element = super.create(value) as HTMLElement;
    element.contentEditable = 'false';
    const address = typeof value === 'string' ? value : '';
    element.dataset.src = address;
    const picture = document.createElement('img');
    picture.alt = '';
    picture.decoding = 'async';
    picture.loading = 'lazy';
    picture.draggable = false;
    if (isSafeImage(address)) picture.src = address;
    element.append(picture);
    return element;
  }

  static override value(element: HTMLElement): string {
    return element.dataset.src ?? '';
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
    const picture = pictureOf(this.domNode as HTMLElement);
    if (!picture) return;
    const unnamed = (this.scroll.domNode as HTMLElement).dataset.imageLabel;
    if (picture.alt === '' && unnamed) picture.setAttribute('aria-label', unnamed);
    else picture.removeAttribute('aria-label');
  }

  override format(name: string, value: unknown): void {
    const element = this.domNode as HTMLElement;
    const picture = pictureOf(element);
    const isText = (TEXTS as readonly string[]).includes(name);
    if (!isText && !(SIZES as readonly string[]).includes(name)) {
      super.format(name, value);
      return;
    }
    const present = isText ? typeof value === 'string' : Boolean(value);
    if (present) element.dataset[name] = String(value);
    else delete element.dataset[name];
    if (name === 'alt' && picture) {
      picture.alt = present ? String(value) : '';
      this.name();
    }
    if (!isText && picture) {
      if (present) picture.setAttribute(name, String(value));
      else picture.removeAttribute(name);
    }
  }
}
