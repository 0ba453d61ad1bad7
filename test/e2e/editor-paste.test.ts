// What comes from elsewhere keeps its structure and loses what a document cannot hold.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type EditorPage, editorTests } from '../helpers/editor-page.ts';

const inEditor = editorTests({ timeoutMs: 60_000 });
const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/paste/${name}`, import.meta.url), 'utf8');

type Op = { insert?: unknown; attributes?: Record<string, unknown> };
const open = ({ run }: EditorPage, ops: Op[], caret = 0) =>
  run((harness, [content, at]) => harness.open(content as never, at as number), [ops, caret]);
const ops = ({ run }: EditorPage) => run((harness) => harness.ops()) as Promise<Op[]>;
const paste = ({ run }: EditorPage, data: Record<string, string>) =>
  run((harness, all) => harness.paste(all as never), data);
const read = async ({ run }: EditorPage, html: string) =>
  (await run((harness, source) => harness.readHtml(source as string), html)).ops as Op[];
const empty: Op[] = [{ insert: '\n' }];

inEditor('a web page keeps what a document can hold', async (editor) => {
  assert.deepEqual(await read(editor, fixture('web-page.html')), [
    { insert: 'On ' },
    { insert: 'orchards', attributes: { italic: true } },
    { insert: '\n', attributes: { header: 2 } },
    { insert: 'An ' },
    { insert: 'old', attributes: { bold: true } },
    { insert: ' one,\nwith two ' },
    { insert: 'links', attributes: { link: 'https://example.org/x' } },
    { insert: ' and ' },
    { insert: 'code', attributes: { code: true } },
    { insert: '.\nPlain ' },
    { insert: 'heavy', attributes: { bold: true } },
    { insert: ' ' },
    { insert: 'red', attributes: { color: '#ff0000' } },
    { insert: ' page ' },
    { insert: 'marked', attributes: { background: '#fdea9b' } },
    { insert: '\nSaid once.' },
    { insert: '\n', attributes: { blockquote: true } },
    { insert: 'Said twice.' },
    { insert: '\n', attributes: { blockquote: true } },
    { insert: 'one' },
    { insert: '\n', attributes: { list: 'bullet' } },
    { insert: 'inner' },
    { insert: '\n', attributes: { list: 'ordered', indent: 1 } },
    { insert: 'done' },
    { insert: '\n', attributes: { list: 'checked' } },
    { insert: 'open' },
    { insert: '\n', attributes: { list: 'unchecked' } },
    { insert: 'let a = 1;' },
    { insert: '\n', attributes: { 'code-block': 'js' } },
    { insert: '\tb();' },
    { insert: '\n', attributes: { 'code-block': 'js' } },
    { insert: { divider: true } },
    { insert: '\nName\tSize\nApple red\t3\u00a0cm\n' },
    {
      insert: { image: 'https://example.org/a.png' },
      attributes: { alt: 'An apple', caption: 'Fig. 1', width: 300, height: 200 },
    },
    { insert: '\nH' },
    { insert: '2', attributes: { script: 'sub' } },
    { insert: 'O ' },
    { insert: 'gone', attributes: { strike: true } },
    { insert: ' ' },
    { insert: 'under', attributes: { underline: true } },
    { insert: '\ncentred bad' },
    { insert: '\n', attributes: { align: 'center' } },
  ]);
});

for (const file of ['word.html', 'google-docs.html']) {
  inEditor(`${file} becomes headings, emphasis, links and lists`, async (editor) => {
    assert.deepEqual(await read(editor, fixture(file)), [
      { insert: 'Harvest plan' },
      { insert: '\n', attributes: { header: 1 } },
      { insert: 'We begin on ' },
      { insert: 'Monday', attributes: { bold: true } },
      { insert: ', ' },
      { insert: 'early', attributes: { italic: true } },
      { insert: '; see ' },
      { insert: 'the orchard', attributes: { link: 'https://example.org/orchard' } },
      { insert: '.\nLadders' },
      { insert: '\n', attributes: { list: 'bullet' } },
      { insert: 'two long ones' },
      { insert: '\n', attributes: { list: 'bullet', indent: 1 } },
      { insert: 'Pick' },
      { insert: '\n', attributes: { list: 'ordered' } },
      { insert: 'Sort' },
      { insert: '\n', attributes: { list: 'ordered' } },
    ]);
  });
}

inEditor('small things of other programs are read as they are meant', async (editor) => {
  const cases: [html: string, becomes: Op[]][] = [
    // Google Docs wraps all in <b>, and says an empty line with <br>.
    ['<b style="font-weight:normal"><p>a</p><br><p>b</p></b>', [{ insert: 'a\n\nb\n' }]],
    ['<p>a<o:p></o:p></p><p><o:p>&nbsp;</o:p></p><p>b</p>', [{ insert: 'a\n\nb\n' }]],
    ['<p>two&nbsp; spaces</p>', [{ insert: 'two\u00a0 spaces\n' }]],
    ['a<br><br>b', [{ insert: 'a\n\nb' }]],
    ['<div>a</div>b<div>c</div>', [{ insert: 'a\nb\nc\n' }]],
    ['<p class="MsoTitle">T</p>', [{ insert: 'T' }, { insert: '\n', attributes: { header: 1 } }]],
    [
      '<div style="font-family: Consolas, monospace; white-space: pre;"><div><span>  a</span></div><br><div>b</div></div>',
      [
        { insert: '  a' },
        { insert: '\n\n', attributes: { 'code-block': true } },
        { insert: 'b' },
        { insert: '\n', attributes: { 'code-block': true } },
      ],
    ],
    [
      '<span style="background:yellow;mso-highlight:yellow">x</span>',
      [{ insert: 'x', attributes: { background: '#ffff00' } }],
    ],
    ['<span style="color:windowtext">x</span>', [{ insert: 'x' }]],
    ['<p>a\u0000b\ud800c</p>', [{ insert: 'abc\n' }]],
    [
      '<ul><li></li><li>b</li></ul>',
      [
        { insert: '\n', attributes: { list: 'bullet' } },
        { insert: 'b' },
        { insert: '\n', attributes: { list: 'bullet' } },
      ],
    ],
    ['<p style="display:none">x</p>y', [{ insert: 'y' }]],
  ];
  for (const [html, becomes] of cases) {
    assert.deepEqual(await read(editor, html), becomes, html);
  }
});

inEditor(
  'plain text: any line ends, no NUL, no half pairs, the formats at the caret',
  async (editor) => {
    await open(editor, empty);
    await paste(editor, { 'text/plain': 'a\r\nb\rc\u0000d\ud83d' });
    assert.deepEqual(await ops(editor), [{ insert: 'a\nb\ncd\n' }]);
    await open(editor, [{ insert: 'item' }, { insert: '\n', attributes: { list: 'bullet' } }], 4);
    await paste(editor, { 'text/plain': ' one\ntwo' });
    assert.deepEqual(await ops(editor), [
      { insert: 'item one' },
      { insert: '\n', attributes: { list: 'bullet' } },
      { insert: 'two' },
      { insert: '\n', attributes: { list: 'bullet' } },
    ]);
  },
);

inEditor('code takes the words of a page, not its formats', async (editor) => {
  await open(editor, [{ insert: '\n', attributes: { 'code-block': true } }]);
  await paste(editor, { 'text/plain': 'a\n  b', 'text/html': '<p><b>a</b></p><p>b</p>' });
  assert.deepEqual(await ops(editor), [
    { insert: 'a' },
    { insert: '\n', attributes: { 'code-block': true } },
    { insert: '  b' },
    { insert: '\n', attributes: { 'code-block': true } },
  ]);
});

inEditor('an address pasted over words links them', async (editor) => {
  await open(editor, [{ insert: 'the orchard\n' }]);
  await editor.run((harness) => harness.editor.select({ index: 4, length: 7 }));
  await paste(editor, { 'text/plain': 'https://example.org/' });
  assert.deepEqual(await ops(editor), [
    { insert: 'the ' },
    { insert: 'orchard', attributes: { link: 'https://example.org/' } },
    { insert: '\n' },
  ]);
});

inEditor('what is copied comes back as it was, and reads well elsewhere', async (editor) => {
  const content: Op[] = [
    { insert: 'Title' },
    { insert: '\n', attributes: { header: 2 } },
    { insert: 'some ' },
    { insert: 'red', attributes: { color: '#b3261e', bold: true } },
    { insert: ' words' },
    { insert: '\n', attributes: { align: 'center' } },
    { insert: 'one' },
    { insert: '\n', attributes: { list: 'ordered' } },
    { insert: 'two' },
    { insert: '\n', attributes: { list: 'ordered', indent: 1 } },
    { insert: 'task' },
    { insert: '\n', attributes: { list: 'checked' } },
    { insert: 'code  x' },
    { insert: '\n', attributes: { 'code-block': 'js' } },
    { insert: 'quoted' },
    { insert: '\n', attributes: { blockquote: true } },
    { insert: { image: 'https://example.org/a.png' }, attributes: { alt: 'A', caption: 'C' } },
    { insert: '\n' },
    { insert: { divider: true } },
    { insert: '\nend\n' },
  ];
  await open(editor, content);
  await editor.page.keyboard.press('Control+a');
  const { html, text } = await editor.run((harness) => harness.copy());
  assert.match(html, /<ol><li>one<ol><li>two<\/li><\/ol><\/li><\/ol>/);
  assert.match(html, /<h2>Title<\/h2>/);
  assert.doesNotMatch(html, /ql-|dp-/);
  assert.match(text, /^Title\nsome red words\none\ntwo\ntask\ncode {2}x\nquoted\nA\n—\nend$/);
  await open(editor, empty);
  await paste(editor, { 'text/html': html, 'text/plain': text });
  assert.deepEqual(await ops(editor), content);
  // A few words of a line are words.
  await open(editor, content);
  await editor.run((harness) => harness.editor.select({ index: 6, length: 8 }));
  const words = await editor.run((harness) => harness.copy());
  assert.equal(words.text, 'some red');
  assert.doesNotMatch(words.html, /<p>/);
});

inEditor('a long paste arrives whole in pieces, as one step of undo', async (editor) => {
  const text = Array.from({ length: 6000 }, (_, i) => `${i} ladders in the shed, 果园 too`).join(
    '\n',
  );
  await open(editor, [{ insert: 'before after\n' }], 7);
  const seen = await editor.run(async (harness, pasted) => {
    const progress: number[] = [];
    harness.editor.pasteProgress.subscribe((share) => {
      if (share !== null) progress.push(share);
    });
    harness.paste({ 'text/plain': pasted as string });
    const deadline = Date.now() + 20_000;
    // Others write meanwhile, before the place where it goes in.
    await new Promise((resolve) => setTimeout(resolve, 30));
    harness.apply([{ insert: 'X' }]);
    while (harness.editor.pasteProgress.value !== null && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return progress;
  }, text);
  assert.ok(seen.length > 10 && seen.at(-1) === 1, 'progress showed');
  assert.deepEqual(await ops(editor), [{ insert: `Xbefore ${text}after\n` }]);
  await editor.page.keyboard.press('Control+z');
  assert.deepEqual(await ops(editor), [{ insert: 'Xbefore after\n' }]);
  await editor.page.keyboard.press('Control+y');
  assert.deepEqual(await ops(editor), [{ insert: `Xbefore ${text}after\n` }]);
  assert.deepEqual(
    await editor.run((harness) => harness.fresh()),
    await editor.run((harness) => harness.ops()),
  );
});

inEditor('images inside a paste are uploaded and stand where they stood', async (editor) => {
  const pixel =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await open(editor, empty);
  await paste(editor, {
    'text/html': `<p>above</p><p><img src="${pixel}"></p><p>below</p>`,
    'text/plain': 'above\nbelow',
  });
  const deadline = Date.now() + 5000;
  while ((await editor.run((harness) => harness.uploads.length)) === 0 && Date.now() < deadline);
  assert.equal(await editor.page.getByRole('progressbar').count(), 1, 'a frame waits for it');
  assert.deepEqual(await ops(editor), [{ insert: 'above\n\nbelow\n' }], 'its line waits');
  await editor.run(async (harness) => {
    harness.uploads[0]!.finish('/uploads/abcdefghijklmnop0123.png');
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  assert.equal(await editor.page.getByRole('progressbar').count(), 0);
  assert.deepEqual(await ops(editor), [
    { insert: 'above\n' },
    {
      insert: { image: '/uploads/abcdefghijklmnop0123.png' },
      attributes: { width: 40, height: 30 },
    },
    { insert: '\nbelow\n' },
  ]);
});
