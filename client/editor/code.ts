// Code blocks: their lines stand in one sunken block that scrolls sideways. The language is kept, so
// that a document that names one comes back unchanged.

import type { Blot } from 'parchment';
import QuillCodeBlock, { CodeBlockContainer } from 'quill/formats/code.js';
import { tellSection } from './line-blots.ts';
import { forget, Section } from './sections.ts';

export class CodeContainer extends CodeBlockContainer {
  static override requiredContainer = Section;

  static override create(value: string): Element {
    // biome-ignore lint/complexity/noThisInStatic: Parchment makes the element of the class it is called on
    const element = super.create(value);
    element.setAttribute('translate', 'no');
    return element;
  }

  override insertBefore(child: Blot, ref?: Blot | null): void {
    const from = child.parent;
    super.insertBefore(child, ref);
    forget(from);
    forget(this);
  }

  override removeChild(child: Blot): void {
    super.removeChild(child);
    forget(this);
  }
}

export class CodeLine extends QuillCodeBlock {
  static override requiredContainer = CodeContainer;
  static {
    tellSection(CodeLine.prototype);
    CodeContainer.allowedChildren = [CodeLine];
    Section.allowedChildren.push(CodeContainer);
  }

  static override create(value: unknown): HTMLElement {
    // biome-ignore lint/complexity/noThisInStatic: Parchment makes the element of the class it is called on
    const element = super.create() as HTMLElement;
    if (typeof value === 'string') element.dataset.language = value;
    return element;
  }

  static override formats(domNode: HTMLElement): unknown {
    return domNode.dataset.language ?? true;
  }

  override format(name: string, value: unknown): void {
    if (name !== 'code-block' || !value) {
      super.format(name, value);
      return;
    }
    const element = this.domNode as HTMLElement;
    if (typeof value === 'string') element.dataset.language = value;
    else delete element.dataset.language;
  }
}
