import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deltaToHtml } from '../../../core/convert/html.ts';
import { linesOf, lineText } from '../../../core/convert/lines.ts';
import { deltaToText, textToDelta } from '../../../core/convert/text.ts';
import type { DeltaOp } from '../../../core/delta.ts';

const line = (text: string, attributes?: Record<string, unknown>): DeltaOp[] => [
  { insert: text },
  attributes ? { insert: '\n', attributes } : { insert: '\n' },
];

test('lines carry their runs, their formats and their length', () => {
  const ops: DeltaOp[] = [
    { insert: 'a' },
    { insert: 'b', attributes: { bold: true } },
    { insert: '\n\nc' },
    { insert: { divider: true } },
    { insert: '\n', attributes: { header: 1 } },
  ];
  const lines = [...linesOf(ops)];
  assert.deepEqual(lines.map(lineText), ['ab', '', 'c']);
  assert.deepEqual(
    lines.map(({ length }) => length),
    [2, 0, 2],
  );
  assert.deepEqual(lines[2]!.attributes, { header: 1 });
});

test('paragraphs, headings and inline formats become their elements', () => {
  const html = deltaToHtml([
    ...line('Title', { header: 2 }),
    { insert: 'a ' },
    { insert: 'b', attributes: { bold: true, italic: true } },
    { insert: ' c', attributes: { color: '#b3261e', background: '#abcdef' } },
    { insert: '\n', attributes: { align: 'center' } },
    { insert: '\n' },
  ]);
  assert.equal(
    html,
    '<h2>Title</h2><p style="text-align:center">a <em><strong>b</strong></em>' +
      '<span style="color:var(--tc-red,#b3261e);background-color:#abcdef"> c</span></p><p><br></p>',
  );
});

test('text, addresses and captions are escaped', () => {
  const html = deltaToHtml([
    { insert: `<script>&"'` },
    { insert: 'x', attributes: { link: 'https://a.example/?q="><b>' } },
    { insert: '\n' },
    {
      insert: { image: 'https://a.example/"onerror=x' },
      attributes: { alt: '"<', caption: '<i>' },
    },
    { insert: '\n' },
  ]);
  assert.ok(
    html.startsWith(
      '<p>&lt;script&gt;&amp;&quot;&#39;<a href="https://a.example/?q=&quot;&gt;&lt;b&gt;"',
    ),
  );
  assert.ok(html.includes('alt="&quot;&lt;"'));
  assert.ok(html.includes('<figcaption>&lt;i&gt;</figcaption>'));
});

test('links of neighbouring runs are one link, without a referrer', () => {
  const html = deltaToHtml([
    { insert: 'a', attributes: { link: 'https://x.example/' } },
    { insert: 'b', attributes: { link: 'https://x.example/', bold: true } },
    { insert: '\n' },
  ]);
  assert.equal(
    html,
    '<p><a href="https://x.example/" rel="noopener noreferrer nofollow" target="_blank">a<strong>b</strong></a></p>',
  );
});

test('formats and embeds that are not registered leave no trace', () => {
  const html = deltaToHtml([
    { insert: 'a', attributes: { link: 'javascript:alert(1)', onclick: 'x', color: 'red;x' } },
    { insert: { video: 'https://x.example/' } },
    { insert: { image: 'javascript:alert(1)' } },
    { insert: '\n', attributes: { header: 9, constructor: true } },
  ]);
  assert.equal(html, '<p>a</p>');
});

test('lists nest, change kind and come back', () => {
  const html = deltaToHtml([
    ...line('one', { list: 'ordered' }),
    ...line('inner', { list: 'bullet', indent: 1 }),
    ...line('two', { list: 'ordered' }),
    ...line('dot', { list: 'bullet' }),
    ...line('end'),
  ]);
  assert.equal(
    html,
    '<ol><li>one<ul><li>inner</li></ul></li><li>two</li></ol><ul><li>dot</li></ul><p>end</p>',
  );
});

test('a list that begins deep has bare items around it', () => {
  assert.equal(
    deltaToHtml(line('deep', { list: 'bullet', indent: 2 })),
    '<ul><li class="bare"><ul><li class="bare"><ul><li>deep</li></ul></li></ul></li></ul>',
  );
});

test('checklist items are checkboxes that say their state', () => {
  const html = deltaToHtml([
    ...line('done', { list: 'checked' }),
    ...line('open', { list: 'unchecked' }),
  ]);
  assert.equal(html.match(/role="checkbox"/g)?.length, 2);
  assert.equal(html.match(/<ul class="checks">/g)?.length, 1);
  assert.ok(html.includes('aria-checked="true" aria-disabled="true" aria-label="done"'));
});

test('code lines are one block, quotes are one quote', () => {
  const html = deltaToHtml([
    ...line('if (a < b) {', { 'code-block': 'js' }),
    ...line('}', { 'code-block': 'js' }),
    ...line('q1', { blockquote: true }),
    ...line('q2', { blockquote: true }),
  ]);
  assert.equal(
    html,
    '<pre><code class="language-js">if (a &lt; b) {\n}\n</code></pre><blockquote><p>q1</p><p>q2</p></blockquote>',
  );
});

test('a divider parts its line, an image alone is a figure, one in text is not', () => {
  const image = { image: '/uploads/abcdefghijklmnop.png' };
  const html = deltaToHtml([
    { insert: 'a' },
    { insert: { divider: true } },
    { insert: 'b\n' },
    { insert: image, attributes: { alt: 'A bird', width: 10, height: 20 } },
    { insert: '\nx' },
    { insert: image },
    { insert: '\n' },
  ]);
  assert.equal(
    html,
    '<p>a</p><hr><p>b</p>' +
      '<figure><img src="/uploads/abcdefghijklmnop.png" alt="A bird" width="10" height="20" loading="lazy"></figure>' +
      '<p>x<img src="/uploads/abcdefghijklmnop.png" alt="" loading="lazy"></p>',
  );
});

test('the beginning stops at the limits, never inside a surrogate pair', () => {
  const ops: DeltaOp[] = [{ insert: 'a\n'.repeat(10) }];
  assert.equal(deltaToHtml(ops, { limitLines: 3 }), '<p>a</p><p>a</p><p>a</p>');
  assert.equal(deltaToHtml([{ insert: 'ab😀cd\n' }], { limitChars: 3 }), '<p>ab</p>');
  assert.equal(deltaToHtml([{ insert: 'ab😀cd\n' }], { limitChars: 4 }), '<p>ab😀</p>');
});

test('whatever stands in a document, tags are balanced and only ours', () => {
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer({ min: -2, max: 9 }),
    fc.constant(null),
  );
  const names = ['bold', 'link', 'color', 'list', 'header', 'indent', 'code-block', 'blockquote'];
  const known = fc.record(
    {
      list: fc.constantFrom('ordered', 'bullet', 'checked', 'unchecked'),
      indent: fc.integer({ min: 1, max: 8 }),
      header: fc.integer({ min: 1, max: 6 }),
      bold: fc.constant(true),
      link: fc.constantFrom('https://a.example/', 'mailto:a@b.example'),
    },
    { requiredKeys: [] },
  );
  const attributes = fc.oneof(known, fc.dictionary(fc.constantFrom(...names), value));
  const insert = fc.oneof(
    fc.stringMatching(/^[<>&"'a\n ]{0,8}$/),
    fc.constantFrom<Record<string, unknown>>(
      { divider: true },
      { image: 'https://a.example/x' },
      {},
    ),
  );
  const ops = fc.array(fc.record({ insert, attributes }));
  fc.assert(
    fc.property(ops, (list) => {
      const html = deltaToHtml(list as DeltaOp[]);
      const open: string[] = [];
      for (const [, slash, tag] of html.matchAll(/<(\/?)([a-z0-9]+)[^<>]*>/g)) {
        if (['br', 'hr', 'img'].includes(tag!)) continue;
        if (slash) assert.equal(open.pop(), tag, html);
        else open.push(tag!);
      }
      assert.deepEqual(open, [], html);
      assert.doesNotMatch(html.replace(/<[^<>]*>/g, ''), /[<>"']/);
    }),
    { numRuns: 300 },
  );
});

test('text ends with a newline and shows embeds as U+FFFC', () => {
  assert.equal(deltaToText([{ insert: 'a' }, { insert: { divider: true } }]), 'a\uFFFC\n');
  assert.equal(deltaToText([{ insert: 'a\n' }]), 'a\n');
});

test('text of any line ends becomes a document', () => {
  assert.deepEqual(textToDelta('a\r\nb\rc'), [{ insert: 'a\nb\nc\n' }]);
  assert.deepEqual(textToDelta(''), [{ insert: '\n' }]);
});
