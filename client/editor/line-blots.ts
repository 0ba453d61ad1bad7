// The plain lines of a document (paragraph, heading, quote) and its text, as Quill blots that tell
// their section when they change and keep the browser's own selection in place.

import type { Blot } from 'parchment';
import Block from 'quill/blots/block.js';
import QuillText from 'quill/blots/text.js';
import QuillBlockquote from 'quill/formats/blockquote.js';
import QuillHeader from 'quill/formats/header.js';
import { Image } from './image.ts';
import { forget, Section } from './sections.ts';

/** Every method of Quill's Block that empties its cache, which is a field and cannot be watched. */
const CHANGING = [
  'deleteAt',
  'formatAt',
  'insertAt',
  'insertBefore',
  'moveChildren',
  'optimize',
  'removeChild',
  'split',
] as const;

/** Makes every line of a class tell its section before and after each change. */
export function tellSection(prototype: Block): void {
  for (const name of CHANGING) {
    const original = prototype[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(this: Blot, ...args: unknown[]) {
        // Before, because the change itself may ask the section for lengths.
        forget(this.parent);
        const result = original.apply(this, args);
        forget(this.parent);
        return result;
      },
    });
  }
}

export class Paragraph extends Block {
  static override requiredContainer = Section;
  static {
    tellSection(Paragraph.prototype);
  }

  override optimize(context: object): void {
    super.optimize(context);
    this.describe();
  }

  /** An image alone on its line has its caption below it. For who fills the line unseen, too. */
  describe(): void {
    const { head, length } = this.children;
    const line = this.domNode as HTMLElement;
    const only = length === 1 && head instanceof Image ? (head.domNode as HTMLElement) : null;
    const caption = only?.dataset.caption;
    // Only when it differs: setting an attribute is a mutation, and a mutation asks us again.
    if (line.dataset.caption === caption) return;
    if (caption === undefined) delete line.dataset.caption;
    else line.dataset.caption = caption;
  }
}

export class Heading extends QuillHeader {
  static override requiredContainer = Section;
  static {
    tellSection(Heading.prototype);
  }
}

export class Quote extends QuillBlockquote {
  static override requiredContainer = Section;
  static {
    tellSection(Quote.prototype);
  }
}

/**
 * Text that is changed in place: assigning the whole of a text node, as Quill does, throws every caret,
 * selection and highlight in it back to its start.
 */
export class Text extends QuillText {
  declare protected text: string;

  override deleteAt(index: number, length: number): void {
    (this.domNode as CharacterData).deleteData(index, length);
    this.text = (this.domNode as CharacterData).data;
  }

  override insertAt(index: number, value: string, def?: unknown): void {
    if (def != null) {
      super.insertAt(index, value, def);
      return;
    }
    (this.domNode as CharacterData).insertData(index, value);
    this.text = (this.domNode as CharacterData).data;
  }
}
