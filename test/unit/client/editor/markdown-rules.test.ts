import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressAtEnd, inlineRule, lineRule } from '../../../../client/editor/markdown-rules.ts';

test('Markdown at the start of a line says what the line is', () => {
  assert.deepEqual(lineRule('### '), { remove: 4, attributes: { header: 3 } });
  assert.deepEqual(lineRule('1) '), { remove: 3, attributes: { list: 'ordered' } });
  assert.deepEqual(lineRule('[X] '), { remove: 4, attributes: { list: 'checked' } });
  for (const text of ['#', '####### ', '2. ', '-', 'a - ', ' # ', '>', '``', '[y] ']) {
    assert.equal(lineRule(text), null, text);
  }
});

test('marks around words format them, and nothing else', () => {
  const rule = (text: string) => {
    const found = inlineRule(text);
    return (
      found &&
      `${found.name} ${text.slice(found.start + found.mark, found.start + found.mark + found.length)}`
    );
  };
  assert.equal(rule('a **b c**'), 'bold b c');
  assert.equal(rule('*b*'), 'italic b');
  assert.equal(rule('“_汉字_'), 'italic 汉字');
  assert.equal(rule('~~x~~'), 'strike x');
  assert.equal(rule('a`b`'), 'code b');
  for (const text of [
    '**b*',
    '** b**',
    '**b **',
    '****',
    '2*3*',
    'snake_case_',
    '__init__',
    '``',
    '\\*b*',
    '~x~',
    'a* b*',
  ]) {
    assert.equal(rule(text), null, text);
  }
});

test('an address is told from the words and the punctuation around it', () => {
  const text = (before: string) => addressAtEnd(before)?.text ?? null;
  assert.equal(text('see https://example.org/a?b=c.'), 'https://example.org/a?b=c');
  assert.equal(text('(https://example.org)'), 'https://example.org');
  assert.equal(text('https://en.example.org/x_(y)'), 'https://en.example.org/x_(y)');
  assert.equal(text('www.example.org!'), 'www.example.org');
  assert.equal(text('mail ada@example.org,'), 'ada@example.org');
  assert.equal(text('http://localhost:8080/d'), 'http://localhost:8080/d');
  for (const before of ['example', 'v1.5', 'a@b', 'https://', 'xhttps://example.org', 'www.']) {
    assert.equal(text(before), null, before);
  }
});
