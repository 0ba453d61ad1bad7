// What travels on a document's presence channel (generic ShareDB presence), and its check.
// A client sends a PresenceInput; the server overwrites it with who the sender is (internals.md §3).

import { limits } from './limits.ts';

/** From a client: where the person is. */
export interface PresenceInput {
  /** Start of the selection at version `v`, in UTF-16 units; null without a caret. */
  readonly i: number | null;
  /** Length of the selection. */
  readonly l: number;
  /** The document version `i` and `l` refer to. */
  readonly v: number;
  /** True when the selection's focus is at its start. */
  readonly b?: boolean;
  /** True when the tab is hidden. */
  readonly away?: boolean;
}

/** To everyone: the same with the sender's identity, set by the server. */
export interface PresenceValue extends PresenceInput {
  /** User id. */
  readonly u: string;
  /** Name. */
  readonly n: string;
  /** Colour, 1 … 12. */
  readonly k: number;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** A clean copy with nothing but known fields, or null when it is not a presence. */
export function parsePresenceInput(value: unknown): PresenceInput | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { i, l, v, b, away } = value as Record<string, unknown>;
  if (!(i === null || (isCount(i) && i <= limits.maxDocumentBytes))) return null;
  if (!isCount(l) || l > limits.maxDocumentBytes || !isCount(v)) return null;
  return { i, l, v, ...(b === true ? { b } : {}), ...(away === true ? { away } : {}) };
}
