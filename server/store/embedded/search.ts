// Search over titles and texts by SQLite's full-text index. The words are ours (core/search.ts);
// SQLite keeps them and ranks. Searches run off the event loop, one at a time, for a limited time.

import { AppError } from '../../../core/errors.ts';
import type { DocumentKey } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { queryTokens, tokenize } from '../../../core/search.ts';
import type { Clock } from '../../clock.ts';
import type { Search, SearchHit } from '../store.ts';
import type { SlowReader, Writer } from './connection.ts';
import { SQLITE_INTERRUPT, sqliteCode, storageError } from './sqlite-error.ts';
import type { WriteQueue } from './write-queue.ts';

/** A word in the title says more of a document than many in its text. */
const TITLE_WEIGHT = 10;

export async function createSearch(
  queue: WriteQueue,
  writer: Writer,
  reader: SlowReader,
  clock: Clock,
): Promise<Search> {
  const addDocument = await writer.prepare(
    'INSERT INTO search_document (key) VALUES (?) ON CONFLICT DO NOTHING',
  );
  const findDocument = await writer.prepare('SELECT id FROM search_document WHERE key = ?');
  const deleteDocument = await writer.prepare('DELETE FROM search_document WHERE id = ?');
  const putTokens = await writer.prepare(
    'INSERT OR REPLACE INTO search_index (rowid, title, text) VALUES (?, ?, ?)',
  );
  const deleteTokens = await writer.prepare('DELETE FROM search_index WHERE rowid = ?');
  const idOf = (key: DocumentKey) => findDocument.get<{ id: number }>(key)?.id;

  // CROSS JOIN: the words first, then which of their documents are asked for.
  const find = await reader.prepare(
    `SELECT d.key, -bm25(search_index, ${TITLE_WEIGHT}, 1) AS score
     FROM search_index CROSS JOIN search_document AS d ON d.id = search_index.rowid
     WHERE search_index MATCH ? AND d.key IN (SELECT value FROM json_each(?))
     ORDER BY score DESC, d.key LIMIT ?`,
  );

  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function findNow(match: string, within: string, limit: number): Promise<SearchHit[]> {
    const stop = clock.after(limits.maxSearchMs, () => reader.interrupt());
    try {
      const rows = await find.all<SearchHit>(match, within, limit);
      return rows.map(({ key, score }) => ({ key, score }));
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_INTERRUPT) throw storageError(error, 'read');
      throw new AppError('not-now', 'The search took too long. Write out a word.', {
        cause: error,
      });
    } finally {
      stop();
    }
  }

  return {
    async index(key, { title, text }) {
      const titleTokens = tokenize(title).join(' ');
      const textTokens = tokenize(text).join(' ');
      await queue.write(titleTokens.length + textTokens.length, () => {
        addDocument.run(key);
        putTokens.run(idOf(key) ?? null, titleTokens, textTokens);
      });
    },

    async remove(key) {
      await queue.write(key.length, () => {
        const id = idOf(key);
        if (id === undefined) return;
        deleteTokens.run(id);
        deleteDocument.run(id);
      });
    },

    async find(query, within, limit) {
      const match = matchExpression(query);
      if (match === null || within.length === 0) return [];
      if (waiting >= limits.maxWaitingSearches) {
        throw new AppError('not-now', 'Too many people are searching just now.');
      }
      waiting++;
      const hits = turn.then(() => findNow(match, JSON.stringify(within), limit));
      turn = hits.catch(() => undefined).finally(() => waiting--);
      return hits;
    },
  };
}

/** Tokens are letters and digits, so quotes are enough to keep them from being read as operators. */
function matchExpression(query: string): string | null {
  const { words, prefix } = queryTokens(query);
  const terms = words.map((word) => `"${word}"`);
  if (prefix !== null) terms.push(`"${prefix}"*`);
  return terms.length === 0 ? null : terms.join(' AND ');
}
