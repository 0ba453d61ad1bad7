// Things told of a document line by line (outline, counts, matches), remembered per chunk: after a
// change only the chunks it touched are looked through again.

import type { DeltaOp } from '../../core/delta.ts';
import type { Chunk, Lines } from './lines.ts';

/** `read` is asked once for each chunk as long as that chunk lives. */
export function perChunk<T>(read: (chunk: Chunk) => T): (chunk: Chunk) => T {
  const known = new WeakMap<Chunk, { value: T }>();
  return (chunk) => {
    let entry = known.get(chunk);
    if (!entry) {
      entry = { value: read(chunk) };
      known.set(chunk, entry);
    }
    return entry.value;
  };
}

/** Every chunk with the index it begins at. */
export function* chunksOf(lines: Lines): Generator<{ chunk: Chunk; start: number }> {
  let start = 0;
  for (const chunk of lines.chunks) {
    yield { chunk, start };
    start += chunk.length;
  }
}

/** A line's text without its newline; an embed is U+FFFC, so offsets are those of the document. */
export function textOf(ops: readonly DeltaOp[]): string {
  let text = '';
  for (const { insert } of ops) text += typeof insert === 'string' ? insert : '\uFFFC';
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
