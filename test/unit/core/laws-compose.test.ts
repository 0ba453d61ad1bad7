// What folding, undo and fetching old versions rest on, in 100,000 cases each run.

import test from 'node:test';
import { checkOp } from '../../../core/check-op.ts';
import { createRichTextType } from '../../../core/rich-text.ts';
import { holds, lawRuns, same } from '../../helpers/law-cases.ts';

const type = createRichTextType(checkOp);

test(`composing two ops equals applying them one after the other, ${lawRuns} times`, (t) => {
  const seed = holds(({ document, left, next }) => {
    const then = next();
    const oneByOne = type.apply(type.apply(document, left), then);
    same(oneByOne, type.apply(document, type.compose(left, then)));
  });
  t.diagnostic(`LAW_SEED=${seed}`);
});

test(`the inverse of an op takes it back, and is an op that is accepted, ${lawRuns} times`, (t) => {
  const seed = holds(({ document, left }) => {
    const after = type.apply(document, left);
    same(type.apply(after, left.invert(document)), document);
  });
  t.diagnostic(`LAW_SEED=${seed}`);
});
