// The law that convergence rests on, and agreement with the published type, in 100,000 cases each run.

import { createRequire } from 'node:module';
import test from 'node:test';
import { checkOp } from '../../../core/check-op.ts';
import { createRichTextType } from '../../../core/rich-text.ts';
import { holds, lawRuns, same } from '../../helpers/law-cases.ts';

const type = createRichTextType(checkOp);
const stock = createRequire(import.meta.url)('rich-text').type;

test(`TP1: both orders of two concurrent ops end at the same document, ${lawRuns} times`, (t) => {
  const seed = holds(({ document, left, right }) => {
    const viaLeft = type.apply(type.apply(document, left), type.transform(right, left, 'left'));
    const viaRight = type.apply(type.apply(document, right), type.transform(left, right, 'right'));
    same(viaLeft, viaRight);
  });
  t.diagnostic(`LAW_SEED=${seed}`);
});

test(`transform agrees with the published type on both sides, ${lawRuns} times`, (t) => {
  const seed = holds(({ left, right }) => {
    same(type.transform(left, right, 'left'), stock.transform(left, right, 'left'));
    same(type.transform(left, right, 'right'), stock.transform(left, right, 'right'));
  });
  t.diagnostic(`LAW_SEED=${seed}`);
});
