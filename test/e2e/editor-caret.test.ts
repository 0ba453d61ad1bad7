// Where the caret can stand, and what its jumps mean: beside an image, and for the steps of undo.

import assert from 'node:assert/strict';
import { editorTests } from '../helpers/editor-page.ts';

const inEditor = editorTests();

inEditor('the caret stands before and behind an image alone on its line', async (editor) => {
  const { page, run } = editor;
  const picture = {
    insert: { image: 'https://example.org/a.png' },
    attributes: { caption: 'Seen from above', width: 200, height: 120 },
  };
  await run(
    (harness, ops) => harness.open(ops as never, 2),
    [{ insert: 'ab\n' }, picture, { insert: '\ncd\n' }],
  );
  const caret = () => run((harness) => harness.editor.selection());
  const left = () => run((harness) => harness.editor.place(harness.editor.selection()!)!.left);
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await caret(), { index: 3, length: 0 });
  const before = await left();
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await caret(), { index: 3, length: 1 }, 'then the image is selected');
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await caret(), { index: 4, length: 0 });
  assert.ok((await left()) - before >= 199, 'the caret is drawn on its other side');
  await page.keyboard.type('y');
  await run((harness) => harness.editor.select({ index: 3, length: 0 }));
  await page.keyboard.type('x');
  const { ops, truth } = await run((harness) => ({ ops: harness.ops(), truth: harness.fresh() }));
  assert.deepEqual(ops, truth);
  const at = ops.findIndex(({ insert }) => typeof insert === 'object');
  assert.deepEqual(ops[at], picture);
  const around = [ops[at - 1]?.insert, ops[at + 1]?.insert];
  assert.deepEqual(around, ['ab\nx', 'y\ncd\n']);
});

inEditor(
  'what is typed at two places is undone place by place, however quickly',
  async (editor) => {
    const { page, run } = editor;
    const text = () => run((harness) => harness.editor.plainText());
    await run((harness) => harness.open([{ insert: 'first\nsecond\n' }], 5));
    await page.keyboard.type('abc');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('d');
    // Others' letters move where the typing stopped; it goes on there.
    await run((harness) => harness.apply([{ insert: 'zz' }]));
    await page.keyboard.type('e');
    await run((harness) => harness.editor.select({ index: 9, length: 0 }));
    await page.keyboard.type('X');
    assert.equal(await text(), 'zzfirstabXde\nsecond\n');
    await run((harness) => harness.editor.undo());
    assert.equal(await text(), 'zzfirstabde\nsecond\n', 'the jump began a step of its own');
    await run((harness) => harness.editor.undo());
    assert.equal(await text(), 'zzfirst\nsecond\n', 'what was typed on is one step');
  },
);

inEditor('a browser that takes the last line away takes the newline before it', async ({ run }) => {
  await run((harness) => {
    harness.open([{ insert: 'a\n\n' }], 2);
    // As phones do it: straight in the page, so that only before and after can be compared.
    harness.editor.body.querySelector('p:last-of-type')!.remove();
    harness.quill.update('user');
  });
  const changes = await run((harness) => harness.changes);
  assert.deepEqual(changes, [[{ retain: 1 }, { delete: 1 }]]);
  assert.deepEqual(await run((harness) => harness.ops()), [{ insert: 'a\n' }]);
});

inEditor('what is written beside a divider goes to a line of its own', async (editor) => {
  const { page, run } = editor;
  const rule = { insert: { divider: true } };
  const open = (index: number) =>
    run(
      (harness, [ops, at]) => harness.open(ops as never, at as number),
      [[rule, { insert: '\nafter\n' }], index],
    );
  const ops = () => run((harness) => harness.ops());
  const caret = () => run((harness) => harness.editor.selection()?.index);
  await open(0);
  await page.keyboard.type('before');
  assert.deepEqual(await ops(), [{ insert: 'before\n' }, rule, { insert: '\nafter\n' }]);
  assert.equal(await caret(), 6);
  await open(1);
  await page.keyboard.type('behind');
  assert.deepEqual(await ops(), [rule, { insert: '\nbehind\nafter\n' }]);
  assert.equal(await caret(), 8);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  assert.deepEqual(await ops(), [rule, { insert: '\nafter\n' }]);
});
