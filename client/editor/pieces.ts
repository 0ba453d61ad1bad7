// Long content in pieces that can be put into the text one frame after the other.

import type { DeltaOp } from '../../core/delta.ts';

/** What one piece holds at most: a few milliseconds of work, so that each leaves room for a frame. */
const PIECE_LINES = 200;
const PIECE_UNITS = 40_000;

/** Cut where lines end; a longer line is a piece of its own. */
export function cutInPieces(content: readonly DeltaOp[]): DeltaOp[][] {
  const pieces: DeltaOp[][] = [];
  let piece: DeltaOp[] = [];
  let lines = 0;
  let units = 0;
  const close = () => {
    if (piece.length > 0) pieces.push(piece);
    piece = [];
    lines = 0;
    units = 0;
  };
  for (const op of content) {
    if (typeof op.insert !== 'string') {
      piece.push(op);
      units += 1;
      continue;
    }
    for (let start = 0; start < op.insert.length; ) {
      let end = start;
      while (end < op.insert.length && lines < PIECE_LINES && units < PIECE_UNITS) {
        const newline = op.insert.indexOf('\n', end);
        const next = newline < 0 ? op.insert.length : newline + 1;
        units += next - end;
        if (newline >= 0) lines++;
        end = next;
      }
      if (end > start) piece.push({ ...op, insert: op.insert.slice(start, end) });
      start = end;
      if (lines >= PIECE_LINES || units >= PIECE_UNITS) close();
    }
  }
  close();
  return pieces;
}
