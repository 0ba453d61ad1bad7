// Copy, cut, paste and drop. What is pasted comes through html-reader.ts or as plain text; what is
// copied goes out as clean HTML and as text, made from the document and not from the page.

import { deltaToHtml } from '../../core/convert/html.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { formats } from '../../core/formats.ts';
import { completeLink } from '../../core/url.ts';
import type { EditorRange } from './editor-api.ts';
import { type InlineImage, type Reading, readHtml } from './html-reader.ts';
import type { Insertion } from './insertion.ts';
import { clean } from './line-writer.ts';
import type { DeltapadQuill } from './quill.ts';

export interface PasteDeeds {
  readonly insertion: Insertion;
  readonly insertImages: (files: readonly File[], range: EditorRange) => void;
}

export interface Paste {
  /** The next paste brings words alone. */
  nextPlain(): void;
}

/** How long after its shortcut a paste may come. */
const PLAIN_WITHIN_MS = 1000;

export function bindPaste(quill: DeltapadQuill, { insertion, insertImages }: PasteDeeds): Paste {
  const { root } = quill;
  let plainUntil = 0;

  const copy = (event: ClipboardEvent, isCut: boolean) => {
    if (event.defaultPrevented) return;
    const range = quill.getSelection();
    if (!range || range.length === 0) return;
    event.preventDefault();
    const { html, text } = copied(quill, range);
    event.clipboardData?.setData('text/plain', text);
    event.clipboardData?.setData('text/html', html);
    if (isCut && quill.isEnabled()) remove(range);
  };
  root.addEventListener('copy', (event) => copy(event, false));
  root.addEventListener('cut', (event) => copy(event, true));

  root.addEventListener('paste', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!quill.isEnabled() || !event.clipboardData) return;
    const isPlain = Date.now() < plainUntil;
    plainUntil = 0;
    const range = quill.getSelection(true);
    if (range) take(event.clipboardData, range, isPlain);
  });

  root.addEventListener('dragover', (event) => {
    // Without this the browser would open a dropped file in place of the page.
    event.preventDefault();
  });
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    const index = indexAt(quill, event);
    if (!quill.isEnabled() || !event.dataTransfer || index === null) return;
    quill.setSelection(index, 0, 'user');
    take(event.dataTransfer, { index, length: 0 }, false);
  });

  function take(data: DataTransfer, range: EditorRange, isPlain: boolean): void {
    const html = isPlain ? '' : data.getData('text/html');
    const text = data.getData('text/plain') || addresses(data.getData('text/uri-list'));
    const images = [...data.files].filter(({ type }) => type.startsWith('image/'));
    // Office programs add a picture of the text; a page that copies a picture adds its <img>.
    if (!isPlain && images.length > 0 && (html === '' ? text === '' : isOneImage(html))) {
      insertImages(images, range);
      return;
    }
    if (html === '' && text === '' && data.files.length > 0) {
      insertImages([...data.files], range);
      return;
    }
    const now = quill.getFormat(range.index, 0);
    if (now['code-block'] || html === '') takeText(text, range, now);
    else takeHtml(html, text, range);
  }

  function takeText(text: string, range: EditorRange, now: Record<string, unknown>): void {
    const address = range.length > 0 || !now['code-block'] ? oneAddress(text) : null;
    if (address && !now['code-block']) {
      if (range.length > 0 && !isSeveralLines(range)) {
        quill.formatText(range.index, range.length, { link: address }, 'user');
        quill.setSelection(range.index + range.length, 0, 'user');
        return;
      }
      void put(range, [{ insert: clean(text).trim(), attributes: { link: address } }]);
      return;
    }
    void put(range, textOps(clean(text), now));
  }

  function takeHtml(html: string, text: string, range: EditorRange): void {
    const address = oneAddress(text);
    if (address && range.length > 0 && !isSeveralLines(range)) {
      takeText(text, range, {});
      return;
    }
    const reading = withoutLastNewline(readHtml(html));
    if (reading.ops.length === 0 && reading.images.length === 0) {
      takeText(text, range, quill.getFormat(range.index, 0));
      return;
    }
    void put(range, reading.ops).then(({ start }) => uploadInside(reading.images, start));
  }

  async function put(range: EditorRange, ops: readonly DeltaOp[]) {
    const at = await insertion.insert(range, ops);
    quill.setSelection(at.end, 0, 'user');
    return at;
  }

  /** Last first, so that each place is still where it was. */
  function uploadInside(images: readonly InlineImage[], start: number): void {
    for (const { at, data } of [...images].reverse()) {
      const file = dataToFile(data);
      if (file) insertImages([file], { index: start + at, length: 0 });
    }
  }

  function isSeveralLines({ index, length }: EditorRange): boolean {
    return quill.getLines(index, length).length > 1;
  }

  function remove({ index, length }: EditorRange): void {
    quill.history.asStep(() => {
      quill.updateContents(new Delta().retain(index).delete(length), 'user');
    });
    quill.setSelection(index, 0, 'user');
  }

  return {
    nextPlain() {
      plainUntil = Date.now() + PLAIN_WITHIN_MS;
    },
  };
}

/** A selection as HTML and as text. */
export function copied(
  quill: DeltapadQuill,
  { index, length }: EditorRange,
): { html: string; text: string } {
  const ops = quill.editor.delta.slice(index, index + length).ops as DeltaOp[];
  const text = ops
    .map((op) => (typeof op.insert === 'string' ? op.insert : embedText(op)))
    .join('');
  if (!text.includes('\n')) {
    // Words out of a line are words, not a paragraph.
    return { html: outsideHtml(ops).replace(/^<p>|<\/p>$/g, ''), text };
  }
  const [last] = quill.getLine(index + length);
  const isPartOfLine = !text.endsWith('\n') && last;
  const end: DeltaOp[] = isPartOfLine
    ? [{ insert: '\n', attributes: quill.getFormat(quill.getIndex(last) + last.length() - 1, 1) }]
    : [];
  return { html: outsideHtml([...ops, ...end]), text };
}

/** Other programs know no tokens. Text is escaped, so a style attribute is one. */
const outsideHtml = (ops: readonly DeltaOp[]): string =>
  deltaToHtml(ops).replace(/style="[^"]*"/g, (style) =>
    style.replace(/var\([^,()]+,\s*(#[0-9a-f]{6})\)/gi, '$1'),
  );

const embedText = ({ insert, attributes }: DeltaOp): string => {
  if (typeof insert === 'object' && 'divider' in insert) return '—';
  return String(attributes?.alt ?? attributes?.caption ?? '');
};

/** Where the pointer is, as an index. */
function indexAt(quill: DeltapadQuill, { clientX, clientY }: DragEvent): number | null {
  const native = document.caretRangeFromPoint?.(clientX, clientY);
  const normal = native && quill.selection.normalizeNative(native);
  return normal ? quill.selection.normalizedToRange(normal).index : quill.getLength() - 1;
}

/** Text with the formats at the caret, lines with those of its line. */
function textOps(text: string, now: Record<string, unknown>): DeltaOp[] {
  const of = (scope: string) =>
    Object.fromEntries(
      Object.entries(now).filter(
        ([name, value]) =>
          formats[name]?.scope === scope && name !== 'link' && !Array.isArray(value),
      ),
    );
  const isCode = Boolean(now['code-block']);
  const inline = isCode ? {} : of('inline');
  const block = of('block');
  const delta = new Delta();
  if (Object.keys(block).length === 0 && Object.keys(inline).length === 0) delta.insert(text);
  else {
    for (const part of text.split(/(\n)/)) {
      if (part !== '') delta.insert(part, part === '\n' ? block : inline);
    }
  }
  return delta.ops as DeltaOp[];
}

/** The line after the last pasted one is the one that the caret was in, unless that line has a kind. */
function withoutLastNewline(reading: Reading): Reading {
  const { ops } = reading;
  const last = ops.at(-1);
  if (typeof last?.insert !== 'string' || !last.insert.endsWith('\n') || last.attributes) {
    return reading;
  }
  const insert = last.insert.slice(0, -1);
  return {
    ...reading,
    ops: [...ops.slice(0, -1), ...(insert === '' ? [] : [{ ...last, insert }])],
  };
}

function oneAddress(text: string): string | null {
  const trimmed = text.trim();
  return /^(https?:\/\/|mailto:)\S+$/i.test(trimmed) ? completeLink(trimmed) : null;
}

/** RFC 2483: lines that begin with # are comments. */
const addresses = (list: string): string =>
  list
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');

function isOneImage(html: string): boolean {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return body.querySelectorAll('img').length === 1 && (body.textContent ?? '').trim() === '';
}

function dataToFile(data: string): File | null {
  const found = /^data:(image\/[\w.+-]+);base64,([\s\S]+)$/i.exec(data);
  if (!found) return null;
  try {
    const bytes = Uint8Array.from(atob(found[2]!.replace(/\s/g, '')), (c) => c.charCodeAt(0));
    return new File([bytes], `image.${found[1]!.slice(6).replace('jpeg', 'jpg')}`, {
      type: found[1]!.toLowerCase(),
    });
  } catch {
    // Not base64 after all: there is nothing to upload.
    return null;
  }
}
