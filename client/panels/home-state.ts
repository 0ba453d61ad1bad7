// The home list's state: what is shown, searched and refreshed. Knows no DOM beside the address bar.

import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { DocumentListItem } from '../../core/api.ts';
import type { Api } from '../api/api.ts';

export interface HomeState {
  /** null until the first answer. */
  readonly documents: ReadonlySignal<readonly DocumentListItem[] | null>;
  /** The query the shown documents answer. */
  readonly shownQuery: ReadonlySignal<string>;
  readonly query: ReadonlySignal<string>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly loadingMore: ReadonlySignal<boolean>;
  /** The last load failed and nothing could be shown. */
  readonly failure: ReadonlySignal<unknown>;
  search(query: string): void;
  /** Searches at once instead of after the pause. */
  searchNow(): void;
  refresh(): Promise<void>;
  more(): Promise<void>;
  remove(url: string): void;
}

/** Typing pauses longer than this before the server is asked. */
const PAUSE_MS = 250;

export function createHomeState(
  api: Pick<Api, 'listDocuments'>,
  first: string,
  onQuery: (query: string) => void,
  known: readonly DocumentListItem[] | null = null,
): HomeState {
  const documents = signal(known);
  const shownQuery = signal('');
  const query = signal(first);
  const next = signal<string | undefined>(undefined);
  const hasMore = signal(false);
  const loadingMore = signal(false);
  const failure = signal<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;

  const load = async () => {
    clearTimeout(timer);
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const wanted = query.peek().trim();
    try {
      const reply = await api.listDocuments(wanted, undefined, mine.signal);
      if (asking !== mine) return;
      batch(() => {
        const same = shownQuery.peek() === wanted;
        documents.value = same
          ? mergeFirstPage(documents.peek() ?? [], reply.documents)
          : reply.documents;
        // Pages already asked for stay; their end is still the end.
        if (!same || documents.value.length <= reply.documents.length) {
          next.value = reply.next;
          hasMore.value = reply.next !== undefined;
        }
        shownQuery.value = wanted;
        failure.value = null;
      });
    } catch (error) {
      // A list that cannot be renewed is still a list; only an empty hand is told.
      if (!mine.signal.aborted && documents.peek() === null) failure.value = error;
      else if (!mine.signal.aborted && shownQuery.peek() !== wanted) failure.value = error;
    } finally {
      if (asking === mine) asking = null;
    }
  };

  return {
    documents,
    shownQuery,
    query,
    hasMore,
    loadingMore,
    failure,
    search(value) {
      query.value = value;
      onQuery(value.trim());
      clearTimeout(timer);
      timer = setTimeout(() => void load(), PAUSE_MS);
    },
    searchNow: () => void load(),
    refresh: load,
    async more() {
      const after = next.peek();
      if (after === undefined || loadingMore.peek()) return;
      const wanted = shownQuery.peek();
      loadingMore.value = true;
      try {
        const reply = await api.listDocuments(wanted, after);
        if (shownQuery.peek() !== wanted) return;
        batch(() => {
          documents.value = append(documents.peek() ?? [], reply.documents);
          next.value = reply.next;
          hasMore.value = reply.next !== undefined;
        });
      } catch (error) {
        failure.value = error;
      } finally {
        loadingMore.value = false;
      }
    },
    remove(url) {
      documents.value = documents.peek()?.filter((item) => item.url !== url) ?? null;
    },
  };
}

/** The new first page, then what older pages held and the first does not. */
export function mergeFirstPage(
  shown: readonly DocumentListItem[],
  first: readonly DocumentListItem[],
): readonly DocumentListItem[] {
  const last = first.at(-1);
  if (!last || shown.length <= first.length) return first;
  const known = new Set(first.map((item) => item.url));
  const rest = shown.filter((item) => !known.has(item.url) && item.updatedAt <= last.updatedAt);
  return [...first, ...rest];
}

function append(
  shown: readonly DocumentListItem[],
  page: readonly DocumentListItem[],
): readonly DocumentListItem[] {
  const known = new Set(shown.map((item) => item.url));
  return [...shown, ...page.filter((item) => !known.has(item.url))];
}
