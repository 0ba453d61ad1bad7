// The contract suite of a store (server/store/CONTRACT.md): run it once for every engine. Titles carry
// the ids of the rules. Each part opens one store; tests keep apart by document, kind and name.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CollectionName, DocumentId, DocumentRef } from '../../core/ids.ts';
import type { LogEntry, Store, StoreReader } from '../../server/store/store.ts';
import { opRules, snapshotRules } from './store-op-rules.ts';
import { blobRules, recordRules, wholeRules } from './store-record-rules.ts';
import { searchRules } from './store-search-rules.ts';

export interface OpenedStore {
  store: Store;
  /** Closes the store and opens what it kept; absent when an engine keeps nothing by itself. */
  reopen?: () => Promise<Store>;
  /** Opens a reader beside the store. */
  openReader: () => Promise<StoreReader>;
  /** Closes whatever is open and clears away what it kept. */
  close: () => Promise<void>;
}

export type OpenStore = () => Promise<OpenedStore>;
/** Inside a test: the store of this part of the suite. */
export type TheStore = () => Store;

let documents = 0;
/** A document that no other test uses. */
export const aDocument = (collection = 'pads'): DocumentRef => ({
  collection: collection as CollectionName,
  id: `doc-${process.pid}-${++documents}` as DocumentId,
});

/** An op by `src` whose seq follows its version, unless said otherwise. */
export const anOp = (v: number, more: Partial<LogEntry> = {}): LogEntry => ({
  v,
  src: 'ada',
  seq: v + 1,
  op: [{ retain: v + 1 }, { insert: `text ${v}` }],
  m: { ts: 1_700_000_000_000 + v, uid: 'g_adaadaada', via: 'page' },
  ...more,
});

/** Appends `count` ops from version 0 on and returns them. */
export async function write(store: Store, ref: DocumentRef, count: number): Promise<LogEntry[]> {
  const entries = Array.from({ length: count }, (_, v) => anOp(v));
  const results = await Promise.all(entries.map((entry) => store.ops.append(ref, entry)));
  assert.deepEqual([...new Set(results)], count === 0 ? [] : ['committed']);
  return entries;
}

export function storeContract(name: string, open: OpenStore): void {
  const part = (title: string, rules: (store: TheStore) => void) =>
    describe(`${name}: ${title}`, () => {
      let opened: OpenedStore;
      before(async () => {
        opened = await open();
      });
      after(() => opened.close());
      rules(() => opened.store);
    });
  part('op log', opRules);
  part('snapshots', snapshotRules);
  part('records', recordRules);
  part('blobs', blobRules);
  part('search', searchRules);
  part('the whole store', wholeRules);
  describe(`${name}: the store`, () => lifeRules(open));
}

function lifeRules(open: OpenStore): void {
  test('[S2] what was committed is there after the store was closed and opened again', async (t) => {
    const { store, reopen, close } = await open();
    t.after(close);
    if (!reopen) return t.skip('this engine cannot be opened again by the suite');
    const ref = aDocument();
    const entries = await write(store, ref, 3);
    const again = await reopen();
    assert.deepEqual(await again.ops.read(ref, 0, null), entries);
    assert.equal(await again.ops.append(ref, entries[1] as LogEntry), 'duplicate');
    assert.equal(await again.ops.append(ref, anOp(3)), 'committed');
  });

  test('[S36] a reader beside the store sees what is durable when it asks', async (t) => {
    const { store, openReader, close } = await open();
    t.after(close);
    const ref = aDocument();
    const kind = { name: 'thing', indexes: {} };
    await write(store, ref, 3);
    const reader = await openReader();
    t.after(() => reader.close());
    assert.equal(await reader.ops.version(ref), 3);
    assert.equal(await store.ops.append(ref, anOp(3)), 'committed');
    await store.ops.writeSnapshot(ref, { v: 4, type: 't', data: [1], m: null });
    await store.records.put(kind, 'a', { b: 1 });
    await store.blobs.put('c', new Uint8Array([1, 2]), 'x/y');
    assert.equal(await reader.ops.version(ref), 4);
    assert.deepEqual(await reader.ops.read(ref, 0, null), await store.ops.read(ref, 0, null));
    assert.deepEqual(await reader.ops.list(null, 9), [ref]);
    assert.deepEqual(await reader.ops.listSnapshots(ref), [{ v: 4, milestone: false }]);
    assert.deepEqual((await reader.ops.snapshot(ref, null))?.data, [1]);
    assert.deepEqual(await reader.records.all(null, 9), [
      { kind: 'thing', id: 'a', version: 1, value: { b: 1 }, indexes: {} },
    ]);
    assert.deepEqual(await reader.blobs.list(null, 9), ['c']);
    assert.deepEqual([...((await reader.blobs.get('c'))?.bytes ?? [])], [1, 2]);
  });

  test('[S29] ping resolves while the store answers', async (t) => {
    const { store, close } = await open();
    t.after(close);
    await store.ping();
    assert.match(store.describe(), /^\S.{3,200}$/);
  });

  test('[S30] close waits for what was asked to be written', async (t) => {
    const { store, reopen, close } = await open();
    t.after(close);
    const ref = aDocument();
    const asked = Array.from({ length: 20 }, (_, v) => store.ops.append(ref, anOp(v)));
    await store.close();
    assert.deepEqual([...new Set(await Promise.all(asked))], ['committed']);
    if (!reopen) return;
    assert.equal(await (await reopen()).ops.version(ref), 20);
  });

  test('[S30] after close every call rejects', async (t) => {
    const { store, close } = await open();
    t.after(close);
    const ref = aDocument();
    await store.ops.append(ref, anOp(0));
    await store.close();
    await assert.rejects(store.ops.append(ref, anOp(1)));
    await assert.rejects(store.ops.version(ref));
    await assert.rejects(store.ops.read(ref, 0, null));
    await assert.rejects(store.blobs.get('a'));
    await assert.rejects(store.ping());
    await store.close();
  });
}
