import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DocumentRef, UserId } from '../../../core/ids.ts';
import { parseDocumentRef } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { createIndexer } from '../../../server/documents/indexer.ts';
import type { DocumentRecords } from '../../../server/documents/records.ts';
import { silentLog } from '../../../server/log.ts';
import type { DocumentRecord } from '../../../server/store/schema.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const ref = parseDocumentRef('docs', 'a') as DocumentRef;

/** One document, a clock that only the test moves, and what was written. */
function setUp(text: string) {
  const clock = new ManualClock();
  const now = clock.now();
  const state = { text, version: 1, fails: false, isOurs: true };
  let record: DocumentRecord = {
    title: '',
    titled: false,
    ownerId: 'g_owner000',
    link: 'editor',
    createdAt: now,
    updatedAt: now,
    updatedBy: null,
    preview: '',
    indexedVersion: 0,
    trashedAt: null,
  };
  const written: string[] = [];
  const records = {
    get: async () => record,
    async update(_ref: DocumentRef, change: (before: DocumentRecord) => DocumentRecord) {
      const before = record;
      record = change(before);
      if (record !== before) written.push(`record ${record.indexedVersion}`);
      return { before, after: record };
    },
  } as unknown as DocumentRecords;
  const indexer = createIndexer({
    images: { note: async () => undefined, forget: async () => undefined },
    records,
    store: {
      search: {
        index: async (_key, { text: words }) => void written.push(`search ${words.length}`),
        remove: async () => {},
        find: async () => [],
      },
    },
    backend: {
      async readForSystem() {
        if (state.fails) throw new Error('no disk');
        return { version: state.version, ops: [{ insert: state.text }] };
      },
      documentChanged: async () => {},
      isOurs: () => state.isOurs,
    },
    clock,
    log: silentLog,
  });
  const settle = async () => {
    for (let i = 0; i < 30; i++) await Promise.resolve();
  };
  return {
    state,
    indexer,
    record: () => record,
    /** What was written since it was asked last. */
    written: () => written.splice(0),
    edit(by = 'g_editor00') {
      state.version += 1;
      const actor = { kind: 'guest', id: by as UserId, name: 'E', color: 1 } as const;
      indexer.edited({ ref, version: state.version, actor, at: clock.now(), created: false });
    },
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(10);
        await settle();
      }
    },
  };
}

test('many edits are one write, within two seconds', async () => {
  const it = setUp('words\n');
  for (let i = 0; i < 20; i++) {
    it.edit();
    await it.pass(50);
  }
  assert.deepEqual(it.written(), []);
  await it.pass(1_000);
  assert.deepEqual(it.written(), ['record 21', 'search 5']);
  assert.equal(it.record().updatedBy, 'g_editor00');
  await it.pass(60_000);
  assert.deepEqual(it.written(), []);
});

test('what has not changed is not written', async () => {
  const it = setUp('words\n');
  it.edit();
  await it.pass(2_000);
  it.written();
  it.indexer.touch(ref);
  await it.pass(10);
  assert.deepEqual(it.written(), ['search 5']);
});

test('search of a long document is paced by its length; its record is not', async () => {
  const chars = limits.searchCharsPerSecond * 10;
  const it = setUp(`${'x'.repeat(chars)}\n`);
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), ['record 2', `search ${chars}`]);
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), ['record 3']);
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), ['record 4']);
  await it.pass(10_000);
  assert.deepEqual(it.written(), [`search ${chars}`]);
  await it.pass(60_000);
  assert.deepEqual(it.written(), []);
});

test('a stop writes what is left, at once, and nothing afterwards', async () => {
  const chars = limits.searchCharsPerSecond * 10;
  const it = setUp(`${'x'.repeat(chars)}\n`);
  it.edit();
  await it.pass(2_000);
  it.edit();
  it.written();
  await it.indexer.close();
  assert.deepEqual(it.written(), ['record 3', `search ${chars}`]);
  await it.pass(60_000);
  assert.deepEqual(it.written(), []);
});

test('a failure loses nothing: the next edit writes it', async () => {
  const it = setUp('words\n');
  it.state.fails = true;
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), []);
  it.state.fails = false;
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), ['record 3', 'search 5']);
});

test('where another process edited last, that one looks; what has seen more is not undone', async () => {
  const it = setUp('words\n');
  it.edit();
  it.state.isOurs = false;
  await it.pass(2_000);
  assert.deepEqual(it.written(), []);
  it.state.isOurs = true;
  it.edit();
  await it.pass(2_000);
  assert.deepEqual(it.written(), ['record 3', 'search 5']);
  it.state.version = 1;
  it.indexer.touch(ref);
  await it.pass(10);
  assert.equal(it.record().indexedVersion, 3);
});
