import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHomeState, mergeFirstPage } from '../../../../client/panels/home-state.ts';
import type { DocumentListItem, DocumentListReply } from '../../../../core/api.ts';
import { AppError } from '../../../../core/errors.ts';

const item = (name: string, updatedAt: number): DocumentListItem => ({
  collection: 'docs',
  id: name,
  url: `/d/docs/${name}`,
  title: name,
  preview: '',
  updatedAt,
  updatedBy: null,
  mine: true,
  here: [],
});
const names = (list: readonly DocumentListItem[] | null) => list?.map(({ title }) => title);

/** A list on a server whose answers are given by hand, in any order. */
function stage(first = '') {
  const asked: {
    query: string;
    after: string | undefined;
    answer: (reply: DocumentListReply) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const state = createHomeState(
    {
      listDocuments: (query, after) =>
        new Promise((answer, fail) => asked.push({ query, after, answer, fail })),
    },
    first,
    () => {},
  );
  return { state, asked };
}

test('the newest question wins, however late an older one is answered', async () => {
  const { state, asked } = stage();
  state.searchNow();
  state.search('heron');
  state.searchNow();
  assert.deepEqual(
    asked.map(({ query }) => query),
    ['', 'heron'],
  );
  asked[1]?.answer({ documents: [item('heron', 1)] });
  asked[0]?.answer({ documents: [item('old', 1)] });
  await new Promise(setImmediate);
  assert.deepEqual(names(state.documents.value), ['heron']);
  assert.equal(state.shownQuery.value, 'heron');
});

test('a refresh keeps the further pages and moves what was edited to the top', async () => {
  const { state, asked } = stage();
  const first = state.refresh();
  asked[0]?.answer({ documents: [item('a', 9), item('b', 8)], next: 'n' });
  await first;
  const more = state.more();
  assert.equal(asked[1]?.after, 'n');
  asked[1]?.answer({ documents: [item('c', 7), item('d', 6)] });
  await more;
  assert.equal(state.hasMore.value, false);
  const again = state.refresh();
  asked[2]?.answer({ documents: [item('d', 10), item('a', 9)], next: 'n2' });
  await again;
  assert.deepEqual(names(state.documents.value), ['d', 'a', 'b', 'c']);
  assert.equal(state.hasMore.value, false);
});

test('a refresh that fails leaves the list; a first load that fails is told', async () => {
  const { state, asked } = stage();
  const first = state.refresh();
  asked[0]?.fail(new AppError('not-now', 'x'));
  await first;
  assert.ok(state.failure.value instanceof AppError);
  const second = state.refresh();
  asked[1]?.answer({ documents: [item('a', 1)] });
  await second;
  assert.equal(state.failure.value, null);
  const third = state.refresh();
  asked[2]?.fail(new AppError('not-now', 'x'));
  await third;
  assert.equal(state.failure.value, null);
  assert.deepEqual(names(state.documents.value), ['a']);
});

test('another query forgets the pages of the one before', async () => {
  const { state, asked } = stage();
  const first = state.refresh();
  asked[0]?.answer({ documents: [item('a', 9), item('b', 8)] });
  await first;
  state.search('a');
  const second = state.refresh();
  asked[1]?.answer({ documents: [item('a', 9)] });
  await second;
  assert.deepEqual(names(state.documents.value), ['a']);
});

test('what was deleted elsewhere does not come back out of older pages', () => {
  const shown = [item('a', 9), item('gone', 8), item('c', 7), item('d', 6)];
  const fresh = [item('a', 9), item('c', 7)];
  assert.deepEqual(names(mergeFirstPage(shown, fresh)), ['a', 'c', 'd']);
});
