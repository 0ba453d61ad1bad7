import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Delta } from '../../../../core/delta.ts';
import { limits } from '../../../../core/limits.ts';
import { LazyDelta, richTextUri } from '../../../../core/rich-text.ts';
import { snapshotParts } from '../../../../server/ws/snapshot-text.ts';

const aDocument = (length: number) =>
  new LazyDelta([{ insert: 'a “b” 汉 '.repeat(length / 8) }, { insert: '\n' }]);
const answer = (data: LazyDelta, v: number) => ({
  data: { v, data, type: richTextUri },
  a: 's',
  c: 'docs',
  d: 'doc',
});
const joined = (parts: Buffer[] | null) => Buffer.concat(parts ?? []).toString();

test('the answer with a document reads as JSON.stringify would have it', () => {
  for (const length of [8, 80_000]) {
    const message = answer(aDocument(length), 3);
    assert.deepEqual(
      JSON.parse(joined(snapshotParts(message))),
      JSON.parse(JSON.stringify(message)),
    );
  }
  assert.equal(snapshotParts({ a: 's', c: 'docs', d: 'doc' }), null);
  assert.equal(snapshotParts({ a: 'bs', data: { doc: { v: 1, data: {} } } }), null);
});

test('a long document is written once for all who open it at one version, and anew for the next', () => {
  const document = aDocument(80_000);
  const first = snapshotParts(answer(document, 3));
  const again = snapshotParts({ ...answer(document, 3), a: 'f' });
  assert.equal(again?.[1], first?.[1]);
  const next = document.append(new Delta().insert('new '));
  const after = snapshotParts(answer(next, 4));
  assert.match(joined(after), /"ops":\[{"insert":"new a/);
  assert.equal(snapshotParts(answer(document, 3))?.[1], first?.[1]);
});

test('ready texts stay within their limit; the longest unused is let go', () => {
  const size = limits.maxSnapshotTextBytes / 4;
  const documents = Array.from({ length: 6 }, () => aDocument(size));
  const text = (i: number) => snapshotParts(answer(documents[i]!, 1))?.[1];
  const oldest = text(0);
  for (let i = 1; i < documents.length; i++) text(i);
  const newest = text(5);
  assert.equal(text(5), newest);
  assert.notEqual(text(0), oldest);
});
