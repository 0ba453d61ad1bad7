// The one text that says whether what was written is safe. A pure decision, and
// the clock that asks for it again when a time limit passes.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { limits } from '../../core/limits.ts';
import { isDeepEqual } from './drift.ts';
import type { Environment } from './environment.ts';
import type { SaveState } from './session-api.ts';

export interface SaveFacts {
  /** The server can be reached over the socket. */
  readonly isConnected: boolean;
  /** The browser says that there is no network. */
  readonly isOffline: boolean;
  /** The server said that it cannot store just now, and has taken nothing of mine since. */
  readonly isHeld: boolean;
  readonly nextTryAt: number | null;
  /** Something is not acknowledged; `unsent` says how many edits. */
  readonly hasUnsent: boolean;
  readonly unsent: number;
  readonly version: number;
  /** When the last acknowledgement came. */
  readonly savedAt: number;
  readonly refused: number;
  readonly denied: 'not-signed-in' | 'no-access' | 'trashed' | null;
  /** This client is too old to be connected at all. */
  readonly isRefusedClient: boolean;
  /** The server would serve a newer client. */
  readonly isOldBuild: boolean;
  readonly canEdit: boolean;
}

/** How long nothing may be unsent before Saved is said: between two words it would only flicker. */
const SAVED_AFTER_MS = 500;

/** A line over which nothing can be saved comes and goes with each try: it counts as none. */
const isUp = ({ isConnected, isHeld }: SaveFacts): boolean => isConnected && !isHeld;

export class SaveStateClock {
  readonly #environment: Environment;
  readonly #state: ReturnType<typeof signal<SaveState>>;
  #facts: SaveFacts;
  /** Since when there has been no connection; since when everything has been acknowledged. */
  #downSince: number | null;
  #settledSince: number;
  #cancel: (() => void) | null = null;

  constructor(environment: Environment, facts: SaveFacts) {
    this.#environment = environment;
    this.#facts = facts;
    const now = environment.now();
    this.#downSince = isUp(facts) ? null : now;
    this.#settledSince = Number.NEGATIVE_INFINITY;
    // What the page came with is what the server has.
    const { version, savedAt: at, canEdit } = facts;
    this.#state = signal<SaveState>(
      canEdit ? { kind: 'saved', version, at } : { kind: 'view-only' },
    );
    this.#decide();
  }

  get state(): ReadonlySignal<SaveState> {
    return this.#state as ReadonlySignal<SaveState>;
  }

  /** Takes effect at once: a key shows Saving… before the next paint. */
  update(facts: SaveFacts): void {
    const now = this.#environment.now();
    const before = this.#facts;
    this.#facts = facts;
    if (!isUp(facts)) this.#downSince ??= now;
    else if (this.#downSince !== null) {
      this.#downSince = null;
      this.#settledSince = now;
    }
    if (before.hasUnsent && !facts.hasUnsent) this.#settledSince = now;
    this.#decide();
  }

  #decide(): void {
    this.#cancel?.();
    this.#cancel = null;
    const last = this.#state.peek() as SaveState;
    const { state, againAt } = this.#next(last);
    if (!isDeepEqual(state, last)) this.#state.value = state;
    if (againAt === null) return;
    const wait = Math.max(0, againAt - this.#environment.now());
    this.#cancel = this.#environment.after(wait, () => this.#decide());
  }

  #next(last: SaveState): { state: SaveState; againAt: number | null } {
    const facts = this.#facts;
    const stays = (state: SaveState) => ({ state, againAt: null });
    if (facts.denied) return stays({ kind: 'attention', reason: facts.denied });
    if (facts.isRefusedClient) return stays({ kind: 'new-version' });
    if (this.#downSince !== null) return this.#whileDown(this.#downSince, last);
    if (facts.hasUnsent) return stays({ kind: 'saving' });
    if (facts.refused > 0) return stays({ kind: 'attention', reason: 'refused' });
    if (facts.isOldBuild) return stays({ kind: 'new-version' });
    if (!facts.canEdit) return stays({ kind: 'view-only' });
    const savedAt = this.#settledSince + SAVED_AFTER_MS;
    if (last.kind !== 'saved' && this.#environment.now() < savedAt) {
      return { state: last, againAt: savedAt };
    }
    return stays({ kind: 'saved', version: facts.version, at: facts.savedAt });
  }

  #whileDown(since: number, last: SaveState): { state: SaveState; againAt: number | null } {
    const { isOffline, isHeld, unsent, nextTryAt, hasUnsent } = this.#facts;
    const downMs = this.#environment.now() - since;
    if (isOffline || downMs >= limits.offlineAfterMs) {
      return { state: { kind: 'offline', unsent, isHeld: isHeld && !isOffline }, againAt: null };
    }
    if (downMs >= limits.reconnectGraceMs) {
      const state = { kind: 'reconnecting', nextTryAt, unsent, isHeld } as const;
      return { state, againAt: since + limits.offlineAfterMs };
    }
    // A short break says nothing new; but what is not sent is never called saved.
    const keeps = hasUnsent && last.kind === 'saved' ? ({ kind: 'saving' } as const) : last;
    return { state: keeps, againAt: since + limits.reconnectGraceMs };
  }

  close(): void {
    this.#cancel?.();
  }
}
