// Lists: numbered, bulleted and checklists are lines of one kind inside an <ol> of their section. A list
// may go on in the next section; its counters are carried over here, because a section that is not laid
// out keeps them to itself.

import type { Blot } from 'parchment';
import type QuillScroll from 'quill/blots/scroll.js';
import QuillListItem from 'quill/formats/list.js';
import type { DeltaOp } from '../../core/delta.ts';
import { perChunk } from './chunk-cache.ts';
import { tellSection } from './line-blots.ts';
import type { Chunk } from './lines.ts';
import type { DocumentScroll } from './scroll.ts';
import { ListSplit, Section } from './sections.ts';

const LEVELS = 9;
type Counters = readonly number[];
const START: Counters = Array.from({ length: LEVELS }, () => 0);

export class ListContainer extends ListSplit {
  static override blotName = 'list-container';
  static override tagName = 'OL';
  static override allowedChildren: (typeof ListItem)[] = [];
  static override requiredContainer = Section;

  override checkMerge(): boolean {
    return this.next instanceof ListContainer;
  }

  /** A list cut in two does not take the other's counters along. */
  override clone(): Blot {
    const copy = super.clone();
    (copy.domNode as HTMLElement).removeAttribute('style');
    return copy;
  }

  declare private shown: Counters | undefined;

  /** Shows the counters that a list of the section before ended with. */
  goOnFrom(from: Counters): void {
    if (from === (this.shown ?? START)) return;
    this.shown = from;
    const { style } = this.domNode;
    style.counterReset =
      from === START ? '' : from.map((count, level) => `l${level} ${count}`).join(' ');
    if (this.domNode.getAttribute('style') === '') this.domNode.removeAttribute('style');
  }
}

const isTask = (element: HTMLElement): boolean =>
  element.dataset.list === 'checked' || element.dataset.list === 'unchecked';

export class ListItem extends QuillListItem {
  static override requiredContainer = ListContainer;
  static {
    tellSection(ListItem.prototype);
    ListContainer.allowedChildren = [ListItem];
    Section.allowedChildren.push(ListContainer);
  }

  constructor(scroll: QuillScroll, domNode: HTMLElement) {
    super(scroll, domNode);
    // Quill ticks on mousedown and on touchstart, so that one tap may tick twice: ours ticks on click.
    const box = domNode.ownerDocument.createElement('span');
    box.addEventListener('mousedown', (event) => event.preventDefault());
    box.addEventListener('click', () => this.tick());
    this.attachUI(box);
    this.describe();
  }

  tick(): void {
    const element = this.domNode as HTMLElement;
    if (!(this.scroll as unknown as QuillScroll).isEnabled() || !isTask(element)) return;
    this.format('list', element.dataset.list === 'checked' ? 'unchecked' : 'checked');
  }

  override format(name: string, value: string): void {
    super.format(name, value);
    this.describe();
  }

  override optimize(context: object): void {
    super.optimize(context);
    this.describe();
  }

  /** The tick box is a checkbox named by the words of its line. For who fills the line unseen, too. */
  describe(): void {
    const box = this.uiNode;
    if (!box) return;
    const element = this.domNode as HTMLElement;
    if (!isTask(element)) {
      for (const name of ['role', 'aria-checked', 'aria-label']) {
        if (box.hasAttribute(name)) box.removeAttribute(name);
      }
      return;
    }
    const wanted = {
      role: 'checkbox',
      'aria-checked': String(element.dataset.list === 'checked'),
      'aria-label': (element.textContent ?? '').trim().slice(0, 200),
    };
    for (const [name, value] of Object.entries(wanted)) {
      // Only when it differs: setting an attribute is a mutation, and a mutation asks us again.
      if (box.getAttribute(name) !== value) box.setAttribute(name, value);
    }
  }
}

/** A line as numbering sees it, or null outside lists. */
interface Item {
  readonly level: number;
  readonly isNumbered: boolean;
}

/** The items of a chunk, line by line. Read from the document, so that no line has to be made for it. */
const itemsOf = perChunk(({ lines }): readonly (Item | null)[] =>
  lines.map((line) => {
    const attributes = (line.ops as DeltaOp[]).at(-1)?.attributes;
    if (attributes?.list === undefined) return null;
    return { level: Number(attributes.indent ?? 0), isNumbered: attributes.list === 'ordered' };
  }),
);

const ends = new WeakMap<Chunk, { from: Counters; end: Counters }>();

/** The counters after the list that ends a chunk, when they stood at `from` before the chunk. */
function countTo(chunk: Chunk, from: Counters): Counters {
  // Asked after every key: the same as long as nothing in the section has changed.
  const known = ends.get(chunk);
  if (known?.from === from) return known.end;
  const items = itemsOf(chunk);
  const first = items.lastIndexOf(null) + 1;
  const end = [...(first === 0 ? from : START)];
  for (const item of items.slice(first) as readonly Item[]) {
    if (item.isNumbered) end[item.level]! += 1;
    end.fill(0, item.level + 1);
  }
  ends.set(chunk, { from, end });
  return end;
}

/** Lists that count on from the section before, of each document. */
const continued = new WeakMap<DocumentScroll, ReadonlySet<ListContainer>>();
/** Where the first list of a section begins, for when its lines are made. */
const starts = new WeakMap<Section, Counters>();

/** Makes lists that go on over the border of two sections count on. O(sections) when nothing changed. */
export function continueLists(scroll: DocumentScroll): void {
  const now = new Set<ListContainer>();
  let before = START;
  let isList = false;
  scroll.children.forEach((section) => {
    if (!(section instanceof Section)) return;
    const chunk = section.read();
    const items = itemsOf(chunk);
    const start = isList && items[0] ? before : START;
    starts.set(section, start);
    if (start !== START && !section.isWaiting) {
      const { head } = section.children;
      if (head instanceof ListContainer) now.add(head);
      startList(section);
    }
    isList = Boolean(items.at(-1));
    before = isList ? countTo(chunk, start) : START;
  });
  for (const list of continued.get(scroll) ?? []) if (!now.has(list)) list.goOnFrom(START);
  continued.set(scroll, now);
}

/** Shows in the first list of a section where it begins. */
export function startList(section: Section): void {
  const { head } = section.children;
  const start = starts.get(section);
  if (start && head instanceof ListContainer) head.goOnFrom(start);
}
