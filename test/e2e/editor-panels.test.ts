// What the editor tells its panels: state, link, image, outline, found words, counts.

import assert from 'node:assert/strict';
import { type EditorPage, editorTests } from '../helpers/editor-page.ts';
import { eventually } from '../helpers/eventually.ts';

const inEditor = editorTests();

type Op = { insert?: unknown; attributes?: Record<string, unknown> };
const open = ({ run }: EditorPage, ops: Op[], caret = 0) =>
  run((harness, [content, at]) => harness.open(content as never, at as number), [ops, caret]);
const ops = ({ run }: EditorPage) => run((harness) => harness.ops()) as Promise<Op[]>;
const select = ({ run }: EditorPage, index: number, length = 0) =>
  run((harness, range) => harness.editor.select(range as never), { index, length });

inEditor('the state follows the caret, undo and the focus', async (editor) => {
  await open(editor, [
    { insert: 'bold', attributes: { bold: true } },
    { insert: ' plain' },
    { insert: '\n', attributes: { header: 2 } },
  ]);
  const state = () => editor.run((harness) => harness.editor.state.value);
  await select(editor, 2);
  await eventually(
    'bold in a heading',
    state,
    ({ formats }) => JSON.stringify(formats) === '{"header":2,"bold":true}',
  );
  await select(editor, 8);
  await eventually('a heading', state, ({ formats }) => JSON.stringify(formats) === '{"header":2}');
  assert.equal((await state()).canUndo, false);
  await editor.page.keyboard.type('x');
  await eventually('undo', state, ({ canUndo, canRedo }) => canUndo && !canRedo);
  await editor.page.keyboard.press('Control+z');
  await eventually('redo', state, ({ canUndo, canRedo }) => !canUndo && canRedo);
  assert.equal((await state()).focused, true);
  await editor.run(() => (document.activeElement as HTMLElement).blur());
  await eventually('not focused', state, ({ focused }) => !focused);
  await editor.run((harness) => harness.editor.setEditable(false));
  await eventually('not editable', state, ({ editable }) => !editable);
  assert.equal(await editor.page.getByRole('textbox').getAttribute('aria-readonly'), 'true');
});

inEditor(
  'the body is a textbox by name, with a placeholder until something is there',
  async (editor) => {
    await open(editor, [{ insert: '\n' }]);
    const body = editor.page.getByRole('textbox', { name: 'Document body' });
    assert.equal(await body.count(), 1);
    const placeholder = () =>
      body.evaluate((element) => getComputedStyle(element, '::before').content);
    assert.match(await placeholder(), /Start writing/);
    await editor.page.keyboard.type('x');
    assert.equal(await placeholder(), 'none');
    await editor.page.keyboard.press('Backspace');
    assert.match(await placeholder(), /Start writing/);
  },
);

inEditor(
  'a link at the caret is told with its whole range, set, changed and removed',
  async (editor) => {
    const link = { link: 'https://example.org/' };
    await open(editor, [
      { insert: 'see ' },
      { insert: 'the ', attributes: link },
      { insert: 'orchard', attributes: { ...link, bold: true } },
      { insert: ' now\n' },
    ]);
    const at = () => editor.run((harness) => harness.editor.linkAtCaret.value);
    await select(editor, 6);
    await eventually(
      'the link',
      at,
      (found) =>
        JSON.stringify(found) ===
        '{"address":"https://example.org/","range":{"index":4,"length":11}}',
    );
    await editor.run((harness) => harness.editor.setLink({ index: 6, length: 0 }, 'example.com'));
    assert.deepEqual((await ops(editor))[1], {
      insert: 'the ',
      attributes: { link: 'https://example.com' },
    });
    await editor.run((harness) => harness.editor.setLink({ index: 4, length: 11 }, null));
    assert.deepEqual(await ops(editor), [
      { insert: 'see the ' },
      { insert: 'orchard', attributes: { bold: true } },
      { insert: ' now\n' },
    ]);
    await eventually('no link', at, (found) => found === null);
    await editor.run((harness) =>
      harness.editor.setLink({ index: 0, length: 3 }, 'javascript:alert(1)'),
    );
    assert.doesNotMatch(JSON.stringify(await ops(editor)), /javascript/);
  },
);

inEditor(
  'an image is selected by pointer and keys, described, captioned and deleted',
  async (editor) => {
    await open(editor, [
      { insert: 'a\n' },
      { insert: { image: 'http://localhost:1/a.png' }, attributes: { width: 200, height: 80 } },
      { insert: '\nb\n' },
    ]);
    const selected = () => editor.run((harness) => harness.editor.selectedImage.value);
    await editor.page.locator('.dp-image').click();
    await eventually('it is selected', selected, (image) => image?.index === 2);
    assert.equal(await editor.page.locator('.dp-image.is-selected').count(), 1);
    await editor.run((harness) => {
      harness.editor.describeImage(2, { alt: 'A tree' });
      harness.editor.describeImage(2, { caption: 'In May' });
    });
    assert.equal(await editor.page.getByRole('img', { name: 'A tree' }).count(), 1);
    await eventually(
      'it is told',
      selected,
      (image) => image?.alt === 'A tree' && image.caption === 'In May',
    );
    await editor.page.keyboard.press('ArrowLeft');
    await eventually('the caret is before it', selected, (image) => image === null);
    await editor.page.keyboard.press('ArrowRight');
    await eventually('the caret stops on it', selected, (image) => image?.index === 2);
    const place = await editor.run((harness) => harness.editor.place({ index: 2, length: 1 }));
    assert.ok(place && place.width >= 200, `its place is told: ${JSON.stringify(place)}`);
    await editor.page.keyboard.press('Backspace');
    assert.deepEqual(await ops(editor), [{ insert: 'a\n\nb\n' }]);
  },
);

inEditor('images are checked, uploaded and put on a line of their own', async (editor) => {
  await open(editor, [{ insert: 'words\n' }], 5);
  await editor.run((harness) => {
    harness.editor.insertImages([
      new File(['x'], 'notes.pdf', { type: 'application/pdf' }),
      new File([new Uint8Array(10 * 1024 * 1024 + 1)], 'huge.png', { type: 'image/png' }),
      new File(['x'], 'fails.png', { type: 'image/png' }),
      new File(['x'], 'fine.png', { type: 'image/png' }),
    ]);
    harness.uploads[0]!.fail();
    harness.uploads[1]!.finish('/uploads/abcdefghijklmnop0123.png');
  });
  const problems = () => editor.run((harness) => harness.notes.problems);
  await eventually('three problems', problems, (list) => list.length === 3);
  assert.deepEqual(await problems(), ['type notes.pdf', 'size huge.png', 'failed fails.png']);
  assert.deepEqual(await ops(editor), [
    { insert: 'words\n' },
    {
      insert: { image: '/uploads/abcdefghijklmnop0123.png' },
      attributes: { width: 40, height: 30 },
    },
    { insert: '\n\n' },
  ]);
});

inEditor('headings make the outline, and the view says where it is', async (editor) => {
  const filler = { insert: `${'words '.repeat(60)}\n`.repeat(12) };
  await open(editor, [
    { insert: 'One' },
    { insert: '\n', attributes: { header: 1 } },
    filler,
    { insert: 'Two' },
    { insert: '\n', attributes: { header: 2 } },
    filler,
    { insert: '\n', attributes: { header: 2 } },
  ]);
  const outline = () => editor.run((harness) => harness.editor.outline.value);
  const found = await eventually('two headings', outline, (list) => list.length === 2);
  assert.deepEqual(
    found.map(({ level, text }) => [level, text]),
    [
      [1, 'One'],
      [2, 'Two'],
    ],
  );
  const current = () => editor.run((harness) => harness.editor.currentHeading.value);
  await eventually('the first', current, (index) => index === 0);
  await editor.run((harness) =>
    harness.editor.scrollTo(harness.editor.outline.value[1]!.index + 1500),
  );
  await eventually('the second', current, (index) => index === 1);
  await editor.run((harness) =>
    harness.apply([{ insert: 'Zero' }, { insert: '\n', attributes: { header: 3 } }]),
  );
  await eventually('three headings', outline, (list) => list[0]?.text === 'Zero');
});

inEditor(
  'words are found, stepped through, replaced one by one and all at once',
  async (editor) => {
    await open(editor, [
      { insert: 'Pear and pear,\n' },
      { insert: 'PEAR', attributes: { bold: true } },
      { insert: ' a+b (x) 果园的果园\n' },
    ]);
    const find = () => editor.run((harness) => harness.editor.find.value);
    await editor.run((harness) => harness.editor.openFind('pear'));
    assert.deepEqual(await find(), { query: 'pear', matchCase: false, count: 3, current: 0 });
    await eventually(
      'the matches are painted',
      () =>
        editor.run(() =>
          ['dp-find', 'dp-find-now'].map((name) => CSS.highlights.get(name)?.size ?? 0).join(),
        ),
      (sizes) => sizes === '2,1',
    );
    await editor.run((harness) => harness.editor.findNext(-1));
    assert.equal((await find())?.current, 2);
    await editor.run((harness) => harness.editor.setFind('pear', true));
    assert.equal((await find())?.count, 1);
    for (const [query, count] of [
      ['a+b', 1],
      ['(x)', 1],
      ['果园', 2],
      ['none', 0],
      ['', 0],
    ] as const) {
      await editor.run((harness, words) => harness.editor.setFind(words as string, false), query);
      assert.equal((await find())?.count, count, query);
    }
    await editor.run((harness) => {
      harness.editor.setFind('pear', false);
      harness.editor.replace('plum');
    });
    const first = (await ops(editor))[0]?.insert;
    assert.ok(first === 'plum and pear,\n' || first === 'Pear and plum,\n', String(first));
    assert.equal(await editor.run((harness) => harness.editor.replaceAll('fig')), 2);
    assert.deepEqual((await ops(editor)).at(-2), { insert: 'fig', attributes: { bold: true } });
    await editor.run((harness) => harness.editor.undo());
    assert.equal((await ops(editor)).at(-2)?.insert, 'PEAR', 'all of them in one step');
    // A change by others moves the matches.
    await editor.run((harness) => harness.apply([{ insert: 'pear ' }]));
    await eventually('one more', find, (state) => state?.count === 3);
    await editor.run((harness) => harness.editor.closeFind());
    assert.equal(await find(), null);
  },
);

inEditor(
  'words are counted in any language, for the document and the selection',
  async (editor) => {
    await open(editor, [
      { insert: 'One two, three.\n\n我们在果园。\n' },
      { insert: { divider: true } },
      { insert: '\n' },
    ]);
    const counts = await editor.run((harness) => harness.editor.counts());
    assert.deepEqual(counts, {
      document: { words: 6, characters: 21, charactersWithoutSpaces: 19, paragraphs: 2 },
      selection: null,
    });
    await select(editor, 4, 10);
    const { selection } = await editor.run((harness) => harness.editor.counts());
    assert.deepEqual(selection, {
      words: 2,
      characters: 10,
      charactersWithoutSpaces: 9,
      paragraphs: 1,
    });
  },
);
