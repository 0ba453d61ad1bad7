// Others in the text: their changes while I write, compose or am elsewhere on the page; their carets.

import assert from 'node:assert/strict';
import { type EditorPage, editorTests } from '../helpers/editor-page.ts';
import { eventually } from '../helpers/eventually.ts';

const inEditor = editorTests();

type Op = { insert?: unknown; retain?: number; delete?: number; attributes?: object };
const open = ({ run }: EditorPage, ops: Op[], caret?: number) =>
  run(
    (harness, [content, at]) => harness.open(content as never, at as number | undefined),
    [ops, caret],
  );
const ops = ({ run }: EditorPage) => run((harness) => harness.ops()) as Promise<Op[]>;
const apply = ({ run }: EditorPage, change: Op[]) =>
  run((harness, op) => harness.apply(op as never), change) as Promise<Op[]>;
const changes = ({ run }: EditorPage) => run((harness) => harness.changes) as Promise<Op[][]>;
const selection = ({ run }: EditorPage) => run((harness) => harness.editor.selection());

inEditor(
  'what others do is shown, returned as it really was, and not told as mine',
  async (editor) => {
    await open(editor, [{ insert: 'one\ntwo\n' }], 5);
    const change = [{ retain: 3 }, { insert: '!', attributes: { bold: true } }];
    assert.deepEqual(await apply(editor, change), change);
    assert.deepEqual(await selection(editor), { index: 6, length: 0 });
    assert.deepEqual(await changes(editor), []);
  },
);

inEditor('a change that cannot be shown as it is comes back as what was shown', async (editor) => {
  for (const [content, change, shown] of [
    [
      [{ insert: 'ab\n' }],
      [{ retain: 1 }, { insert: 'x\r\ny' }],
      [{ retain: 1 }, { insert: 'x\ny' }],
    ],
    [[{ insert: 'ab\n' }], [{ retain: 1 }, { delete: 99 }], [{ retain: 1 }, { delete: 1 }]],
    [
      [{ insert: 'ab\n' }],
      [{ retain: 1 }, { insert: 'x', attributes: { shade: 'blue' } }],
      [{ retain: 1 }, { insert: 'x' }],
    ],
    [
      [{ insert: 'a' }, { insert: '\n', attributes: { header: 1 } }],
      [{ retain: 1 }, { retain: 1, attributes: { list: 'bullet' } }],
      [{ retain: 1 }, { retain: 1, attributes: { header: null, list: 'bullet' } }],
    ],
  ] as const) {
    await open(editor, content as never);
    assert.deepEqual(await apply(editor, change as never), shown);
    assert.deepEqual(await ops(editor), await editor.run((harness) => harness.fresh()));
  }
});

inEditor('a change that breaks leaves the editor usable', async (editor) => {
  await open(editor, [{ insert: 'ab\n' }], 1);
  const failed = await editor.run((harness) => {
    try {
      harness.apply([{ insert: 'x' }, { insert: { sketch: 1 } }]);
      return false;
    } catch {
      return true;
    }
  });
  assert.ok(failed);
  assert.deepEqual(await ops(editor), await editor.run((harness) => harness.fresh()));
  await editor.page.keyboard.type('y');
  assert.deepEqual(await ops(editor), await editor.run((harness) => harness.fresh()));
});

inEditor('others’ changes leave the focus and my remembered place alone', async (editor) => {
  await open(editor, [{ insert: 'hello\n' }], 5);
  await editor.run(() => {
    const field = document.createElement('input');
    field.id = 'title';
    document.body.append(field);
    field.focus();
  });
  await apply(editor, [{ insert: 'oh ' }]);
  assert.equal(await editor.run(() => document.activeElement?.id), 'title');
  assert.deepEqual(await selection(editor), { index: 8, length: 0 });
  await editor.run((harness) => harness.editor.focus());
  await editor.page.keyboard.type('!');
  assert.deepEqual(await ops(editor), [{ insert: 'oh hello!\n' }]);
});

inEditor('my selection is told when I move it, not when others push it', async (editor) => {
  await open(editor, [{ insert: 'hello\n' }], 2);
  await editor.run((harness) => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    harness.editor.onSelection((range) => told.push(range && [range.index, range.length]));
  });
  await apply(editor, [{ insert: 'abc' }]);
  await editor.page.keyboard.press('ArrowRight');
  await editor.page.keyboard.press('Shift+ArrowRight');
  await editor.page.keyboard.press('Shift+ArrowLeft');
  await editor.page.keyboard.press('Shift+ArrowLeft');
  const told = () => editor.run(() => (window as unknown as { told: unknown[] }).told);
  await eventually(
    'four moves were told',
    told,
    (list) => JSON.stringify(list) === '[[6,0],[6,1],[6,0],[5,1]]',
  );
  assert.equal((await selection(editor))?.backward, true);
});

const compose = ({ cdp }: EditorPage, text: string) =>
  cdp.send('Input.imeSetComposition', {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
  });

inEditor(
  'a composition is one change, and the page is not to be touched meanwhile',
  async (editor) => {
    await open(editor, [{ insert: 'ab\n' }], 1);
    await editor.run((harness) => {
      const ended: number[] = [];
      Object.assign(window, { ended });
      harness.editor.onCompositionEnd(() => ended.push(harness.editor.length()));
    });
    await compose(editor, 'n');
    await compose(editor, 'nihao');
    assert.equal(await editor.run((harness) => harness.editor.isComposing()), true);
    assert.deepEqual(await changes(editor), []);
    assert.equal(
      await editor.run((harness) => {
        try {
          harness.apply([{ insert: 'x' }]);
          return 'applied';
        } catch {
          return 'refused';
        }
      }),
      'refused',
    );
    await compose(editor, '你好');
    await editor.cdp.send('Input.insertText', { text: '你好' });
    await eventually(
      'the composition has ended',
      () => editor.run(() => (window as unknown as { ended: number[] }).ended),
      (ended) => ended.length === 1,
    );
    assert.deepEqual(await ops(editor), [{ insert: 'a你好b\n' }]);
    assert.deepEqual(await changes(editor), [[{ retain: 1 }, { insert: '你好' }]]);
    assert.equal(await editor.run((harness) => harness.editor.isComposing()), false);
    assert.deepEqual(await ops(editor), await editor.run((harness) => harness.fresh()));
    await editor.page.keyboard.press('Control+z');
    assert.deepEqual(await ops(editor), [{ insert: 'ab\n' }]);
  },
);

inEditor('a composition that is given up leaves nothing', async (editor) => {
  await open(editor, [{ insert: 'ab\n' }], 1);
  await compose(editor, 'ni');
  await compose(editor, '');
  await eventually(
    'nothing is being composed',
    () => editor.run((harness) => harness.editor.isComposing()),
    (composing) => !composing,
  );
  assert.deepEqual(await ops(editor), [{ insert: 'ab\n' }]);
});

inEditor('composing over a selection replaces it', async (editor) => {
  await open(editor, [{ insert: 'one two\n' }]);
  await editor.run((harness) => harness.editor.select({ index: 4, length: 3 }));
  await compose(editor, 'er');
  await editor.cdp.send('Input.insertText', { text: '二' });
  await eventually(
    'it is in',
    () => ops(editor),
    (now) => JSON.stringify(now).includes('one 二'),
  );
  assert.deepEqual(await ops(editor), [{ insert: 'one 二\n' }]);
});

inEditor('carets of others show names, move with the text, and go', async (editor) => {
  await open(editor, [{ insert: 'hello world\n' }]);
  const set = (carets: object[]) =>
    editor.run((harness, list) => harness.editor.setCarets(list as never), carets);
  const mara = { id: 'm', name: 'Mara', color: 2, range: { index: 6, length: 0 } };
  await set([mara, { id: 'j', name: 'Jo', color: 3, range: { index: 0, length: 5 } }]);
  const shown = () =>
    editor.run(() =>
      [...document.querySelectorAll<HTMLElement>('.ql-cursor:not(.hidden)')].map((cursor) => ({
        name: cursor.querySelector('.ql-cursor-name')?.textContent ?? '',
        left: Math.round(
          cursor.querySelector('.ql-cursor-caret')?.getBoundingClientRect().left ?? 0,
        ),
        flag: getComputedStyle(cursor.querySelector('.ql-cursor-flag')!).visibility,
        color: getComputedStyle(cursor.querySelector('.ql-cursor-caret')!).backgroundColor,
      })),
    );
  const first = await eventually('two carets', shown, (list) => list.length === 2);
  const before = first.find(({ name }) => name === 'Mara')!;
  assert.equal(before.flag, 'visible');
  assert.equal(before.color, 'rgb(200, 72, 85)');
  await apply(editor, [{ insert: 'well, ' }]);
  await eventually('it moved with the text', shown, (list) =>
    list.some(({ name, left }) => name === 'Mara' && left > before.left + 20),
  );
  await eventually(
    'the names are gone after a while',
    shown,
    (list) => list.length === 2 && list.every(({ flag }) => flag === 'hidden'),
    { withinMs: 6000 },
  );
  await set([{ ...mara, range: { index: 3, length: 0 } }]);
  await eventually(
    'one is gone, the other shows its name',
    shown,
    (list) => list.length === 1 && list[0]?.flag === 'visible',
  );
  await set([]);
  await eventually('none is left', shown, (list) => list.length === 0);
});

inEditor('refused changes leave a dot at their place', async (editor) => {
  await open(editor, [{ insert: 'hello world\n' }]);
  await editor.run((harness) => harness.editor.setRefusedMarks([6]));
  const dots = () => editor.page.locator('.dp-dots > span').count();
  await eventually('a dot', dots, (count) => count === 1);
  await editor.run((harness) => harness.editor.setRefusedMarks([]));
  await eventually('no dot', dots, (count) => count === 0);
});
