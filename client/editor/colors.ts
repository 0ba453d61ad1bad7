// Text colour and highlight. The document stores the light value; the page shows a colour of the
// palette by its token, so that it has its twin in the dark, and any other colour as it is, on a chip
// where it would be hard to read.

import { Attributor, Scope } from 'parchment';
import { highlightColors, textColors } from '../../core/formats.ts';
import { contrast, hardToRead, INK } from './contrast.ts';

interface PaletteColor {
  readonly name: string;
  readonly value: string;
}

/**
 * The value stands in an attribute of its own, so that it comes back letter for letter; style and marks
 * are only how it looks.
 */
abstract class ColorAttributor extends Attributor {
  abstract show(node: HTMLElement, hex: string): void;
  abstract hide(node: HTMLElement): void;

  override canAdd(_node: HTMLElement, value: unknown): boolean {
    return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value);
  }

  override add(node: HTMLElement, value: string): boolean {
    if (!super.add(node, value)) return false;
    this.show(node, value.toLowerCase());
    return true;
  }

  override remove(node: HTMLElement): void {
    super.remove(node);
    this.hide(node);
    if (node.getAttribute('style') === '') node.removeAttribute('style');
  }
}

const tokenOf = (palette: readonly PaletteColor[], hex: string, prefix: string): string | null => {
  const found = palette.find(({ value }) => value === hex);
  return found ? `var(--${prefix}-${found.name})` : null;
};

class TextColor extends ColorAttributor {
  show(node: HTMLElement, hex: string): void {
    const token = tokenOf(textColors, hex, 'tc');
    node.style.color = token ?? hex;
    if (token) delete node.dataset.hard;
    else node.dataset.hard = hardToRead(hex);
  }

  hide(node: HTMLElement): void {
    node.style.color = '';
    delete node.dataset.hard;
  }
}

class Highlight extends ColorAttributor {
  show(node: HTMLElement, hex: string): void {
    const token = tokenOf(highlightColors, hex, 'hl');
    node.style.backgroundColor = token ?? hex;
    if (token) delete node.dataset.ink;
    else node.dataset.ink = contrast(hex, INK.dark) >= contrast(hex, INK.light) ? 'dark' : 'light';
  }

  hide(node: HTMLElement): void {
    node.style.backgroundColor = '';
    delete node.dataset.ink;
  }
}

export const textColor = (): Attributor =>
  new TextColor('color', 'data-color', { scope: Scope.INLINE });
export const highlight = (): Attributor =>
  new Highlight('background', 'data-background', { scope: Scope.INLINE });
