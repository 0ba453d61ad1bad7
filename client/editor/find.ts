// Find and replace. Matches are kept per chunk, so that a megabyte is searched once and a key searches
// what it changed; only those on the screen are painted, by the browser's own highlights.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { carryAll } from './change.ts';
import { chunksOf, perChunk, textOf } from './chunk-cache.ts';
import type { EditorRange, FindState } from './editor-api.ts';
import { matchesIn, patternOf } from './find-pattern.ts';
import { createHighlights } from './highlights.ts';
import type { Chunk } from './lines.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';
import type { SelectionFace } from './selection.ts';

/** After a change for this long the matches are counted anew. */
const WAIT_MS = 100;

export interface Find {
  readonly find: ReadonlySignal<FindState | null>;
  openFind(query: string): void;
  setFind(query: string, matchCase: boolean): void;
  findNext(by: 1 | -1): void;
  replace(replacement: string): void;
  replaceAll(replacement: string): number;
  closeFind(): void;
  close(): void;
}

export function createFind(quill: DeltapadQuill, port: Port, selection: SelectionFace): Find {
  const find = signal<FindState | null>(null);
  const highlights = createHighlights(quill);
  let matches: EditorRange[] = [];
  let read: ((chunk: Chunk) => readonly EditorRange[]) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function collect(): EditorRange[] {
    if (!read) return [];
    const all: EditorRange[] = [];
    for (const { chunk, start } of chunksOf(quill.editor.documentLines)) {
      for (const { index, length } of read(chunk)) all.push({ index: start + index, length });
    }
    return all;
  }

  function show(current: number): void {
    const state = find.peek();
    if (!state) return;
    find.value = { ...state, count: matches.length, current };
    highlights.show(matches, current);
  }

  /** The first match at or behind an index, round the end. */
  const matchFrom = (index: number): number => {
    const at = matches.findIndex((match) => match.index >= index);
    return matches.length === 0 ? -1 : Math.max(0, at);
  };

  /** The text has changed: the same match stays the current one, wherever it is now. */
  function refresh(at: number): void {
    matches = collect();
    show(matchFrom(at));
  }

  function currentMatch(): EditorRange | null {
    const state = find.peek();
    return (state && matches[state.current]) ?? null;
  }

  function goTo(current: number): void {
    show(current);
    const match = matches[current];
    if (!match) return;
    selection.remember(match);
    selection.scrollTo(match.index);
  }

  let place = 0;
  port.onAnyChange((change) => {
    if (!find.peek()) return;
    place = change.transformPosition(currentMatch()?.index ?? place, true);
    const starts = carryAll(
      matches.map(({ index }) => index),
      change,
    );
    matches = matches.map(({ length }, i) => ({ index: starts[i]!, length }));
    highlights.show([], -1);
    clearTimeout(timer);
    timer = setTimeout(() => refresh(place), WAIT_MS);
  });

  function setFind(query: string, matchCase: boolean): void {
    clearTimeout(timer);
    const pattern = query === '' ? null : patternOf(query, matchCase);
    read =
      pattern &&
      perChunk(({ lines, lengths }) => {
        const found: EditorRange[] = [];
        let start = 0;
        lines.forEach((line, i) => {
          for (const { index, length } of matchesIn(textOf(line.ops as DeltaOp[]), pattern)) {
            found.push({ index: start + index, length });
          }
          start += lengths[i]!;
        });
        return found;
      });
    find.value = { query, matchCase, count: 0, current: -1 };
    matches = collect();
    const from = selection.selection()?.index ?? 0;
    goTo(matchFrom(from));
  }

  /** One change for all, from a document that is known to be the one searched. */
  function replaceRanges(ranges: readonly EditorRange[], replacement: string): void {
    const delta = new Delta();
    let at = 0;
    for (const { index, length } of ranges) {
      const first = quill.editor.delta.slice(index, index + 1).ops[0] as DeltaOp | undefined;
      delta
        .retain(index - at)
        .insert(replacement, first?.attributes ?? {})
        .delete(length);
      at = index + length;
    }
    quill.history.asStep(() => {
      quill.updateContents(delta, 'user');
    });
  }

  return {
    find,
    openFind: (query) => setFind(query, find.peek()?.matchCase ?? false),
    setFind,
    findNext(by) {
      const state = find.peek();
      if (!state || matches.length === 0) return;
      goTo((state.current + by + matches.length) % matches.length);
    },
    replace(replacement) {
      clearTimeout(timer);
      matches = collect();
      const match = currentMatch();
      if (!match || !quill.isEnabled()) return;
      replaceRanges([match], replacement);
      clearTimeout(timer);
      matches = collect();
      goTo(matchFrom(match.index + replacement.length));
    },
    replaceAll(replacement) {
      matches = collect();
      const count = matches.length;
      if (count === 0 || !quill.isEnabled()) return 0;
      replaceRanges(matches, replacement);
      clearTimeout(timer);
      refresh(0);
      return count;
    },
    closeFind() {
      clearTimeout(timer);
      find.value = null;
      matches = [];
      read = null;
      highlights.show([], -1);
    },
    close() {
      clearTimeout(timer);
      highlights.close();
    },
  };
}
