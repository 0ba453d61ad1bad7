import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChannel, parseMessage } from '../../../../server/ot/messages.ts';

test('what ShareDB’s client sends is understood', () => {
  const valid = [
    { a: 'hs', protocol: 1, protocolMinor: 2 },
    { a: 'hs', id: 'x.y', protocol: 1, protocolMinor: 2 },
    { a: 'pp' },
    { a: 'f', c: 'docs', d: 'Doc_-1' },
    { a: 's', c: 'docs', d: 'doc', v: 0 },
    { a: 'u', c: 'docs', d: 'doc' },
    { a: 'bf', c: 'docs', b: ['one', 'two'] },
    { a: 'bs', c: 'docs', b: { one: 1, two: null } },
    { a: 'bu', c: 'docs', b: ['one'] },
    { a: 'op', c: 'docs', d: 'doc', v: 1, src: 'x', seq: 1, op: [] },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: { ops: [] } },
    { a: 'p', ch: 'docs.doc', id: 'x/1', p: null, pv: 0 },
    { a: 'ps', ch: 'docs.doc', seq: 1 },
    { a: 'pu', ch: 'docs.doc', seq: 2 },
    { a: 'pr', ch: 'docs.doc' },
  ];
  for (const message of valid) assert.deepEqual(parseMessage(message), message);
});

test('what middleware of others would read is taken and dropped', () => {
  const message = { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [] };
  assert.deepEqual(parseMessage({ ...message, x: { source: 'anything' } }), message);
  assert.deepEqual(parseMessage({ a: 'f', c: 'docs', d: 'doc', v: null }), {
    a: 'f',
    c: 'docs',
    d: 'doc',
  });
});

test('everything else is refused', () => {
  const invalid = [
    {},
    { a: 5 },
    { a: ['pp'] },
    { a: 'constructor' },
    { a: '__proto__' },
    { a: 'qf', id: 1, c: 'docs', q: {} },
    { a: 'nf', id: 1, c: 'docs', d: 'doc', v: 1 },
    { a: 's', d: 'x' },
    { a: 's', c: 'docs' },
    { a: 's', c: 'Docs', d: 'doc' },
    { a: 's', c: 'docs', d: 'a/b' },
    { a: 's', c: 'docs', d: 'doc', v: -1 },
    { a: 's', c: 'docs', d: 'doc', v: '1' },
    { a: 's', c: 'docs', d: 'doc', v: 2 ** 53 },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 0, op: [] },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1.5, op: [] },
    { a: 'op', c: 'docs', d: 'doc', seq: 1, op: [] },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: 'x' },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: null },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, create: { type: 'rich-text' } },
    { a: 'op', c: 'docs', d: 'doc', v: 1, seq: 1, op: [], del: true },
    { a: 'bf', c: 'docs', b: null },
    { a: 'bf', c: 'docs', b: [null] },
    { a: 'bf', c: 'docs', b: ['../x'] },
    { a: 'bs', c: 'docs', b: { one: 'x' } },
    { a: 'bs', c: 'docs', b: { 'a b': 1 } },
    { a: 'bu', c: 'docs', b: { one: 1 } },
    { a: 'bu', c: 'docs', b: { length: 1e9 } },
    { a: 'p', ch: 'docs', id: 'x', p: null, pv: 1 },
    { a: 'p', ch: 'docs.doc', id: 5, p: null, pv: 1 },
    { a: 'p', ch: 'docs.doc', id: 'x', p: null, pv: 2 ** 31 },
    { a: 'p', ch: 'docs.doc', id: 'x', p: null, pv: 1, t: 'rich-text' },
    { a: 'ps', ch: 'docs.doc.x', seq: 1 },
  ];
  for (const message of invalid) {
    assert.throws(() => parseMessage(message), { code: 'bad-request' }, JSON.stringify(message));
  }
});

test('a channel names exactly one document', () => {
  assert.deepEqual(parseChannel('docs.doc'), { collection: 'docs', id: 'doc' });
  for (const channel of ['docs', 'docs.', '.doc', 'docs.a.b', 'docs/doc', 5, null]) {
    assert.equal(parseChannel(channel), null);
  }
});
