// The sections that lines stand in. Quill keeps every line in one flat list under one element; at 10,000
// lines the browser then spends 25 ms and more on the layout of each key, and every walk over the list
// costs as much again. Here lines stand in sections of at most a hundred or so: a section off the screen
// is not laid out (`content-visibility: auto`, editor.css), and its length and lines are remembered
// until something in it changes; its lines may even be made only when they are needed. Sections are no
// part of the document: its delta does not know them.

import { type Blot, type BlotConstructor, type ParentBlot, Scope } from 'parchment';
import Block from 'quill/blots/block.js';
import Container from 'quill/blots/container.js';
import type { Line } from '../../core/convert/lines.ts';
import type { Delta } from '../../core/delta.ts';
import { Chunk } from './lines.ts';

export const sectionLimits = {
  /** A new section holds this many lines: about six screens, so that two or three are ever laid out. */
  lines: 64,
  /** Above this a section is cut in two, … */
  most: 128,
  /** … and below this it is joined with its neighbour. */
  least: 16,
  /** A section is also cut when it holds more text than this, unless one line does. */
  units: 24_000,
} as const;

/** Tells the section around a blot that its content is not what it remembers. */
export function forget(blot: Blot | null | undefined): void {
  for (let at: Blot | null | undefined = blot; at; at = at.parent) {
    if (at instanceof Section) {
      at.forget();
      return;
    }
  }
}

/** A container that tells its section whenever its children change, the one they came from too. */
export class TellingContainer extends Container {
  override insertBefore(child: Blot, ref?: Blot | null): void {
    const from = child.parent;
    super.insertBefore(child, ref);
    if (from && from !== this) forget(from);
    forget(this);
  }

  override removeChild(child: Blot): void {
    super.removeChild(child);
    forget(this);
  }
}

const linesIn = (blot: Blot): number =>
  blot instanceof Container ? (blot.children.length as number) : 1;

export class Section extends TellingContainer {
  static override blotName = 'section';
  static override className = 'dp-section';
  static override tagName = 'DIV';
  /** Lines; lists and code blocks add themselves, a section never. */
  static override allowedChildren: BlotConstructor[] = [Block];

  declare private chunk: Chunk | null | undefined;
  declare private total: number | null | undefined;
  /** The lines of this section while they are only told and not made. */
  declare private waiting: readonly Line[] | null | undefined;
  declare private made: ParentBlot['children'];

  static {
    // An accessor under Parchment's own field: whoever looks into the section finds its lines made.
    Object.defineProperty(Section.prototype, 'children', {
      get(this: Section) {
        this.fill();
        return this.made;
      },
      set(this: Section, children: ParentBlot['children']) {
        this.made = children;
      },
    });
  }

  get isWaiting(): boolean {
    return Boolean(this.waiting);
  }

  /** Takes lines without making them; `chunk` is what they are in the document. */
  wait(lines: readonly Line[], chunk: Chunk): void {
    this.waiting = lines;
    this.chunk = chunk;
    this.total = chunk.length;
    this.estimate();
    this.domNode.style.minHeight = this.domNode.style.containIntrinsicHeight.replace('auto ', '');
  }

  /** Makes the lines that wait. */
  fill(): void {
    const lines = this.waiting;
    if (!lines) return;
    this.waiting = null;
    (this.scroll as unknown as Filler).fillSection(this, lines);
    this.domNode.style.minHeight = '';
  }

  forget(): void {
    this.chunk = null;
    this.total = null;
  }

  override length(): number {
    this.total ??= super.length();
    return this.total;
  }

  /** The section's lines; the same object until one of them changes. */
  read(): Chunk {
    if (!this.chunk) {
      const lines: Delta[] = [];
      const visit = (blot: Blot) => {
        if (blot instanceof Block) lines.push(blot.delta());
        else if (blot instanceof Container) blot.children.forEach(visit);
      };
      this.children.forEach(visit);
      this.chunk = new Chunk(lines);
    }
    return this.chunk;
  }

  // While lines wait, what only passes the news on to them has nobody to tell.
  override attach(): void {
    if (!this.waiting) super.attach();
  }

  override detach(): void {
    this.waiting = null;
    super.detach();
  }

  override enforceAllowedChildren(): void {
    if (!this.waiting) super.enforceAllowedChildren();
  }

  /** Text that a browser puts beside the lines instead of into one becomes a line. */
  override insertBefore(child: Blot, ref?: Blot | null): void {
    if (child.statics.scope !== Scope.INLINE_BLOT) {
      super.insertBefore(child, ref);
      return;
    }
    const line = this.scroll.create(Block.blotName) as unknown as Block;
    line.appendChild(child);
    super.insertBefore(line, ref);
  }

  override clone(): Blot {
    const copy = super.clone() as unknown as Section;
    copy.domNode.classList.remove('is-live');
    return copy as unknown as Blot;
  }

  lineCount(): number {
    if (this.waiting) return this.waiting.length;
    return this.children.reduce((sum, child) => sum + linesIn(child), 0);
  }

  /** Sections are joined and cut by size, not because they are neighbours. */
  override checkMerge(): boolean {
    return false;
  }

  override optimize(context: object): void {
    if (this.waiting) return;
    super.optimize(context);
    if (!this.domNode.parentNode || this.children.length === 0) return;
    const count = this.lineCount();
    if (count > sectionLimits.most || this.length() > 2 * sectionLimits.units) this.cut(count);
    else if (count < sectionLimits.least) this.join();
  }

  private cut(count: number): void {
    let lines = 0;
    let units = 0;
    const half = Math.ceil(count / 2);
    for (let child = this.children.head; child?.next; child = child.next as Blot | null) {
      lines += linesIn(child);
      units += child.length();
      if (lines < half && units < sectionLimits.units) continue;
      const rest = this.splitAfter(child) as Section;
      this.estimate();
      rest.estimate();
      if (rest.lineCount() > sectionLimits.most) rest.cut(rest.lineCount());
      return;
    }
    const only = this.children.head;
    if (only instanceof ListSplit && this.children.length === 1) this.cutList(only, half);
  }

  /** A list longer than a section goes on in the next one. */
  private cutList(list: ListSplit, half: number): void {
    const item = list.children.at(half - 1);
    if (!item?.next) return;
    const rest = list.splitAfter(item);
    const section = this.clone() as Section;
    this.parent.insertBefore(section, this.next);
    section.appendChild(rest);
    this.estimate();
    section.estimate();
  }

  private join(): void {
    for (const other of [this.prev, this.next]) {
      if (!(other instanceof Section)) continue;
      if (other.lineCount() + this.lineCount() > sectionLimits.lines) continue;
      this.moveChildren(other, other === this.prev ? undefined : other.children.head);
      this.remove();
      return;
    }
  }

  /** How high the section will be, roughly, so that the scroll bar is right before it is laid out. */
  estimate(): void {
    let height = 0;
    this.read().lengths.forEach((length) => {
      height += Math.ceil(length / 88) * 28 + 12;
    });
    this.domNode.style.containIntrinsicHeight = `auto ${height}px`;
  }
}

/** Marks the one container that may go on in the next section (lists; a code block stays whole). */
export class ListSplit extends TellingContainer {}

/** Who makes lines: the scroll, which the engine has given the means to. */
interface Filler {
  fillSection(section: Section, lines: readonly Line[]): void;
}
