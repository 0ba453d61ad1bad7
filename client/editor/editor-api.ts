// The editor's face to pages and panels: state as signals, deeds as methods. Panels never see Quill.

import type { ReadonlySignal } from '@preact/signals-core';
import type { EditorPort } from '../sync/editor-port.ts';

/** A selection in the document, in UTF-16 units. */
export interface EditorRange {
  readonly index: number;
  readonly length: number;
  /** True when the selection's focus is at its start. */
  readonly backward?: boolean;
}

/** What the toolbar shows. */
export interface EditorState {
  /** Format values at the caret or common to the selection (names of core/formats.ts). */
  readonly formats: Readonly<Record<string, unknown>>;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly focused: boolean;
  readonly editable: boolean;
  readonly empty: boolean;
}

export interface OutlineItem {
  readonly level: 1 | 2 | 3 | 4 | 5 | 6;
  readonly text: string;
  readonly index: number;
}

/** Where a link bar or an image bar is to be placed, in client coordinates. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

export interface LinkAtCaret {
  readonly address: string;
  readonly range: EditorRange;
}

export interface SelectedImage {
  readonly index: number;
  readonly alt: string;
  readonly caption: string;
}

/** Another person's caret as the editor draws it. */
export interface RemoteCaret {
  /** Presence id. */
  readonly id: string;
  readonly name: string;
  /** 1 … 12 */
  readonly color: number;
  readonly range: EditorRange;
}

export interface FindState {
  readonly query: string;
  readonly matchCase: boolean;
  readonly count: number;
  /** 0-based; -1 without matches. */
  readonly current: number;
}

export interface Counts {
  readonly words: number;
  readonly characters: number;
  readonly charactersWithoutSpaces: number;
  readonly paragraphs: number;
}

/** What went wrong with an image: shown in words by the page. */
export type ImageProblem = 'type' | 'size' | 'failed' | 'offline';

export interface Editor extends EditorPort {
  readonly state: ReadonlySignal<EditorState>;
  readonly outline: ReadonlySignal<readonly OutlineItem[]>;
  /** The heading the view is in, as an index into `outline`; -1 before the first. */
  readonly currentHeading: ReadonlySignal<number>;
  readonly linkAtCaret: ReadonlySignal<LinkAtCaret | null>;
  readonly selectedImage: ReadonlySignal<SelectedImage | null>;
  readonly find: ReadonlySignal<FindState | null>;
  /** Share of a long paste that is in, 0 … 1; null when none is under way. */
  readonly pasteProgress: ReadonlySignal<number | null>;

  focus(): void;
  /** The element that is the textbox "Document body". */
  readonly body: HTMLElement;
  selection(): EditorRange | null;
  select(range: EditorRange): void;
  onSelection(listener: (range: EditorRange | null) => void): void;
  /** Scrolls so that the index is in view; `place` is where the index is on the screen now. */
  /** The line of an index, at the middle of the window or just below the toolbar. */
  scrollTo(index: number, place?: 'middle' | 'top'): void;
  place(range: EditorRange): Place | null;

  /** Sets a format on the selection or at the caret; null removes it. Checked against core/formats.ts. */
  format(name: string, value: unknown): void;
  /** Bold → not bold and back; lists, quote and code block likewise. */
  toggle(name: string, value?: unknown): void;
  indent(by: 1 | -1): void;
  clearFormatting(): void;
  undo(): void;
  redo(): void;
  insertDivider(): void;
  /** Uploads and inserts; progress shows in the text, problems go to `onImageProblem`. */
  insertImages(files: readonly File[]): void;
  describeImage(index: number, change: { alt?: string; caption?: string }): void;
  deleteImage(index: number): void;
  /** Puts a link on the range (on the address itself when the range is empty); null removes it. */
  setLink(range: EditorRange, address: string | null): void;

  openFind(query: string): void;
  setFind(query: string, matchCase: boolean): void;
  findNext(by: 1 | -1): void;
  replace(replacement: string): void;
  /** Returns how many were replaced. */
  replaceAll(replacement: string): number;
  closeFind(): void;

  counts(): { document: Counts; selection: Counts | null };
  plainText(range?: EditorRange): string;
  setCarets(carets: readonly RemoteCaret[]): void;
  /** A small red dot where a refused change belongs; null removes all. */
  setRefusedMarks(indexes: readonly number[]): void;
  close(): void;
}

/** What the editor asks of its page. */
export interface EditorHost {
  readonly locale: string;
  /** Strings the editor itself shows (placeholder, names of controls in the text). */
  t(
    key: import('../../core/i18n/i18n.ts').MessageKey,
    parameters?: Record<string, string | number>,
  ): string;
  uploadImage(
    file: Blob,
    onProgress: (share: number) => void,
  ): Promise<{ url: string; width: number; height: number }>;
  onImageProblem(problem: ImageProblem, fileName: string): void;
  /** A shortcut whose deed is the page's: opens the dialogue or bar named. */
  onCommand(
    command: 'link' | 'find' | 'replace' | 'shortcuts' | 'word-count' | 'toolbar' | 'save',
  ): void;
  /** True for Ctrl on this platform being Cmd. */
  readonly isMac: boolean;
}
