// Puts long content into the text piece by piece, so that the page stays alive and the progress shows.
// All pieces are one step of undo; whoever writes meanwhile, here or elsewhere, only moves the place.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';
import type { EditorRange } from './editor-api.ts';
import { cutInPieces } from './pieces.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';

export interface Insertion {
  readonly progress: ReadonlySignal<number | null>;
  /**
   * Replaces the range by the content. Resolves with where its start and its end are when all of it
   * is in. Several at once wait for each other.
   */
  insert(range: EditorRange, content: readonly DeltaOp[]): Promise<InsertedAt>;
}

export interface InsertedAt {
  readonly start: number;
  readonly end: number;
}

export function createInsertion(quill: DeltapadQuill, port: Port): Insertion {
  const progress = signal<number | null>(null);
  let queue: Promise<unknown> = Promise.resolve();
  let place: { start: number; end: number } | null = null;
  let isOwn = false;
  port.onAnyChange((change) => {
    if (!place || isOwn) return;
    place.start = change.transformPosition(place.start, true);
    place.end = change.transformPosition(place.end, true);
  });

  async function insertPieces(pieces: readonly DeltaOp[][]): Promise<InsertedAt> {
    quill.history.openStep();
    try {
      for (const [i, piece] of pieces.entries()) {
        if (i > 0) await nextFrame();
        // The IME owns the page until its word is done.
        while (port.isComposing()) await nextFrame();
        put(piece);
        progress.value = (i + 1) / pieces.length;
      }
      return { ...place! };
    } finally {
      quill.history.closeStep();
      progress.value = null;
      place = null;
    }
  }

  function put(piece: readonly DeltaOp[]): void {
    const at = place!;
    isOwn = true;
    const delta = new Delta().retain(at.end);
    for (const op of piece) delta.ops.push(op as Delta['ops'][number]);
    quill.updateContents(delta, 'user');
    at.end += piece.reduce((sum, op) => sum + opLength(op), 0);
    isOwn = false;
  }

  /** A piece that is put in the turn of its event, so that a short paste is there at once. */
  function insertNow(range: EditorRange, content: readonly DeltaOp[]): InsertedAt {
    const delta = new Delta().retain(range.index).delete(range.length);
    const inserted = new Delta(content as Delta['ops']);
    quill.history.asStep(() => {
      quill.updateContents(delta.concat(inserted), 'user');
    });
    return { start: range.index, end: range.index + inserted.length() };
  }

  return {
    progress,
    insert(range, content) {
      const pieces = cutInPieces(content);
      if (pieces.length <= 1 && place === null) {
        return Promise.resolve(insertNow(range, content));
      }
      const run = async () => {
        place = { start: range.index, end: range.index };
        progress.value = 0;
        if (range.length > 0) {
          quill.history.asStep(() => {
            quill.updateContents(new Delta().retain(range.index).delete(range.length), 'user');
          });
        }
        return insertPieces(pieces);
      };
      if (place === null) return run();
      const done = queue.then(run, run);
      queue = done;
      return done;
    },
  };
}

/** A frame, or a moment where frames do not come (a hidden tab). */
const nextFrame = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      setTimeout(resolve);
    });
  });
