import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keepLastNewline } from '../../../../client/editor/last-newline.ts';
import { checkOp } from '../../../../core/check-op.ts';
import { Delta } from '../../../../core/delta.ts';
import { createRichTextType, LazyDelta } from '../../../../core/rich-text.ts';

const type = createRichTextType();
const line = fc.record({
  text: fc.constantFrom('', 'a', 'bc'),
  header: fc.constantFrom(undefined, 1, 2),
});
const documents = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => {
  const delta = new Delta();
  for (const { text, header } of lines) delta.insert(text).insert('\n', header ? { header } : {});
  return delta;
});

/** A deletion that leaves a document; by chance with text put in first, as a moved line is. */
const deletion = (before: Delta, from: number, length: number, moved: boolean): Delta | null => {
  const start = from % before.length();
  const op = new Delta().retain(start);
  if (moved) op.insert('m\n', { header: 2 });
  op.delete(Math.min(1 + length, before.length() - start));
  try {
    return checkOp(new LazyDelta(before.ops), op);
  } catch {
    return null;
  }
};

test('the same document comes out, and two deletions at once never take its last newline', () => {
  fc.assert(
    fc.property(
      documents,
      fc.array(fc.tuple(fc.nat(20), fc.nat(12), fc.boolean()), { minLength: 2, maxLength: 2 }),
      (before, drawn) => {
        const document = new LazyDelta(before.ops);
        const made = drawn.map(([from, length, moved]) => deletion(before, from, length, moved));
        const [one, two] = made.map((op) => {
          if (!op) return new Delta();
          const kept = keepLastNewline(op, before);
          assert.deepEqual(before.compose(kept).ops, before.compose(op).ops);
          return checkOp(document, kept);
        });
        checkOp(document.append(one!), type.transform(two, one, 'right'));
        checkOp(document.append(two!), type.transform(one, two, 'left'));
      },
    ),
    { numRuns: 3000 },
  );
});
