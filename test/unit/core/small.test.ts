import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { carry, carryBack } from '../../../core/anchors.ts';
import { Delta, jsonBytes, lengthChange, plainText } from '../../../core/delta.ts';
import { documentKey, parseDocumentKey, parseDocumentRef } from '../../../core/ids.ts';
import { chooseColor, initial, personColors } from '../../../core/people.ts';
import { parsePresenceInput } from '../../../core/presence.ts';
import { closeCodes, closeReason } from '../../../core/protocol.ts';
import { can, roles } from '../../../core/roles.ts';
import { completeLink, isSafeImage, isSafeLink } from '../../../core/url.ts';
import { documents, layOp, steps } from '../../helpers/deltas.ts';

test('jsonBytes counts as UTF-8 does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(jsonBytes(text), Buffer.byteLength(JSON.stringify(text)));
    }),
  );
});

test('a position carried forward and back is where it was, unless it was deleted', () => {
  fc.assert(
    fc.property(documents, steps, fc.nat(40), (document, plan, at) => {
      const op = layOp(document, plan);
      const index = Math.min(at, document.length() - 1);
      const after = carry(index, op);
      assert.ok(after >= 0 && after <= document.length() + lengthChange(op.ops));
      const back = carryBack(after, op);
      const kept = new Delta().retain(index).insert('|');
      const deleted = op.transform(kept).ops.length === 0;
      assert.ok(deleted || Math.abs(back - index) <= document.length());
      assert.ok(back >= 0 && back <= document.length());
    }),
  );
  const op = new Delta().retain(3).insert('new').delete(2);
  assert.equal(carryBack(carry(1, op), op), 1);
  assert.equal(carryBack(carry(8, op), op), 8);
  assert.equal(carryBack(5, op), 3);
});

test('an embed is one character of plain text', () => {
  assert.equal(
    plainText([{ insert: 'a' }, { insert: { divider: true } }, { insert: '\n' }]),
    'a\uFFFC\n',
  );
});

test('addresses of documents follow the patterns of the contract', () => {
  assert.ok(parseDocumentRef('docs', 'Abc_-9'));
  for (const [collection, id] of [
    ['Docs', 'a'],
    ['-docs', 'a'],
    ['', 'a'],
    ['docs', ''],
    ['docs', 'a/b'],
    ['docs', 'a.b'],
    ['docs', 'x'.repeat(65)],
    ['d'.repeat(65), 'a'],
    ['docs', null],
    ['docs', 'constructor'],
    ['docs', '__proto__'],
    ['constructor', 'a'],
    [1, 'a'],
  ]) {
    assert.equal(parseDocumentRef(collection, id), null, `${collection}/${id}`);
  }
  const ref = parseDocumentRef('docs', 'a')!;
  assert.deepEqual(parseDocumentKey(documentKey(ref)), ref);
  assert.equal(parseDocumentKey('docs'), null);
});

test('links are http, https or mailto; images are uploads or http(s)', () => {
  for (const good of [
    'https://example.org',
    'http://localhost:8080/a?b#c',
    'mailto:a@example.org',
  ]) {
    assert.ok(isSafeLink(good), good);
  }
  for (const bad of [
    'javascript:alert(1)',
    'JaVaScRiPt:x',
    'java\nscript:x',
    ' https://x',
    'data:,x',
    '//x',
    '/x',
    'https:',
    'vbscript:x',
    'file:///etc/passwd',
    'https://a b',
  ]) {
    assert.ok(!isSafeLink(bad), bad);
  }
  assert.ok(isSafeImage('/uploads/abcdefghijklmnop.png'));
  assert.ok(!isSafeImage('/uploads/../../etc/passwd.png'));
  assert.ok(!isSafeImage('/uploads/abcdefghijklmnop.svg'));
  assert.ok(!isSafeImage('mailto:a@example.org'));
});

test('an address as people type it is completed', () => {
  assert.equal(completeLink('example.org/a'), 'https://example.org/a');
  assert.equal(completeLink(' ada@example.org '), 'mailto:ada@example.org');
  assert.equal(completeLink('http://example.org'), 'http://example.org');
  assert.equal(completeLink('localhost:8080/x'), 'https://localhost:8080/x');
  for (const bad of ['', 'javascript:alert(1)', 'word', 'two words.org']) {
    assert.equal(completeLink(bad), null, bad);
  }
});

test('people get different colours while there are some left', () => {
  const taken = new Set<number>();
  for (let i = 0; i < personColors.length; i++) {
    const color = chooseColor(`g_person${i}`, taken);
    assert.ok(!taken.has(color));
    taken.add(color);
  }
  assert.ok(chooseColor('g_late', taken) >= 1);
  assert.equal(initial('  ada'), 'A');
  assert.equal(initial('林静'), '林');
  assert.equal(initial('👩‍🌾 x'), '👩‍🌾');
});

test('presence is cut to its known fields or refused', () => {
  assert.deepEqual(parsePresenceInput({ i: 1, l: 2, v: 3, n: 'EVIL', b: true }), {
    i: 1,
    l: 2,
    v: 3,
    b: true,
  });
  assert.deepEqual(parsePresenceInput({ i: null, l: 0, v: 0, away: true }), {
    i: null,
    l: 0,
    v: 0,
    away: true,
  });
  for (const bad of [
    null,
    [],
    5,
    {},
    { i: -1, l: 0, v: 0 },
    { i: 1.5, l: 0, v: 0 },
    { i: 1, l: 0, v: 1e300 },
    { i: 2 ** 40, l: 0, v: 1 },
  ]) {
    assert.equal(parsePresenceInput(bad), null, JSON.stringify(bad));
  }
});

test('a higher role can whatever a lower one can', () => {
  for (const capability of ['read', 'comment', 'edit', 'share', 'trash'] as const) {
    let could = false;
    for (const role of roles) {
      assert.ok(!could || can(role, capability));
      could = can(role, capability);
    }
    assert.ok(could);
  }
});

test('close codes are told apart', () => {
  for (const [reason, { code }] of Object.entries(closeCodes))
    assert.equal(closeReason(code), reason);
  assert.equal(closeReason(1006), null);
});
