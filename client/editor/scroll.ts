// The scroll: the root of Quill's blots, here a list of sections. Reads the document section by section,
// keeps the caret's section laid out, and tells Quill nothing of what is only the page's affair.

import type { Blot } from 'parchment';
import Block from 'quill/blots/block.js';
import Scroll from 'quill/blots/scroll.js';
import type { EmitterSource } from 'quill/core/emitter.js';
import type { Line } from '../../core/convert/lines.ts';
import { Chunk, Lines } from './lines.ts';
import { forget, Section } from './sections.ts';

/** From this many sections on a document is long: those off the screen are not laid out. */
const LONG = 8;

export class DocumentScroll extends Scroll {
  declare private live: Section | undefined;
  /** Nodes that are lines made late: no change of the document. */
  declare private late: WeakSet<Node>;
  /** Makes the lines of a section; the engine's. */
  declare fillSection: (section: Section, lines: readonly Line[]) => void;

  constructor(...given: ConstructorParameters<typeof Scroll>) {
    super(...given);
    this.late = new WeakSet();
    const { observer } = this;
    const take = observer.takeRecords.bind(observer);
    observer.takeRecords = () => this.heard(take());
  }

  override update(what?: EmitterSource | MutationRecord[]): void {
    if (!Array.isArray(what)) {
      super.update(what as EmitterSource);
      return;
    }
    const heard = this.heard(what);
    if (heard.length > 0 || what.length === 0) super.update(heard);
  }

  /** Puts elements into a section without anybody taking it for a change. */
  putLate(section: Section, content: DocumentFragment): void {
    for (const node of content.childNodes) this.late.add(node);
    section.domNode.append(content);
  }

  /** Puts a section whose lines wait, or are as they should be, without Quill looking through it. */
  putSection(section: Section, ref: Blot | null): void {
    this.late.add(section.domNode);
    this.insertBefore(section as unknown as Blot, ref);
  }

  /** Makes the lines of sections that the window shows, so that nothing blinks. */
  fillSeen(sections: readonly Section[]): void {
    for (const section of sections) {
      if (!section.isWaiting) continue;
      const { top, bottom } = section.domNode.getBoundingClientRect();
      if (bottom > 0 && top < window.innerHeight) section.fill();
    }
  }

  /** Mutations but for our own: lines made late, and how a section looks. */
  private heard(records: MutationRecord[]): MutationRecord[] {
    return records.filter(({ type, target, addedNodes, removedNodes }) => {
      const isSection = (target as Element).classList?.contains(Section.className);
      if (!isSection && target !== this.domNode) return true;
      if (type === 'attributes') return !isSection;
      if (addedNodes.length === 0 || removedNodes.length > 0) return true;
      // Once only: should a browser put such a node in again, that is a change like any other.
      return ![...addedNodes].every((node) => this.late.delete(node));
    });
  }

  /** Sections whose lines are not made yet, in the order of the text. */
  waitingSections(): Section[] {
    const waiting: Section[] = [];
    this.children.forEach((child) => {
      if (child instanceof Section && child.isWaiting) waiting.push(child);
    });
    return waiting;
  }

  /** After sections came or went. */
  measure(): void {
    this.domNode.parentElement?.classList.toggle('dp-long', this.children.length >= LONG);
  }

  /**
   * The section that holds the caret is laid out whatever the browser thinks of it: a key pressed in
   * the very frame in which it was made would find no line and put its text beside them.
   */
  keepLive(index: number): void {
    const [section] = this.children.find(index);
    if (section === this.live || !(section instanceof Section)) return;
    this.live?.domNode.classList.remove('is-live');
    section.domNode.classList.add('is-live');
    this.live = section;
  }

  override query(...asked: Parameters<Scroll['query']>): ReturnType<Scroll['query']> {
    // Parchment asks for '' twice for every element without class and style.
    return asked[0] === '' ? null : super.query(...asked);
  }

  /** Lines of the whole document; only sections that changed are read again. */
  readLines(): Lines {
    const chunks: Chunk[] = [];
    this.children.forEach((child) => {
      if (child instanceof Section) chunks.push(child.read());
      else if (child instanceof Block) chunks.push(new Chunk([child.delta()]));
    });
    return new Lines(chunks);
  }

  override insertBefore(child: Blot, ref?: Blot | null): void {
    forget(child.parent);
    super.insertBefore(child, ref);
  }
}
