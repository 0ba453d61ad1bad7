// Runs in the browser: the editor alone on a page, with a host that only takes notes. Tests reach it as
// `window.harness` through test/helpers/editor-page.ts.

import { blockDelta } from 'quill/blots/block.js';
import Quill from 'quill/core/quill.js';
import { createEditor } from '../../client/editor/editor.ts';
import type { EditorHost } from '../../client/editor/editor-api.ts';
import { readHtml } from '../../client/editor/html-reader.ts';
import type { DeltapadQuill } from '../../client/editor/quill.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { createTranslate } from '../../core/i18n/i18n.ts';
import { fuzz } from './editor-fuzz.ts';

const root = document.createElement('div');
document.body.append(root);

const notes: { commands: string[]; problems: string[] } = { commands: [], problems: [] };
/** Uploads wait here until a test lets them go. */
const uploads: {
  progress: (share: number) => void;
  finish: (url: string) => void;
  fail: () => void;
}[] = [];

const host: EditorHost = {
  locale: 'en',
  t: createTranslate('en'),
  isMac: false,
  uploadImage: (_file, progress) =>
    new Promise((resolve, reject) => {
      uploads.push({
        progress,
        finish: (url) => resolve({ url, width: 40, height: 30 }),
        fail: () => reject(new Error('refused')),
      });
    }),
  onImageProblem: (problem, name) => notes.problems.push(`${problem} ${name}`),
  onCommand: (command) => notes.commands.push(command),
};

const editor = createEditor(root, host);
const quill = Quill.find(root) as unknown as DeltapadQuill;
const changes: DeltaOp[][] = [];
editor.onChange((change) => changes.push(change.ops as DeltaOp[]));

/** The document as the blots say, put together from nothing. */
export function fresh(of: DeltapadQuill): DeltaOp[] {
  const delta = new Delta();
  for (const line of of.scroll.lines()) {
    for (const op of blockDelta(line as never).ops) delta.push(op);
  }
  return delta.ops as DeltaOp[];
}

const harness = {
  editor,
  quill,
  notes,
  uploads,
  changes,
  readHtml: (html: string) => readHtml(html),
  open(ops: DeltaOp[], caret?: number) {
    editor.reset(new Delta(ops as Delta['ops']));
    editor.setEditable(true);
    changes.length = 0;
    notes.commands.length = 0;
    notes.problems.length = 0;
    if (caret !== undefined) editor.select({ index: caret, length: 0 });
  },
  ops: () => editor.contents().ops as DeltaOp[],
  fresh: () => fresh(quill),
  apply: (ops: DeltaOp[]) => editor.apply(new Delta(ops as Delta['ops'])).ops as DeltaOp[],
  /** Dispatches a paste as a browser would. */
  paste(data: Record<string, string>, files: File[] = []) {
    const clipboardData = new DataTransfer();
    for (const [type, value] of Object.entries(data)) clipboardData.setData(type, value);
    for (const file of files) clipboardData.items.add(file);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    quill.root.dispatchEvent(event);
  },
  copy() {
    const clipboardData = new DataTransfer();
    const event = new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true });
    quill.root.dispatchEvent(event);
    return {
      html: clipboardData.getData('text/html'),
      text: clipboardData.getData('text/plain'),
    };
  },
  fuzz: (seed: number, size: Parameters<typeof fuzz>[1]) => fuzz(seed, size),
};

export type Harness = typeof harness;
declare global {
  interface Window {
    harness: Harness;
  }
}
window.harness = harness;
