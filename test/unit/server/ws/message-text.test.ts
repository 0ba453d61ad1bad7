import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isShallow, messageText, parseFrame } from '../../../../server/ws/message-text.ts';

const bytes = (text: string) => Buffer.from(text);

test('nesting is counted outside of strings only', () => {
  assert.ok(isShallow(bytes('[[{}],[{}],[{}]]'), 3));
  assert.ok(!isShallow(bytes('[[[{}]]]'), 3));
  assert.ok(isShallow(bytes('["[[[[\\"[[[[",{"{{{{":"}}"}]'), 2));
  assert.ok(isShallow(bytes('["\\\\",[["\u00e9\u4e2d[[["]]]'), 3));
  assert.ok(!isShallow(bytes('["\\\\",[[["x"]]]]'), 3));
});

test('only a plain object is a message', () => {
  assert.deepEqual(parseFrame(bytes('{"a":"pp"}')), { a: 'pp' });
  for (const text of ['', 'null', '5', '"x"', '[]', '{bad', '{"a":1}{', '[{"a":"pp"}]']) {
    assert.equal(parseFrame(bytes(text)), null, text);
  }
});

test('a message with a shared payload reads as it would alone', () => {
  const op = [{ insert: 'a "quoted" \u2028 text' }];
  const p = { i: 1, n: 'Ada' };
  const messages = [
    { a: 'op', c: 'docs', d: 'doc', v: 1, src: 's', seq: 1, op },
    { a: 'op', c: 'docs', d: 'doc', v: 2, src: 'other', seq: 9, op },
    { a: 'op', v: 2, seq: 1, src: 's' },
    { a: 'op', op, error: { code: 'bad-op', message: 'x' } },
    { a: 'p', ch: 'docs.doc', id: 'x', p, pv: 1, src: 's' },
    { a: 'p', ch: 'docs.doc', id: 'x', p: null, pv: 2, src: 's' },
    { a: 'f', data: { v: 1, data: { ops: [] } } },
  ];
  for (const message of messages) {
    assert.deepEqual(JSON.parse(messageText(message)), JSON.parse(JSON.stringify(message)));
  }
});
