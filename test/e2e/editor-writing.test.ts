// Writing with the keyboard in the editor alone: formats, lists, Markdown, what can be taken back.

import assert from 'node:assert/strict';
import { type EditorPage, editorTests } from '../helpers/editor-page.ts';

const inEditor = editorTests();

type Op = { insert?: unknown; attributes?: Record<string, unknown> };
const open = ({ run }: EditorPage, ops: Op[], caret = 0) =>
  run((harness, [content, at]) => harness.open(content as never, at as number), [ops, caret]);
const ops = ({ run }: EditorPage) => run((harness) => harness.ops()) as Promise<Op[]>;
const line = (text: string, attributes: Record<string, unknown>): Op[] => [
  ...(text === '' ? [] : [{ insert: text }]),
  { insert: '\n', attributes },
];
const caret = ({ run }: EditorPage) => run((harness) => harness.editor.selection()?.index);
const type = ({ page }: EditorPage, text: string) => page.keyboard.type(text);
const press = async ({ page }: EditorPage, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

const conversions: [typed: string, becomes: Op[]][] = [
  ['# Title', line('Title', { header: 1 })],
  ['###### Small', line('Small', { header: 6 })],
  ['- item', line('item', { list: 'bullet' })],
  ['* item', line('item', { list: 'bullet' })],
  ['1. item', line('item', { list: 'ordered' })],
  ['[] task', line('task', { list: 'unchecked' })],
  ['[ ] task', line('task', { list: 'unchecked' })],
  ['[x] task', line('task', { list: 'checked' })],
  ['> words', line('words', { blockquote: true })],
  ['```let x', line('let x', { 'code-block': true })],
  ['**b** x', [{ insert: 'b', attributes: { bold: true } }, { insert: ' x\n' }]],
  [
    'a *i* x',
    [{ insert: 'a ' }, { insert: 'i', attributes: { italic: true } }, { insert: ' x\n' }],
  ],
  ['_i_ x', [{ insert: 'i', attributes: { italic: true } }, { insert: ' x\n' }]],
  ['`c` x', [{ insert: 'c', attributes: { code: true } }, { insert: ' x\n' }]],
  ['~~s~~ x', [{ insert: 's', attributes: { strike: true } }, { insert: ' x\n' }]],
  ['2 * 3 * 4 snake_case_name 1.5', [{ insert: '2 * 3 * 4 snake_case_name 1.5\n' }]],
];

for (const [typed, becomes] of conversions) {
  inEditor(`typing “${typed}” becomes what it means`, async (editor) => {
    await open(editor, [{ insert: '\n' }]);
    await type(editor, typed);
    assert.deepEqual(await ops(editor), becomes);
    assert.deepEqual(await editor.run((harness) => harness.fresh()), becomes);
  });
}

inEditor('one undo, or Backspace at once, gives the literal Markdown back', async (editor) => {
  for (const [typed, takeBack] of [
    ['## ', 'Backspace'],
    ['## ', 'Control+z'],
    ['- ', 'Backspace'],
    ['**bold**', 'Backspace'],
    ['`code`', 'Control+z'],
    ['---', 'Control+z'],
  ] as const) {
    await open(editor, [{ insert: '\n' }]);
    await type(editor, typed);
    assert.notDeepEqual(await ops(editor), [{ insert: `${typed}\n` }], `${typed} was converted`);
    await press(editor, takeBack);
    assert.deepEqual(await ops(editor), [{ insert: `${typed}\n` }], `${typed} is back`);
    await press(editor, 'Control+y');
    assert.notDeepEqual(await ops(editor), [{ insert: `${typed}\n` }], `${typed} can be redone`);
  }
});

inEditor('the Enter after ``` belongs to it; the next one makes a line', async (editor) => {
  await open(editor, [{ insert: '\n' }]);
  await type(editor, '```');
  await press(editor, 'Enter');
  await type(editor, 'let x');
  await press(editor, 'Enter');
  const code = { 'code-block': true };
  assert.deepEqual(await ops(editor), [{ insert: 'let x' }, { insert: '\n\n', attributes: code }]);
});

inEditor('Markdown is left alone in a code block', async (editor) => {
  await open(editor, line('', { 'code-block': true }));
  await type(editor, '# a **b** - ');
  assert.deepEqual(await ops(editor), line('# a **b** - ', { 'code-block': true }));
});

inEditor('three dashes become a rule on a line of its own', async (editor) => {
  await open(editor, [{ insert: 'before\n\n' }], 7);
  await type(editor, '---after');
  assert.deepEqual(await ops(editor), [
    { insert: 'before\n' },
    { insert: { divider: true } },
    { insert: '\nafter\n' },
  ]);
  // Behind it, the first Backspace selects it and the second deletes it.
  await press(editor, 'Home', 'Backspace');
  assert.deepEqual(await editor.run((harness) => harness.editor.selection()), {
    index: 7,
    length: 1,
  });
  assert.equal(await editor.page.locator('hr.is-selected').count(), 1);
  await press(editor, 'Backspace');
  assert.deepEqual(await ops(editor), [{ insert: 'before\n\nafter\n' }]);
});

inEditor('an address becomes a link when it is ended by a space or Enter', async (editor) => {
  await open(editor, [{ insert: '\n' }]);
  await type(editor, 'see https://example.org/a_(b), ');
  assert.deepEqual(await ops(editor), [
    { insert: 'see ' },
    { insert: 'https://example.org/a_(b)', attributes: { link: 'https://example.org/a_(b)' } },
    { insert: ', \n' },
  ]);
  await open(editor, [{ insert: '\n' }]);
  await type(editor, 'www.example.org');
  await press(editor, 'Enter');
  await type(editor, 'x');
  assert.deepEqual(await ops(editor), [
    { insert: 'www.example.org', attributes: { link: 'https://www.example.org' } },
    { insert: '\nx\n' },
  ]);
});

inEditor('every key of the text does what it says', async (editor) => {
  const selected = async (...keys: string[]) => {
    await open(editor, [{ insert: 'word\n' }]);
    await press(editor, 'Control+a', ...keys);
    return ops(editor);
  };
  const marked = (name: string, value: unknown = true) => [
    { insert: 'word', attributes: { [name]: value } },
    { insert: '\n' },
  ];
  assert.deepEqual(await selected('Control+b'), marked('bold'));
  assert.deepEqual(await selected('Control+i'), marked('italic'));
  assert.deepEqual(await selected('Control+u'), marked('underline'));
  assert.deepEqual(await selected('Alt+Shift+5'), marked('strike'));
  assert.deepEqual(await selected('Control+Shift+X'), marked('strike'));
  assert.deepEqual(await selected('Control+.'), marked('script', 'super'));
  assert.deepEqual(await selected('Control+,'), marked('script', 'sub'));
  assert.deepEqual(await selected('Control+b', 'Control+\\'), [{ insert: 'word\n' }]);
  assert.deepEqual(await selected('Control+Alt+2'), line('word', { header: 2 }));
  assert.deepEqual(await selected('Control+Alt+2', 'Control+Alt+0'), [{ insert: 'word\n' }]);
  assert.deepEqual(await selected('Control+Shift+7'), line('word', { list: 'ordered' }));
  assert.deepEqual(await selected('Control+Shift+8'), line('word', { list: 'bullet' }));
  assert.deepEqual(await selected('Control+Shift+9'), line('word', { list: 'unchecked' }));
  assert.deepEqual(
    await selected('Control+Shift+9', 'Control+Enter'),
    line('word', { list: 'checked' }),
  );
  assert.deepEqual(await selected('Control+]'), line('word', { indent: 1 }));
  assert.deepEqual(await selected('Control+]', 'Control+['), [{ insert: 'word\n' }]);
  assert.deepEqual(await selected('Control+Shift+E'), line('word', { align: 'center' }));
  assert.deepEqual(await selected('Control+Shift+E', 'Control+Shift+L'), [{ insert: 'word\n' }]);
  assert.deepEqual(await selected('Control+b', 'Control+z', 'Control+Shift+Z'), marked('bold'));
});

inEditor('keys that belong to the page are handed to it', async (editor) => {
  await open(editor, [{ insert: 'word\n' }]);
  await press(
    editor,
    'Control+k',
    'Control+f',
    'Control+h',
    'Control+/',
    'Control+Shift+C',
    'Control+s',
    'Alt+F10',
  );
  assert.deepEqual(await editor.run((harness) => harness.notes.commands), [
    'link',
    'find',
    'replace',
    'shortcuts',
    'word-count',
    'save',
    'toolbar',
  ]);
});

inEditor('AltGr types and runs no shortcut', async (editor) => {
  await open(editor, [{ insert: 'word\n' }]);
  await editor.run((harness) => {
    const stroke = { key: '#', code: 'Digit3', ctrlKey: true, altKey: true };
    const event = new KeyboardEvent('keydown', {
      ...stroke,
      modifierAltGraph: true,
      bubbles: true,
      cancelable: true,
    });
    harness.quill.root.dispatchEvent(event);
  });
  assert.deepEqual(await ops(editor), [{ insert: 'word\n' }]);
});

inEditor('Tab indents in lists and code, and leaves the text elsewhere', async (editor) => {
  await open(editor, line('item', { list: 'bullet' }), 4);
  await press(editor, 'Tab');
  assert.deepEqual(await ops(editor), line('item', { list: 'bullet', indent: 1 }));
  await press(editor, 'Shift+Tab');
  assert.deepEqual(await ops(editor), line('item', { list: 'bullet' }));
  await open(editor, line('code', { 'code-block': true }), 0);
  await press(editor, 'Tab');
  assert.deepEqual(await ops(editor), line('\tcode', { 'code-block': true }));
  await open(editor, [{ insert: 'words\n' }], 2);
  await editor.run(() => {
    const button = document.createElement('button');
    button.id = 'next';
    document.body.append(button);
  });
  await press(editor, 'Tab');
  assert.equal(await editor.run(() => document.activeElement?.id), 'next');
  assert.deepEqual(await ops(editor), [{ insert: 'words\n' }]);
});

inEditor('paragraphs move up and down, and the caret with them', async (editor) => {
  await open(editor, [{ insert: 'one\ntwo\nthree\n' }], 5);
  await press(editor, 'Control+Shift+ArrowUp');
  assert.deepEqual(await ops(editor), [{ insert: 'two\none\nthree\n' }]);
  assert.equal(await caret(editor), 1);
  await press(editor, 'Control+Shift+ArrowDown', 'Control+Shift+ArrowDown');
  assert.deepEqual(await ops(editor), [{ insert: 'one\nthree\ntwo\n' }]);
  assert.equal(await caret(editor), 11);
  await press(editor, 'Control+z', 'Control+z', 'Control+z');
  assert.deepEqual(await ops(editor), [{ insert: 'one\ntwo\nthree\n' }]);
});

inEditor('Enter goes on with the list and with bold, and ends an empty item', async (editor) => {
  await open(editor, line('task', { list: 'checked' }), 4);
  await press(editor, 'Enter');
  await type(editor, 'next');
  await press(editor, 'Enter', 'Enter');
  await type(editor, 'out');
  assert.deepEqual(await ops(editor), [
    ...line('task', { list: 'checked' }),
    ...line('next', { list: 'unchecked' }),
    { insert: 'out\n' },
  ]);
  await open(editor, [{ insert: '\n' }]);
  await press(editor, 'Control+b');
  await type(editor, 'a');
  await press(editor, 'Enter');
  await type(editor, 'b');
  assert.deepEqual(await ops(editor), [
    { insert: 'a', attributes: { bold: true } },
    { insert: '\n' },
    { insert: 'b', attributes: { bold: true } },
    { insert: '\n' },
  ]);
});

inEditor('Enter in an empty nested item goes up one level at a time', async (editor) => {
  await open(editor, line('one', { list: 'ordered' }), 3);
  await press(editor, 'Enter', 'Tab', 'a', 'Enter', 'Enter');
  const nested = [
    ...line('one', { list: 'ordered' }),
    ...line('a', { list: 'ordered', indent: 1 }),
  ];
  assert.deepEqual(await ops(editor), [...nested, ...line('', { list: 'ordered' })]);
  await press(editor, 'Enter');
  assert.deepEqual(await ops(editor), [...nested, { insert: '\n' }]);
});

inEditor('Delete at the end of a line brings the next one up into it', async (editor) => {
  await open(editor, [{ insert: 'plain\n' }, ...line('item', { list: 'bullet', indent: 1 })], 5);
  await press(editor, 'Delete', 'x');
  assert.deepEqual(await ops(editor), [{ insert: 'plainxitem\n' }]);
  await press(editor, 'Control+z');
  await open(editor, [...line('Title', { header: 2 }), { insert: 'words\n' }], 5);
  await press(editor, 'Delete');
  assert.deepEqual(await ops(editor), line('Titlewords', { header: 2 }));
  await press(editor, 'Control+z');
  assert.deepEqual(await ops(editor), [...line('Title', { header: 2 }), { insert: 'words\n' }]);
  // An empty line goes, and the next keeps what it is.
  await open(editor, [{ insert: '\n' }, ...line('item', { list: 'bullet' })]);
  await press(editor, 'Delete');
  assert.deepEqual(await ops(editor), line('item', { list: 'bullet' }));
  // A rule is selected by the first press and deleted by the second.
  await open(editor, [{ insert: 'a\n' }, { insert: { divider: true } }, { insert: '\nb\n' }], 1);
  await press(editor, 'Delete');
  assert.deepEqual(await editor.run((harness) => harness.editor.selection()), {
    index: 2,
    length: 1,
  });
  await press(editor, 'Delete');
  assert.deepEqual(await ops(editor), [{ insert: 'a\n\nb\n' }]);
});

inEditor('a line runs the way its words do', async (editor) => {
  await open(editor, [{ insert: 'left\n\u05e9\u05dc\u05d5\u05dd\n' }]);
  const left = await editor.page.locator('p').evaluateAll((lines) =>
    lines.map((each) => {
      const words = document.createRange();
      words.selectNodeContents(each);
      const text = words.getBoundingClientRect();
      const box = each.getBoundingClientRect();
      return text.left - box.left < box.right - text.right;
    }),
  );
  assert.deepEqual(left, [true, false]);
});

inEditor('clearing formats keeps links, images and lines that are not selected', async (editor) => {
  const link = { link: 'https://example.org' };
  await open(editor, [
    { insert: 'bold', attributes: { bold: true, color: '#b3261e' } },
    { insert: 'link', attributes: { ...link, italic: true } },
    { insert: { image: 'https://example.org/a.png' }, attributes: { alt: 'a' } },
    { insert: '\n', attributes: { header: 1 } },
    { insert: 'other', attributes: { bold: true } },
    { insert: '\n', attributes: { list: 'bullet' } },
  ]);
  await editor.run((harness) => {
    harness.editor.select({ index: 2, length: 7 });
    harness.editor.clearFormatting();
  });
  assert.deepEqual(await ops(editor), [
    { insert: 'bo', attributes: { bold: true, color: '#b3261e' } },
    { insert: 'ld' },
    { insert: 'link', attributes: link },
    { insert: { image: 'https://example.org/a.png' }, attributes: { alt: 'a' } },
    { insert: '\n' },
    { insert: 'other', attributes: { bold: true } },
    { insert: '\n', attributes: { list: 'bullet' } },
  ]);
});

inEditor('undo takes back my typing only, also after others wrote into it', async (editor) => {
  await open(editor, [{ insert: '\n' }]);
  await type(editor, 'mine');
  await editor.run((harness) => {
    harness.apply([{ insert: 'theirs ' }]);
    harness.apply([{ retain: 9 }, { insert: '!' }]);
  });
  assert.deepEqual(await ops(editor), [{ insert: 'theirs mi!ne\n' }]);
  await press(editor, 'Control+z');
  assert.deepEqual(await ops(editor), [{ insert: 'theirs !\n' }]);
  await press(editor, 'Control+y');
  assert.deepEqual(await ops(editor), [{ insert: 'theirs mi!ne\n' }]);
  assert.deepEqual(await editor.run((harness) => harness.fresh()), [{ insert: 'theirs mi!ne\n' }]);
});

inEditor('a numbered list counts on through sections and levels', async (editor) => {
  const items = Array.from({ length: 300 }, (_, i) =>
    line(`item ${i}`, { list: 'ordered' }),
  ).flat();
  await open(editor, items);
  const sections = await editor.run((harness) => harness.quill.scroll.children.length);
  assert.ok(sections > 3, 'the list is cut');
  const starts = await editor.run(() =>
    [...document.querySelectorAll<HTMLElement>('.dp-section > ol')].map(
      (list) => list.style.counterReset.split(' ')[1] ?? '0',
    ),
  );
  assert.deepEqual(starts.slice(0, 3), ['0', '64', '128']);
  await editor.run((harness) =>
    harness.apply([{ insert: 'new' }, { insert: '\n', attributes: { list: 'ordered' } }]),
  );
  const after = await editor.run(
    () =>
      document
        .querySelectorAll<HTMLElement>('.dp-section > ol')[1]
        ?.style.counterReset.split(' ')[1],
  );
  assert.equal(after, '65');
  // Parted by a paragraph at the very border, the rest begins anew.
  await editor.run((harness) => {
    const second = harness.quill.scroll.children.at(1);
    const border = second?.offset(harness.quill.scroll) ?? 0;
    harness.apply([{ retain: border }, { insert: 'between\n' }]);
  });
  const numbers = await editor.run(() =>
    [...document.querySelectorAll<HTMLElement>('.dp-section > ol')].map(
      (list) => list.style.counterReset.split(' ')[1] ?? '0',
    ),
  );
  assert.deepEqual(numbers.slice(0, 3), ['0', '0', '64']);
});

inEditor('a tick box is a checkbox named by its line', async (editor) => {
  await open(editor, [
    ...line('milk', { list: 'unchecked' }),
    ...line('eggs', { list: 'checked' }),
  ]);
  const boxes = editor.page.getByRole('checkbox');
  assert.equal(await boxes.count(), 2);
  await editor.page.getByRole('checkbox', { name: 'milk' }).click();
  assert.equal(await boxes.first().getAttribute('aria-checked'), 'true');
  assert.deepEqual(await ops(editor), [
    ...line('milk', { list: 'checked' }),
    ...line('eggs', { list: 'checked' }),
  ]);
  const size = await boxes.first().boundingBox();
  assert.ok((size?.width ?? 0) >= 24 && (size?.height ?? 0) >= 24, 'a target of 24 px');
  await editor.run((harness) => harness.editor.setEditable(false));
  await boxes.first().click();
  assert.equal(await boxes.first().getAttribute('aria-checked'), 'true', 'a reader ticks nothing');
});
