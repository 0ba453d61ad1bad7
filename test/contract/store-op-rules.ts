// Rules S1–S17 of server/store/CONTRACT.md: the op log and its snapshots.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import type { LogEntry, StoredSnapshot } from '../../server/store/store.ts';
import { aDocument, anOp, type TheStore, write } from './store-contract.ts';

export function opRules(store: TheStore): void {
  test('[S1] an entry at the end of the log is committed and read back equal', async () => {
    const { ops } = store();
    const ref = aDocument();
    assert.equal(await ops.append(ref, anOp(0)), 'committed');
    assert.equal(await ops.append(ref, anOp(1)), 'committed');
    assert.deepEqual(await ops.read(ref, 0, null), [anOp(0), anOp(1)]);
  });

  test('[S3] entries appended without waiting are committed in order', async () => {
    const { ops } = store();
    const ref = aDocument();
    const others = [aDocument(), aDocument()];
    const asked = Array.from({ length: 60 }, (_, v) => [
      ops.append(ref, anOp(v)),
      ...others.map((other) => ops.append(other, anOp(v))),
    ]);
    assert.deepEqual([...new Set(await Promise.all(asked.flat()))], ['committed']);
    const versions = (await ops.read(ref, 0, null)).map((entry) => entry.v);
    assert.deepEqual(
      versions,
      Array.from({ length: 60 }, (_, v) => v),
    );
  });

  test('[S4] append refuses a version already taken', async () => {
    const { ops } = store();
    const ref = aDocument();
    const entries = await write(store(), ref, 3);
    assert.equal(await ops.append(ref, anOp(1, { src: 'bob' })), 'version-taken');
    assert.equal(await ops.append(ref, anOp(2, { src: 'bob' })), 'version-taken');
    assert.deepEqual(await ops.read(ref, 0, null), entries);
  });

  test('[S5] the same (src, seq) again is a duplicate, at its own version and at a later one', async () => {
    const { ops } = store();
    const ref = aDocument();
    const entries = await write(store(), ref, 3);
    assert.equal(await ops.append(ref, anOp(1)), 'duplicate');
    assert.equal(await ops.append(ref, anOp(3, { seq: 2 })), 'duplicate');
    assert.equal(await ops.append(ref, anOp(0, { seq: 3, op: [{ insert: 'x' }] })), 'duplicate');
    assert.deepEqual(await ops.read(ref, 0, null), entries);
  });

  test('[S5] a resend while the first still waits is a duplicate', async () => {
    const { ops } = store();
    const ref = aDocument();
    const first = ops.append(ref, anOp(0));
    const again = ops.append(ref, anOp(1, { seq: 1 }));
    assert.deepEqual(await Promise.all([first, again]), ['committed', 'duplicate']);
    assert.equal(await ops.version(ref), 1);
  });

  test('[S6] of entries that race for one version exactly one is committed', async () => {
    const { ops } = store();
    const ref = aDocument();
    for (let v = 0; v < 5; v++) {
      const racers = ['ada', 'bob', 'cem', 'dai', 'eva'];
      const results = await Promise.all(racers.map((src) => ops.append(ref, anOp(v, { src }))));
      assert.equal(results.filter((result) => result === 'committed').length, 1);
      assert.equal(results.filter((result) => result === 'version-taken').length, 4);
      const [stored] = await ops.read(ref, v, v + 1);
      assert.equal(stored?.src, racers[results.indexOf('committed')]);
    }
  });

  test('[S7] what was appended behind a refused entry is refused with it', async () => {
    const { ops } = store();
    const ref = aDocument();
    const entries = await write(store(), ref, 2);
    const results = await Promise.all([
      ops.append(ref, anOp(1, { src: 'bob', seq: 1 })),
      ops.append(ref, anOp(2, { src: 'bob', seq: 2 })),
      ops.append(ref, anOp(3, { src: 'ada', seq: 1 })),
      ops.append(aDocument(), anOp(0)),
    ]);
    assert.deepEqual(results, ['version-taken', 'version-taken', 'duplicate', 'committed']);
    assert.deepEqual(await ops.read(ref, 0, null), entries);
    assert.equal(await ops.append(ref, anOp(2, { src: 'bob', seq: 2 })), 'committed');
  });

  test('[S8] an entry beyond the end of the log is refused', async () => {
    const { ops } = store();
    const ref = aDocument();
    assert.equal(await ops.append(ref, anOp(1)), 'version-taken');
    await write(store(), ref, 2);
    assert.equal(await ops.append(ref, anOp(3)), 'version-taken');
    assert.equal(await ops.version(ref), 2);
  });

  test('[S9] documents with the same id in another collection, versions and seqs keep apart', async () => {
    const { ops } = store();
    const ref = aDocument('pads');
    const other = { ...ref, collection: aDocument('notes').collection };
    await write(store(), ref, 2);
    assert.equal(await ops.version(other), 0);
    assert.equal(await ops.append(other, anOp(0, { op: [{ insert: 'x' }] })), 'committed');
    assert.deepEqual(await ops.read(ref, 0, null), [anOp(0), anOp(1)]);
  });

  test('[S10] read gives from ≤ v < to, ascending', async () => {
    const { ops } = store();
    const ref = aDocument();
    const entries = await write(store(), ref, 6);
    assert.deepEqual(await ops.read(ref, 2, 4), entries.slice(2, 4));
    assert.deepEqual(await ops.read(ref, 4, null), entries.slice(4));
    assert.deepEqual(await ops.read(ref, 0, 100), entries);
    assert.deepEqual(await ops.read(ref, 3, 3), []);
    assert.deepEqual(await ops.read(ref, 6, null), []);
    assert.deepEqual(await ops.read(aDocument(), 0, null), []);
  });

  test('[S10] a long log is read whole', async () => {
    const { ops } = store();
    const ref = aDocument();
    const entries = await write(store(), ref, 801);
    assert.deepEqual(await ops.read(ref, 0, null), entries);
    assert.deepEqual(await ops.read(ref, 1, 801), entries.slice(1));
  });

  test('[S38] remove takes away log and snapshots; the document may be made again', async () => {
    const { ops } = store();
    const [ref, other] = [aDocument(), aDocument()];
    await write(store(), ref, 30);
    const kept = await write(store(), other, 3);
    const snapshot: StoredSnapshot = { v: 10, type: 'x', data: [{ insert: 'a\n' }], m: null };
    await ops.writeSnapshot(ref, snapshot, { milestone: true });
    await ops.writeSnapshot(ref, { ...snapshot, v: 30 });
    await ops.writeSnapshot(other, { ...snapshot, v: 3 });
    await ops.remove(ref);
    assert.equal(await ops.version(ref), 0);
    assert.deepEqual(await ops.read(ref, 0, null), []);
    assert.equal(await ops.snapshot(ref, null), null);
    assert.deepEqual(await ops.listSnapshots(ref), []);
    const listed = (await ops.list(null, 10_000)).map(documentKey);
    assert.ok(!listed.includes(documentKey(ref)));
    assert.ok(listed.includes(documentKey(other)));
    assert.deepEqual(await ops.read(other, 0, null), kept);
    assert.equal((await ops.snapshot(other, null))?.v, 3);
    await ops.remove(ref);
    await ops.remove(aDocument());
    assert.equal(await ops.append(ref, anOp(0)), 'committed', 'the same src and seq as before');
    assert.deepEqual(await ops.read(ref, 0, null), [anOp(0)]);
  });

  test('[S11] version is 0 for a document never made, else after the last entry', async () => {
    const { ops } = store();
    const ref = aDocument();
    assert.equal(await ops.version(ref), 0);
    await write(store(), ref, 4);
    assert.equal(await ops.version(ref), 4);
  });

  test('[S37] grown names the documents that somebody committed to since', async () => {
    const { ops } = store();
    const [one, two, other, never] = [
      aDocument(),
      aDocument(),
      aDocument('elsewhere'),
      aDocument('nowhere'),
    ] as const;
    await write(store(), one, 3);
    await write(store(), two, 2);
    await write(store(), other, 1);
    const asked = (versions: readonly number[]) =>
      ops.grown([one, two, other, never].map((ref, i) => ({ ref, version: versions[i]! })));
    const ids = (refs: readonly DocumentRef[]) => refs.map(({ id }) => id).sort();
    assert.deepEqual(ids(await asked([3, 2, 1, 0])), []);
    assert.deepEqual(ids(await asked([2, 2, 0, 0])), ids([one, other]));
    assert.deepEqual(ids(await asked([0, 0, 1, 0])), ids([one, two]));
    assert.deepEqual(await ops.grown([]), []);
    await ops.append(two, anOp(2));
    assert.deepEqual(ids(await asked([3, 2, 1, 0])), ids([two]));
  });

  test('[S12] create, delete, op and no-op entries, any JSON and any Unicode come back', async () => {
    const { ops } = store();
    const ref = aDocument();
    const odd = 'a\u0000b \u2028 "\\ é 北京 🎉 \u202e</script>\ud83c\udf89';
    const bare = (v: number): Omit<LogEntry, 'op'> => {
      const { op: _op, ...rest } = anOp(v);
      return rest;
    };
    const entries: LogEntry[] = [
      {
        ...bare(0),
        create: { type: 'http://sharejs.org/types/rich-text/v1', data: [{ insert: `${odd}\n` }] },
      },
      anOp(1, { op: [{ insert: odd, attributes: { link: odd, bold: true, indent: 1.5 } }] }),
      anOp(2, {
        op: {
          ops: [
            { retain: 1, attributes: { bold: null } },
            { delete: 2 },
            { insert: { image: 'x' } },
          ],
        },
      }),
      { ...bare(3), m: { ts: 5 } },
      anOp(4, { op: [], m: { ts: 0, via: 'system', extra: { deep: [1, null, 'x'] } } }),
      { ...bare(5), del: true },
      { ...bare(6), create: { type: 't', data: null } },
      anOp(7, { op: [{ insert: 'x'.repeat(500_000) }] }),
    ];
    for (const entry of entries) assert.equal(await ops.append(ref, entry), 'committed');
    assert.deepEqual(await ops.read(ref, 0, null), entries);
  });

  test('[S17] list names every document with a log, each once, page by page', async () => {
    const { ops } = store();
    const refs = Array.from({ length: 7 }, () => aDocument('listed'));
    for (const ref of refs) await write(store(), ref, 2);
    const found: string[] = [];
    let after: DocumentKey | null = null;
    for (;;) {
      const page = await ops.list(after, 3);
      assert.ok(page.length <= 3);
      const end = page.at(-1);
      if (!end) break;
      found.push(...page.map(documentKey));
      after = documentKey(end);
    }
    assert.equal(new Set(found).size, found.length);
    const listed = found.filter((key) => key.startsWith('listed/'));
    assert.deepEqual(listed, refs.map(documentKey).sort());
  });
}

const aSnapshot = (v: number, text = `text ${v}`): StoredSnapshot => ({
  v,
  type: 'http://sharejs.org/types/rich-text/v1',
  data: [{ insert: `${text}\n` }],
  m: { ctime: 1, mtime: v },
});

/** An engine may keep notes of its own in `m`. */
function assertSnapshot(got: StoredSnapshot | null, wanted: StoredSnapshot): void {
  assert.deepEqual([got?.v, got?.type, got?.data], [wanted.v, wanted.type, wanted.data]);
  assert.deepEqual({ ...(got?.m as object), ...(wanted.m as object) }, got?.m);
}

export function snapshotRules(store: TheStore): void {
  test('[S14] snapshot gives the newest at or before a version, or null', async () => {
    const { ops } = store();
    const ref = aDocument();
    assert.equal(await ops.snapshot(ref, null), null);
    await write(store(), ref, 9);
    assert.equal(await ops.snapshot(ref, null), null);
    await ops.writeSnapshot(ref, aSnapshot(3), { milestone: true });
    await ops.writeSnapshot(ref, aSnapshot(6), { milestone: true });
    await ops.writeSnapshot(ref, aSnapshot(8));
    assertSnapshot(await ops.snapshot(ref, null), aSnapshot(8));
    assertSnapshot(await ops.snapshot(ref, 8), aSnapshot(8));
    assertSnapshot(await ops.snapshot(ref, 7), aSnapshot(6));
    assertSnapshot(await ops.snapshot(ref, 3), aSnapshot(3));
    assert.equal(await ops.snapshot(ref, 2), null);
    assert.equal(await ops.snapshot(aDocument(), null), null);
  });

  test('[S15] a newer snapshot replaces an older one, but not a milestone', async () => {
    const { ops } = store();
    const ref = aDocument();
    await write(store(), ref, 9);
    await ops.writeSnapshot(ref, aSnapshot(2));
    await ops.writeSnapshot(ref, aSnapshot(4), { milestone: true });
    await ops.writeSnapshot(ref, aSnapshot(5));
    await ops.writeSnapshot(ref, aSnapshot(7));
    assert.equal(await ops.snapshot(ref, 3), null);
    assertSnapshot(await ops.snapshot(ref, 6), aSnapshot(4));
    assertSnapshot(await ops.snapshot(ref, null), aSnapshot(7));
  });

  test('[S15] an older snapshot that comes late replaces nothing; a late milestone is kept', async () => {
    const { ops } = store();
    const ref = aDocument();
    await write(store(), ref, 9);
    await ops.writeSnapshot(ref, aSnapshot(7));
    await ops.writeSnapshot(ref, aSnapshot(5));
    await ops.writeSnapshot(ref, aSnapshot(3), { milestone: true });
    assertSnapshot(await ops.snapshot(ref, null), aSnapshot(7));
    assertSnapshot(await ops.snapshot(ref, 6), aSnapshot(3));
  });

  test('[S15] a document that does not exist any more has a snapshot that says so', async () => {
    const { ops } = store();
    const ref = aDocument();
    await write(store(), ref, 2);
    await ops.writeSnapshot(ref, aSnapshot(1));
    await ops.writeSnapshot(ref, { v: 2, type: null, data: undefined, m: null });
    const got = await ops.snapshot(ref, null);
    assert.deepEqual([got?.v, got?.type, got?.data], [2, null, undefined]);
  });

  test('[S33] listSnapshots names those that are stored; the same version again replaces', async () => {
    const { ops } = store();
    const ref = aDocument();
    assert.deepEqual(await ops.listSnapshots(ref), []);
    await write(store(), ref, 9);
    await ops.writeSnapshot(ref, aSnapshot(3), { milestone: true });
    await ops.writeSnapshot(ref, aSnapshot(5));
    await ops.writeSnapshot(ref, aSnapshot(6), { milestone: true });
    await ops.writeSnapshot(ref, aSnapshot(8));
    const list = [
      { v: 3, milestone: true },
      { v: 6, milestone: true },
      { v: 8, milestone: false },
    ];
    assert.deepEqual(await ops.listSnapshots(ref), list);
    await ops.writeSnapshot(ref, aSnapshot(8, 'rebuilt'));
    await ops.writeSnapshot(ref, aSnapshot(3, 'rebuilt'), { milestone: true });
    assert.deepEqual(await ops.listSnapshots(ref), list);
    assertSnapshot(await ops.snapshot(ref, null), aSnapshot(8, 'rebuilt'));
    assertSnapshot(await ops.snapshot(ref, 3), aSnapshot(3, 'rebuilt'));
  });

  test('[S16] a snapshot ahead of its log is refused', async () => {
    const { ops } = store();
    const ref = aDocument();
    await write(store(), ref, 2);
    await assert.rejects(ops.writeSnapshot(ref, aSnapshot(3)));
    await assert.rejects(ops.writeSnapshot(aDocument(), aSnapshot(1)));
    assert.equal(await ops.snapshot(ref, null), null);
  });

  test('[S31] a write that cannot be made does not fail those beside it', async () => {
    const { ops, blobs } = store();
    const ref = aDocument();
    const [first, bad, second, blob] = await Promise.allSettled([
      ops.append(ref, anOp(0)),
      ops.writeSnapshot(aDocument(), aSnapshot(9)),
      ops.append(ref, anOp(1)),
      blobs.put(documentKey(ref), new Uint8Array([1]), 'a/b'),
    ]);
    assert.deepEqual(
      [first, bad, second, blob].map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.deepEqual(await ops.read(ref, 0, null), [anOp(0), anOp(1)]);
  });
}
