// Rules S18–S23 of server/store/CONTRACT.md: records and blobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordKind, StoredRecord } from '../../server/store/store.ts';
import type { TheStore } from './store-contract.ts';

interface Note {
  text: string;
  owner: string | null;
  at: number;
}

let kinds = 0;
/** A kind that no other test uses, listed by owner in the order of time, and by text within one owner. */
const aKind = (): RecordKind<Note> => ({
  name: `note-${process.pid}-${++kinds}`,
  indexes: {
    byOwner: ({ owner, at }) => (owner === null ? null : [owner, at]),
    byText: ({ owner, text }) => [owner ?? '', text],
  },
});
const aNote = (at: number, more: Partial<Note> = {}): Note => ({
  text: `note ${at}`,
  owner: 'ada',
  at,
  ...more,
});
const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

export function recordRules(store: TheStore): void {
  test('[S18] put replaces the whole value and counts versions from 1', async () => {
    const { records } = store();
    const kind = aKind();
    assert.equal(await records.get(kind, 'a'), null);
    assert.equal(await records.put(kind, 'a', aNote(1)), true);
    assert.deepEqual(await records.get(kind, 'a'), { id: 'a', value: aNote(1), version: 1 });
    const odd = aNote(2, { text: '\u0000 "\\ 北京 🎉 \u2028' });
    await records.put(kind, 'a', odd);
    assert.deepEqual(await records.get(kind, 'a'), { id: 'a', value: odd, version: 2 });
  });

  test('[S19] ifVersion writes only over that version', async () => {
    const { records } = store();
    const kind = aKind();
    assert.equal(await records.put(kind, 'a', aNote(1), { ifVersion: 1 }), false);
    assert.equal(await records.put(kind, 'a', aNote(1), { ifVersion: 0 }), true);
    assert.equal(await records.put(kind, 'a', aNote(2), { ifVersion: 0 }), false);
    assert.equal(await records.put(kind, 'a', aNote(3), { ifVersion: 2 }), false);
    assert.deepEqual((await records.get(kind, 'a'))?.value, aNote(1));
    assert.equal(await records.put(kind, 'a', aNote(4), { ifVersion: 1 }), true);
    assert.deepEqual(await records.get(kind, 'a'), { id: 'a', value: aNote(4), version: 2 });
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'ada', { limit: 9 })), ['a']);
  });

  test('[S19] of writers that race with one ifVersion exactly one wins', async () => {
    const { records } = store();
    const kind = aKind();
    for (const ifVersion of [0, 1]) {
      const wrote = await Promise.all(
        [1, 2, 3, 4, 5].map((at) => records.put(kind, 'a', aNote(at), { ifVersion })),
      );
      assert.equal(wrote.filter(Boolean).length, 1);
      assert.equal((await records.get(kind, 'a'))?.value.at, wrote.indexOf(true) + 1);
    }
  });

  test('[S20] kinds keep apart; getMany gives those that exist; delete of nothing is no error', async () => {
    const { records } = store();
    const kind = aKind();
    const other = aKind();
    await records.put(kind, 'a', aNote(1));
    await records.put(kind, 'b', aNote(2));
    await records.put(other, 'a', aNote(9));
    const found = await records.getMany(kind, ['b', 'absent', 'a', 'b']);
    assert.deepEqual(ids(found).sort(), ['a', 'b']);
    assert.deepEqual(await records.getMany(kind, []), []);
    await records.delete(kind, 'a');
    await records.delete(kind, 'a');
    assert.equal(await records.get(kind, 'a'), null);
    assert.equal((await records.get(other, 'a'))?.value.at, 9);
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'ada', { limit: 9 })), ['b']);
  });

  test('[S20] getMany takes thousands of ids', async () => {
    const { records } = store();
    const kind = aKind();
    const many = Array.from({ length: 3000 }, (_, i) => `id ${i}`);
    await Promise.all(
      many.filter((_, i) => i % 100 === 0).map((id) => records.put(kind, id, aNote(1))),
    );
    assert.equal((await records.getMany(kind, many)).length, 30);
  });

  test('[S21] list goes by the sort part, then by id, both ways', async () => {
    const { records } = store();
    const kind = aKind();
    const times = { d: -5, b: 2, a: 10, c: 10, e: 9.5, f: 1_700_000_000_000 };
    for (const [id, at] of Object.entries(times)) await records.put(kind, id, aNote(at));
    await records.put(kind, 'x', aNote(3, { owner: 'bob' }));
    const up = ['d', 'b', 'e', 'a', 'c', 'f'];
    const list = async (options: { limit: number; descending?: boolean }) =>
      ids(await records.list(kind, 'byOwner', 'ada', options));
    assert.deepEqual(await list({ limit: 9 }), up);
    assert.deepEqual(await list({ limit: 9, descending: true }), up.toReversed());
    assert.deepEqual(await list({ limit: 2 }), up.slice(0, 2));
    assert.deepEqual(await records.list(kind, 'byOwner', 'nobody', { limit: 9 }), []);
  });

  test('[S21] strings sort by code point', async () => {
    const { records } = store();
    const kind = aKind();
    const texts = ['', '10', '9', 'B', 'a', 'é', '北', '🎉'];
    for (const text of texts.toReversed())
      await records.put(kind, `id ${text}`, aNote(1, { text }));
    const found = await records.list(kind, 'byText', 'ada', { limit: 99 });
    assert.deepEqual(
      found.map(({ value }) => value.text),
      texts,
    );
  });

  test('[S21] after goes on behind a record, also one that is gone', async () => {
    const { records } = store();
    const kind = aKind();
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      await records.put(kind, id, aNote(id < 'c' ? 1 : 2));
    await records.delete(kind, 'd');
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let after: { sort: number; id: string } | undefined;
      for (;;) {
        const options = { limit: 1, descending, ...(after && { after }) };
        const [next] = await records.list(kind, 'byOwner', 'ada', options);
        if (!next) break;
        seen.push(next.id);
        after = { sort: next.value.at, id: next.id };
      }
      assert.deepEqual(seen, descending ? ['e', 'c', 'b', 'a'] : ['a', 'b', 'c', 'e']);
    }
    const gone = { after: { sort: 2, id: 'd' }, limit: 9 };
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'ada', gone)), ['e']);
    const texts = { after: { sort: 'note 1', id: 'a' }, limit: 9 };
    assert.deepEqual(ids(await records.list(kind, 'byText', 'ada', texts)), ['b', 'c', 'e']);
  });

  test('[S22] a changed key moves the record in its list, null takes it out', async () => {
    const { records } = store();
    const kind = aKind();
    await records.put(kind, 'a', aNote(1));
    await records.put(kind, 'b', aNote(2));
    await records.put(kind, 'a', aNote(3));
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'ada', { limit: 9 })), ['b', 'a']);
    await records.put(kind, 'a', aNote(3, { owner: 'bob' }));
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'ada', { limit: 9 })), ['b']);
    assert.deepEqual(ids(await records.list(kind, 'byOwner', 'bob', { limit: 9 })), ['a']);
    await records.put(kind, 'a', aNote(3, { owner: null }));
    assert.deepEqual(await records.list(kind, 'byOwner', 'bob', { limit: 9 }), []);
    assert.equal((await records.get(kind, 'a'))?.version, 4);
  });
}

export function wholeRules(store: TheStore): void {
  test('[S34] all gives every record once, page by page; restore makes it the same again', async () => {
    const { records } = store();
    const [kind, other] = [aKind(), aKind()];
    for (let at = 1; at <= 7; at++) await records.put(kind, `id ${at}`, aNote(at));
    await records.put(kind, 'id 3', aNote(3, { owner: null, text: 'odd \u0000 北京' }));
    await records.put(other, 'id 1', aNote(1.5, { owner: 'bob' }));
    const everything = async () => {
      const found: StoredRecord[] = [];
      for (let after: StoredRecord | null = null; ; ) {
        const page: StoredRecord[] = await records.all(after, 3);
        assert.ok(page.length <= 3);
        after = page.at(-1) ?? null;
        if (!after) return found.filter((each) => [kind.name, other.name].includes(each.kind));
        found.push(...page);
      }
    };
    const before = await everything();
    assert.deepEqual(
      before.map((each) => [each.kind, each.id]),
      [...[1, 2, 3, 4, 5, 6, 7].map((n) => [kind.name, `id ${n}`]), [other.name, 'id 1']],
    );
    assert.deepEqual(before[2]?.version, 2);
    assert.deepEqual(before[7]?.indexes, { byOwner: ['bob', 1.5], byText: ['bob', 'note 1.5'] });
    const list = async () => ({
      ada: await records.list(kind, 'byOwner', 'ada', { limit: 99 }),
      none: await records.list(kind, 'byText', '', { limit: 99 }),
      bob: await records.list(other, 'byOwner', 'bob', { limit: 99 }),
      one: await records.get(kind, 'id 3'),
    });
    const lists = await list();
    for (const { id } of lists.ada) await records.delete(kind, id);
    await records.put(other, 'id 1', aNote(9, { owner: 'cem' }));
    for (const each of before) await records.restore(each);
    assert.deepEqual(await everything(), before);
    assert.deepEqual(await list(), lists);
  });

  test('[S35] list names every blob once, in order, page by page', async () => {
    const { blobs } = store();
    const names = Array.from({ length: 7 }, (_, i) => `listed-${i}`);
    for (const name of names.toReversed()) await blobs.put(name, new Uint8Array([1]), 'a/b');
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: string[] = await blobs.list(after, 3);
      assert.ok(page.length <= 3);
      after = page.at(-1) ?? null;
      if (after === null) break;
      found.push(...page);
    }
    assert.deepEqual(
      found.filter((name) => name.startsWith('listed-')),
      names,
    );
    assert.deepEqual(found, found.toSorted());
  });
}

export function blobRules(store: TheStore): void {
  test('[S23] bytes of any length and their type come back as they were put', async () => {
    const { blobs } = store();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const large = new Uint8Array(3 * 1024 * 1024).fill(0xa5);
    for (const [name, bytes] of Object.entries({ empty: new Uint8Array(), all, large })) {
      await blobs.put(name, bytes, 'image/png');
      const got = await blobs.get(name);
      assert.equal(got?.type, 'image/png');
      assert.ok(got.bytes instanceof Uint8Array);
      assert.equal(Buffer.compare(got.bytes, bytes), 0, name);
    }
  });

  test('[S23] putting again replaces; an absent one is null; delete of nothing is no error', async () => {
    const { blobs } = store();
    await blobs.put('again', new Uint8Array([1, 2]), 'image/png');
    await blobs.put('again', new Uint8Array([3]), 'image/jpeg');
    const got = await blobs.get('again');
    assert.deepEqual([got?.type, ...(got?.bytes ?? [])], ['image/jpeg', 3]);
    await blobs.delete('again');
    await blobs.delete('again');
    assert.equal(await blobs.get('again'), null);
  });
}
