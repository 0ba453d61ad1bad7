// The document's title: shown as typed, saved over HTTP a moment later, the newest one last, tried
// again while the server cannot be reached.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Environment } from './environment.ts';

export interface TitleDeps {
  readonly environment: Environment;
  /** Saves it; the document exists afterwards. Rejects with AppError. */
  readonly save: (title: string) => Promise<unknown>;
  readonly onChanged: () => void;
}

/** While it is typed, not every letter is a request. */
const PAUSE_MS = 300;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** The server was not asked, or could not answer: everything else is an answer. */
const transient = new Set(['not-now', 'internal', 'too-many-requests']);

export class Title {
  readonly #deps: TitleDeps;
  readonly #shown: ReturnType<typeof signal<string>>;
  /** As the server has it. */
  #saved: string;
  #isSaving = false;
  /** What was told while a request was under way, in the server's order; mine is among it. */
  #toldMeanwhile: string[] = [];
  #retryMs = 0;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(title: string, deps: TitleDeps) {
    this.#deps = deps;
    this.#saved = title;
    this.#shown = signal(title);
  }

  get value(): ReadonlySignal<string> {
    return this.#shown as ReadonlySignal<string>;
  }

  get isUnsaved(): boolean {
    return this.#isSaving || this.#shown.peek() !== this.#saved;
  }

  /** The server could not save it, and is asked again. */
  get isHeld(): boolean {
    return this.#retryMs > 0 && this.isUnsaved;
  }

  set(title: string): void {
    const fits = title.slice(0, limits.maxTitleChars).toWellFormed();
    if (fits === this.#shown.peek()) return;
    this.#shown.value = fits;
    this.#deps.onChanged();
    this.#saveAfter(PAUSE_MS);
  }

  /** Somebody else named it, or the server says what it is. What I am typing wins: it is saved later. */
  told(title: string): void {
    const mayShow = !this.isUnsaved;
    if (this.#isSaving) this.#toldMeanwhile.push(title);
    this.#saved = title;
    if (mayShow) this.#shown.value = title;
    this.#deps.onChanged();
  }

  /** The server can be reached again. */
  tryNow(): void {
    if (this.isUnsaved && !this.#isSaving) this.#saveAfter(0);
  }

  #saveAfter(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#deps.environment.after(ms, () => void this.#save());
  }

  async #save(): Promise<void> {
    // The newest waits until the one before is through: they must not overtake each other.
    if (this.#isSaving || this.#isClosed || !this.isUnsaved) return;
    const title = this.#shown.peek() as string;
    this.#isSaving = true;
    this.#toldMeanwhile = [];
    try {
      await this.#deps.save(title);
      // Somebody named it after me, before I heard that mine had come through.
      const told = this.#toldMeanwhile;
      const isLast = !told.includes(title) || told.at(-1) === title;
      this.#saved = isLast ? title : told.at(-1)!;
      if (this.#shown.peek() === title) this.#shown.value = this.#saved;
      this.#retryMs = 0;
    } catch (error) {
      if (error instanceof AppError && !transient.has(error.code)) {
        // Refused: the words are short, and what others see must be what I see.
        if (this.#shown.peek() === title) this.#shown.value = this.#saved;
      } else {
        this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2 || FIRST_RETRY_MS);
      }
    } finally {
      this.#isSaving = false;
    }
    if (this.#isClosed) return;
    this.#deps.onChanged();
    if (this.isUnsaved) this.#saveAfter(this.#retryMs || PAUSE_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
