// The document's headings, and which of them the view is in.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { DeltaOp } from '../../core/delta.ts';
import { chunksOf, perChunk, textOf } from './chunk-cache.ts';
import type { OutlineItem } from './editor-api.ts';
import type { Lines } from './lines.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import { Section } from './sections.ts';

/** After the last change for this long, the outline is made: not while somebody types. */
const WAIT_MS = 150;
/** A heading this far below the top of the window is the one that is read (header and toolbar). */
const READING_LINE = 140;

interface Heading {
  readonly level: OutlineItem['level'];
  readonly text: string;
  readonly offset: number;
}

const headingsIn = perChunk(({ lines, lengths }): readonly Heading[] => {
  const found: Heading[] = [];
  let offset = 0;
  lines.forEach((line, i) => {
    const ops = line.ops as DeltaOp[];
    const level = ops.at(-1)?.attributes?.header as Heading['level'] | undefined;
    const text = level ? textOf(ops).replaceAll('\uFFFC', '').trim() : '';
    if (level && text !== '') found.push({ level, text, offset });
    offset += lengths[i]!;
  });
  return found;
});

export function outlineOf(lines: Lines): OutlineItem[] {
  const items: OutlineItem[] = [];
  for (const { chunk, start } of chunksOf(lines)) {
    for (const { level, text, offset } of headingsIn(chunk)) {
      items.push({ level, text, index: start + offset });
    }
  }
  return items;
}

export interface Outline {
  readonly outline: ReadonlySignal<readonly OutlineItem[]>;
  readonly currentHeading: ReadonlySignal<number>;
  close(): void;
}

export function createOutline(quill: DeltapadQuill, port: Port): Outline {
  const outline = signal<readonly OutlineItem[]>([]);
  const currentHeading = signal(-1);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;

  const read = () => {
    timer = undefined;
    const next = outlineOf(quill.editor.documentLines);
    const before = outline.peek();
    const isSame =
      next.length === before.length &&
      next.every((item, i) => {
        const old = before[i]!;
        return item.level === old.level && item.text === old.text && item.index === old.index;
      });
    if (!isSame) outline.value = next;
    follow();
  };
  const schedule = () => {
    timer ??= setTimeout(read, WAIT_MS);
  };

  /** The last heading whose line is above the reading line; they stand in order, so half and half. */
  const follow = () => {
    frame = 0;
    const items = outline.peek();
    let low = -1;
    let high = items.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (topOf(quill, items[middle]!.index) <= READING_LINE) low = middle;
      else high = middle - 1;
    }
    currentHeading.value = low;
  };
  const onScroll = () => {
    frame ||= requestAnimationFrame(follow);
  };

  port.onAnyChange(schedule);
  port.onReset(read);
  document.addEventListener('scroll', onScroll, { passive: true, capture: true });
  window.addEventListener('resize', onScroll, { passive: true });
  return {
    outline,
    currentHeading,
    close() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      document.removeEventListener('scroll', onScroll, { capture: true });
      window.removeEventListener('resize', onScroll);
    },
  };
}

/** Where a line is on the screen; of a section that is far away only the section is asked. */
function topOf(quill: DeltapadQuill, index: number): number {
  const [section] = quill.scroll.children.find(index);
  if (section instanceof Section) {
    const box = section.domNode.getBoundingClientRect();
    if (box.bottom < 0) return box.bottom;
    if (box.top > window.innerHeight) return box.top;
  }
  const [line] = quill.getLine(index);
  return (line?.domNode as HTMLElement | undefined)?.getBoundingClientRect().top ?? 0;
}
