// The people on the document's page, from the presence of their tabs: one person for several tabs, in
// the order they came, me last. Each tab's caret is kept in the coordinates of the newest version.

import type { PersonSummary } from '../../core/api.ts';
import { limits } from '../../core/limits.ts';
import { type PresenceValue, parsePresenceInput } from '../../core/presence.ts';
import { isDeepEqual } from './drift.ts';
import type { Caret, OpHistory } from './op-history.ts';
import type { PersonHere } from './session-api.ts';

interface Tab {
  /** As it was told. */
  value: PresenceValue;
  /** Where the caret is at `version`; null without one, and when it cannot be known. */
  caret: Caret | null;
  /** Before my document has this version, the caret cannot be placed. */
  version: number;
  heardAt: number;
  movedAt: number;
}

/** After a reconnect those who are here are told at once; who is not, is gone. */
const RETURN_MS = 5_000;

/** A value of the presence channel; a stock client may send anything, the server adds the rest. */
function parsePresence(value: unknown): PresenceValue | null {
  const input = parsePresenceInput(value);
  const { u, n, k } = (value ?? {}) as Partial<PresenceValue>;
  if (!input || typeof u !== 'string' || typeof n !== 'string' || typeof k !== 'number')
    return null;
  return { ...input, u, n, k };
}

/** Presence ids are a client's id, a dot, and what the client adds. */
const ownerOf = (presenceId: string): string => presenceId.slice(0, presenceId.lastIndexOf('.'));

export class People {
  readonly #history: OpHistory;
  readonly #tabs = new Map<string, Tab>();

  constructor(history: OpHistory) {
    this.#history = history;
  }

  get isEmpty(): boolean {
    return this.#tabs.size === 0;
  }

  heard(id: string, value: unknown, now: number): void {
    const parsed = parsePresence(value);
    if (!parsed) {
      this.#tabs.delete(id);
      return;
    }
    const told = parsed.i === null ? null : { index: parsed.i, length: parsed.l };
    const tab = this.#tabs.get(id);
    const isBehind = tab !== undefined && tab.version > parsed.v;
    const caret =
      told && isBehind ? this.#history.carry(told, parsed.v, tab.version, ownerOf(id)) : told;
    const version = isBehind ? tab.version : parsed.v;
    // Told again from another version, the same place is not a move.
    const isSame = tab !== undefined && tab.version === version && isDeepEqual(tab.caret, caret);
    const movedAt = isSame ? tab.movedAt : now;
    // Set anew under the same key, a tab keeps its place in the order.
    this.#tabs.set(id, { value: parsed, caret, version, heardAt: now, movedAt });
  }

  /** The document has come to `version`: every caret goes with it, while the ops are known. */
  advance(version: number): void {
    for (const [id, tab] of this.#tabs) {
      if (tab.version >= version) continue;
      tab.caret = tab.caret && this.#history.carry(tab.caret, tab.version, version, ownerOf(id));
      tab.version = version;
    }
  }

  /** Lets go of who was not heard of for long. */
  expire(now: number): void {
    for (const [id, { heardAt }] of this.#tabs) {
      if (now - heardAt > limits.presenceTtlMs) this.#tabs.delete(id);
    }
  }

  /** Connected again: whoever does not speak soon has left meanwhile. */
  expectAll(now: number): void {
    for (const tab of this.#tabs.values()) {
      tab.heardAt = Math.min(tab.heardAt, now - limits.presenceTtlMs + RETURN_MS);
    }
  }

  /**
   * Everybody but `me`, by person. `place` puts a caret of `version` on my screen; null: no carets,
   * because nobody can be heard.
   */
  list(
    me: PersonSummary,
    now: number,
    at: { version: number; place: (caret: Caret) => Caret } | null,
  ): PersonHere[] {
    const people = new Map<string, PersonHere & { movedAt: number }>();
    for (const tab of this.#tabs.values()) {
      const { u, n, k, away } = tab.value;
      if (u === me.id) continue;
      const isIdle = now - tab.movedAt > limits.caretIdleMs;
      const isPlaced = at !== null && tab.version === at.version && tab.caret !== null && !isIdle;
      const caret = isPlaced && at && tab.caret ? at.place(tab.caret) : null;
      const known = people.get(u);
      const isAway = at === null || away === true;
      if (!known) {
        people.set(u, {
          userId: u,
          name: n,
          color: k,
          me: false,
          away: isAway,
          caret,
          movedAt: tab.movedAt,
        });
        continue;
      }
      // Of several tabs, the one where something happened last shows where the person is.
      const isNewer = caret !== null && (known.caret === null || tab.movedAt > known.movedAt);
      people.set(u, {
        ...known,
        name: n,
        color: k,
        away: known.away && isAway,
        caret: isNewer ? caret : known.caret,
        movedAt: Math.max(known.movedAt, tab.movedAt),
      });
    }
    return [...people.values()].map(({ movedAt: _, ...person }) => person);
  }
}
