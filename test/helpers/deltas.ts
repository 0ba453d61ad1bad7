// fast-check arbitraries for documents and ops that the validator accepts, surrogate pairs and embeds
// included. An op is drawn as a list of steps and laid over a document's length.

import fc from 'fast-check';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { LazyDelta } from '../../core/rich-text.ts';

const inlineFormats = fc.record(
  {
    bold: fc.constant(true),
    italic: fc.constant(true),
    color: fc.constantFrom('#b3261e', '#14599f'),
    link: fc.constantFrom('https://example.org/', 'mailto:ada@example.org'),
  },
  { requiredKeys: [] },
);

const lineFormats = fc.record(
  {
    header: fc.constantFrom(1, 2, 6),
    list: fc.constantFrom('ordered', 'bullet', 'checked', 'unchecked'),
    align: fc.constantFrom('center', 'right'),
  },
  { requiredKeys: [] },
);

const words = fc.constantFrom('a', 'avocet', ' ', 'é', '林静', '😀', '👩‍🌾', 'x😀y', '\t');

const run: fc.Arbitrary<DeltaOp> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ insert: words, attributes: inlineFormats }) },
  { weight: 2, arbitrary: fc.record({ insert: fc.constant('\n'), attributes: lineFormats }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<DeltaOp>(
      { insert: { image: 'https://example.org/a.png' }, attributes: { alt: 'a' } },
      { insert: { divider: true } },
    ),
  },
);

const push = (delta: Delta, part: DeltaOp) => {
  const attributes =
    part.attributes && Object.keys(part.attributes).length > 0
      ? { attributes: part.attributes }
      : {};
  const { attributes: _, ...verb } = part;
  delta.push({ ...verb, ...attributes } as Delta['ops'][number]);
};

export const documents: fc.Arbitrary<Delta> = fc.array(run, { maxLength: 12 }).map((runs) => {
  const delta = new Delta();
  for (const part of runs) push(delta, part);
  delta.insert('\n');
  return delta;
});

type Step =
  | { kind: 'retain' | 'delete'; length: number }
  | { kind: 'format'; length: number; attributes: Record<string, unknown> }
  | { kind: 'insert'; run: DeltaOp };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('retain' as const), length: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('delete' as const), length: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant('format' as const),
    length: fc.integer({ min: 1, max: 9 }),
    attributes: fc.oneof(inlineFormats, fc.constant({ bold: null }), fc.constant({ link: null })),
  }),
  fc.record({ kind: fc.constant('insert' as const), run }),
);

export const steps = fc.array(step, { maxLength: 8 });

/** Lays steps over a document so that the op is one that `checkOp` accepts. */
export function layOp(document: Delta, plan: readonly Step[]): Delta {
  const lazy = new LazyDelta(document.ops);
  const op = new Delta();
  const last = lazy.length() - 1;
  const whole = (index: number) => {
    const unit = index > 0 && index < lazy.length() ? lazy.unitAt(index) : 'embed';
    return typeof unit === 'number' && unit >= 0xdc00 && unit <= 0xdfff ? index + 1 : index;
  };
  let index = 0;
  for (const item of plan) {
    if (item.kind === 'insert') {
      push(op, item.run);
      continue;
    }
    // The final newline is left alone.
    const end = Math.min(whole(Math.min(index + item.length, last)), last);
    if (end <= index) continue;
    const length = end - index;
    if (item.kind === 'format') push(op, { retain: length, attributes: item.attributes });
    else if (item.kind === 'delete') op.delete(length);
    else op.retain(length);
    index = end;
  }
  return op.chop();
}

/** A document and two ops made on it at once. */
export const concurrent = fc.tuple(documents, steps, steps).map(([document, left, right]) => ({
  document,
  left: layOp(document, left),
  right: layOp(document, right),
}));
