// The face of one open document to pages and panels: save state, people, refused changes, title.

import type { ReadonlySignal } from '@preact/signals-core';
import type { Delta } from '../../core/delta.ts';
import type { Role } from '../../core/roles.ts';

/** One of the texts save.* of core/i18n, with what its popover says. */
export type SaveState =
  | { kind: 'saved'; version: number; at: number }
  | { kind: 'saving' }
  /** `isHeld`: the server is there and cannot store anything just now. */
  | { kind: 'reconnecting'; nextTryAt: number | null; unsent: number; isHeld: boolean }
  | { kind: 'offline'; unsent: number; isHeld: boolean }
  | { kind: 'attention'; reason: 'refused' | 'not-signed-in' | 'no-access' | 'trashed' }
  | { kind: 'view-only' }
  | { kind: 'new-version' };

/** Somebody on the document's page (also in several tabs), me included. */
export interface PersonHere {
  readonly userId: string;
  readonly name: string;
  /** 1 … 12 */
  readonly color: number;
  readonly me: boolean;
  readonly away: boolean;
  /** Their caret in my document's coordinates, or null. */
  readonly caret: { readonly index: number; readonly length: number } | null;
}

/** A change the server refused, kept until the person answers. */
export interface RefusedChange {
  readonly id: string;
  /** The words of it, as plain text. */
  readonly text: string;
  readonly code: string;
  /** The server's sentence, naming the limit. */
  readonly message: string;
  /** Where it belongs now, in my document's coordinates. */
  readonly index: number;
  readonly at: number;
}

export interface DocumentSession {
  readonly saveState: ReadonlySignal<SaveState>;
  /** Me last; in the order they came. */
  readonly people: ReadonlySignal<readonly PersonHere[]>;
  readonly refused: ReadonlySignal<readonly RefusedChange[]>;
  readonly title: ReadonlySignal<string>;
  readonly role: ReadonlySignal<Role | null>;
  readonly trashed: ReadonlySignal<boolean>;
  /** Grows when the server says that rights may have changed. */
  readonly accessChanges: ReadonlySignal<number>;
  /** True until the content is in the editor. */
  readonly loading: ReadonlySignal<boolean>;
  /** True while the server does not know everything that is on the screen: `beforeunload` asks. */
  readonly hasUnsent: ReadonlySignal<boolean>;

  /** My selection, for others; throttled inside. */
  setSelection(range: { index: number; length: number; backward?: boolean } | null): void;
  /** Saves the title over HTTP; the save state covers it. */
  setTitle(title: string): void;
  /** Tries the server at once instead of waiting for the next attempt. */
  tryNow(): void;
  /** Puts a refused change back where it belongs, as a new edit (minus what the server cannot take). */
  putBack(id: string): void;
  discard(id: string): void;
  /** Resolves when everything is acknowledged; for tests and for leaving. */
  settled(): Promise<void>;
  /** The whole text with what is unsent, for saving a copy. */
  contents(): Delta;
  close(): void;
}
