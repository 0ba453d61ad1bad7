// Lists: numbered, bulleted and checklists are lines of one kind inside an <ol> of their section. A list
// may go on in the next section; its counters are carried over here, because a section that is not laid
// out keeps them to itself.

import type { Blot } from 'parchment';
import type QuillScroll from 'quill/blots/scroll.js';
import QuillListItem from 'quill/formats/list.js';
import { tellSection } from './line-blots.ts';
import type { Chunk } from './lines.ts';
import { type DocumentScroll, ListSplit, Section } from './sections.ts';

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

  declare private counted: { chunk: Chunk; from: Counters; end: Counters } | undefined;
  declare private shown: Counters | undefined;

  /** The counters after the last item, when they stood at `from` before the first. */
  countFrom(from: Counters): Counters {
    // Asked after every key: the same as long as nothing in the section has changed.
    const chunk = (this.parent as unknown as Section).read();
    if (this.counted?.chunk === chunk && this.counted.from === from) return this.counted.end;
    const end = [...from];
    for (let item = this.children.head; item; item = item.next as typeof item) {
      const element = item.domNode as HTMLElement;
      const level = indentOf(element);
      if (element.dataset.list === 'ordered') end[level]! += 1;
      end.fill(0, level + 1);
    }
    this.counted = { chunk, from, end };
    return end;
  }

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

const indentOf = (element: HTMLElement): number =>
  Number(/\bql-indent-(\d)/.exec(element.className)?.[1] ?? 0);

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

/** Lists that count on from the section before, of each document. */
const continued = new WeakMap<DocumentScroll, ReadonlySet<ListContainer>>();

/** Makes lists that go on over the border of two sections count on. O(sections) when nothing changed. */
export function continueLists(scroll: DocumentScroll): void {
  const now = new Set<ListContainer>();
  let before: ListContainer | null = null;
  /** The counters that `before` begins with. */
  let from = START;
  scroll.children.forEach((section) => {
    if (!(section instanceof Section)) return;
    const { head, tail } = section.children;
    let start = START;
    if (before !== null && head instanceof ListContainer) {
      start = before.countFrom(from);
      head.goOnFrom(start);
      now.add(head);
    }
    before = tail instanceof ListContainer ? tail : null;
    from = tail === head ? start : START;
  });
  for (const list of continued.get(scroll) ?? []) if (!now.has(list)) list.goOnFrom(START);
  continued.set(scroll, now);
}
