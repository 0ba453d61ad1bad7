// HTML from anywhere as content of a document: what a page shows, in the formats we have. One walk over
// the nodes, linear in their number. Word's lists are read in word.ts; tables become lines with tabs.

import type { DeltaOp } from '../../core/delta.ts';
import { highlightColors } from '../../core/formats.ts';
import { completeLink } from '../../core/url.ts';
import { highlightOf, textColorOf } from './colors-read.ts';
import { type Attributes, LineWriter } from './line-writer.ts';
import { readWordLists, type WordItem } from './word.ts';

/** An image that came inside the text as data: to be uploaded, then put where it stood. */
export interface InlineImage {
  /** Offset in `ops`. */
  readonly at: number;
  readonly data: string;
}

export interface Reading {
  readonly ops: DeltaOp[];
  readonly images: readonly InlineImage[];
}

interface Context {
  readonly inline: Attributes;
  readonly block: Attributes;
  readonly pre: boolean;
  /** Lists around: what an item of the innermost is. */
  readonly list: string | null;
  readonly depth: number;
  readonly inCell: boolean;
}

const BLOCKS = new Set(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY TD TFOOT TH THEAD TR UL'.split(
    ' ',
  ),
);
const IGNORED = new Set(
  'SCRIPT STYLE HEAD META TITLE LINK TEMPLATE NOSCRIPT IFRAME OBJECT SVG MATH CANVAS SELECT TEXTAREA BUTTON AUDIO VIDEO'.split(
    ' ',
  ),
);
const MARKS: Readonly<Record<string, Attributes>> = {
  B: { bold: true },
  STRONG: { bold: true },
  I: { italic: true },
  EM: { italic: true },
  CITE: { italic: true },
  U: { underline: true },
  INS: { underline: true },
  S: { strike: true },
  STRIKE: { strike: true },
  DEL: { strike: true },
  CODE: { code: true },
  KBD: { code: true },
  SAMP: { code: true },
  TT: { code: true },
  SUB: { script: 'sub' },
  SUP: { script: 'super' },
  MARK: { background: highlightColors[0].value },
};

export function readHtml(html: string): Reading {
  // Scripts do not run and images do not load in a document made this way. Style sheets would not count
  // either, but are reported against the page's policy: what we read is in the elements themselves.
  const bare = html.replace(/<style\b[^>]*>[\s\S]*?(<\/style\s*>|$)/gi, '');
  const page = new DOMParser().parseFromString(bare, 'text/html');
  const reader = new Reader(readWordLists(page, html));
  reader.children(page.body, {
    inline: {},
    block: {},
    pre: false,
    list: null,
    depth: 0,
    inCell: false,
  });
  return reader.finish();
}

class Reader {
  private readonly writer = new LineWriter();
  private readonly images: InlineImage[] = [];
  private readonly word: ReadonlyMap<Element, WordItem>;

  constructor(word: ReadonlyMap<Element, WordItem>) {
    this.word = word;
  }

  finish(): Reading {
    return { ops: this.writer.ops, images: this.images };
  }

  children(parent: Node, context: Context): void {
    for (const node of parent.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) this.text(node as Text, context);
      else if (node.nodeType === Node.ELEMENT_NODE) this.element(node as HTMLElement, context);
    }
  }

  private text(node: Text, context: Context): void {
    const { data } = node;
    if (!context.pre) {
      // White space between blocks is how the source is laid out, not text.
      if (!this.writer.isOpen && /^[ \t\n\r\f]*$/.test(data)) return;
      this.writer.text(data, context.inline, false);
      return;
    }
    const lines = data.replace(/\r\n?/g, '\n').split('\n');
    lines.forEach((line, i) => {
      if (i > 0) this.writer.end(context.block);
      this.writer.text(line, context.inline, true);
    });
  }

  private element(element: HTMLElement, context: Context): void {
    const tag = element.tagName.toUpperCase();
    const { style } = element;
    if (IGNORED.has(tag) || style.display === 'none') return;
    if (/mso-list:\s*ignore/i.test(element.getAttribute('style') ?? '')) return;
    switch (tag) {
      case 'BR':
        if (!element.classList.contains('Apple-interchange-newline')) this.lineBreak(context);
        return;
      case 'HR':
        this.endOpenLine(context);
        this.writer.embed({ divider: true }, {});
        this.writer.end({});
        return;
      case 'IMG':
        this.image(element as HTMLImageElement, context, '');
        return;
      case 'FIGURE':
        if (this.figure(element, context)) return;
        break;
      case 'TABLE':
        this.table(element, context);
        return;
    }
    if (BLOCKS.has(tag)) this.block(element, tag, context);
    else this.children(element, inside(element, tag, context));
  }

  private lineBreak(context: Context): void {
    if (context.inCell) this.writer.text(' ', {}, false);
    else this.writer.end(context.block);
  }

  private endOpenLine(context: Context): void {
    if (!this.writer.isOpen) return;
    if (context.inCell) this.writer.text(' ', {}, false);
    else this.writer.end(context.block);
  }

  private block(element: HTMLElement, tag: string, around: Context): void {
    this.endOpenLine(around);
    const context = this.blockContext(element, tag, around);
    const lines = this.writer.lines;
    this.children(element, context);
    // An item is a line even when it is empty; so is a paragraph that says so by a no-break space.
    const isEmptyItem = tag === 'LI' && this.writer.lines === lines;
    if (this.writer.isOpen || isEmptyItem) this.endLine(context);
  }

  private endLine(context: Context): void {
    if (context.inCell) this.writer.text(' ', {}, false);
    else this.writer.end(context.block);
  }

  private blockContext(element: HTMLElement, tag: string, around: Context): Context {
    const context = inside(element, tag, around);
    const block: Record<string, unknown> = { ...context.block };
    const align = element.style.textAlign || element.getAttribute('align') || '';
    if (align !== '') block.align = align;
    if (element.dir === 'rtl') block.direction = 'rtl';
    const item = this.word.get(element);
    if (item)
      return withBlock(context, block, { list: item.list, indent: item.depth || undefined });
    const level = headingLevel(element, tag);
    if (level) {
      const { bold: _, ...inline } = context.inline;
      return withBlock({ ...context, inline }, block, { header: level });
    }
    switch (tag) {
      case 'BLOCKQUOTE':
        return withBlock(context, block, { blockquote: true });
      case 'PRE':
        return code(context, element);
      case 'UL':
      case 'OL':
        return {
          ...context,
          block,
          list: tag === 'OL' ? 'ordered' : 'bullet',
          depth: around.list === null ? 0 : around.depth + 1,
        };
      case 'LI':
        return withBlock(context, block, {
          list: taskOf(element) ?? around.list ?? 'bullet',
          indent: Math.min(8, around.depth) || undefined,
        });
    }
    return isCodeBox(element) ? code(context, element) : { ...context, block };
  }

  private figure(element: HTMLElement, context: Context): boolean {
    const pictures = element.querySelectorAll('img');
    const caption = element.querySelector('figcaption')?.textContent?.trim() ?? '';
    if (pictures.length !== 1) return false;
    this.endOpenLine(context);
    this.image(pictures[0]!, context, caption);
    this.endOpenLine(context);
    return true;
  }

  private image(picture: HTMLImageElement, context: Context, caption: string): void {
    const address = picture.getAttribute('src') ?? '';
    if (/^data:image\/(png|jpe?g|gif|webp|avif);base64,/i.test(address)) {
      const at = this.writer.ops.reduce(
        (sum, { insert }) => sum + (typeof insert === 'string' ? insert.length : 1),
        0,
      );
      this.images.push({ at, data: address });
      this.writer.hold();
      return;
    }
    const number = (name: string) => Number.parseInt(picture.getAttribute(name) ?? '', 10);
    this.writer.embed(
      { image: ownAddress(address) },
      {
        ...(context.inline.link ? { link: context.inline.link } : {}),
        alt: picture.alt || undefined,
        caption: caption || undefined,
        width: number('width') || undefined,
        height: number('height') || undefined,
      },
    );
  }

  /** A row is a line, its cells parted by tabs; tables of their own come later. */
  private table(table: HTMLElement, around: Context): void {
    if (around.inCell) {
      this.children(table, around);
      return;
    }
    this.endOpenLine(around);
    for (const row of table.querySelectorAll('tr')) {
      if (row.closest('table') !== table) continue;
      const cells = [...row.children].filter(({ tagName }) => /^T[DH]$/.test(tagName));
      cells.forEach((cell, i) => {
        if (i > 0) this.writer.tab();
        const context = inside(cell as HTMLElement, cell.tagName, { ...around, inCell: true });
        this.children(cell, { ...context, block: {} });
      });
      if (cells.length > 0) this.writer.end({});
    }
  }
}

/** An uploaded image pasted from our own page has its full address: it becomes the short one again. */
function ownAddress(address: string): string {
  const own = `${location.origin}/uploads/`;
  return address.startsWith(own) ? address.slice(location.origin.length) : address;
}

/** Exclusive formats of a line: the innermost wins. */
function withBlock(
  context: Context,
  { header: _h, list: _l, blockquote: _q, 'code-block': _c, ...rest }: Record<string, unknown>,
  block: Attributes,
): Context {
  return { ...context, block: { ...rest, ...block } };
}

/** Headings by tag; Word on the web says them by role, Word on the desk has a style for the title. */
function headingLevel(element: HTMLElement, tag: string): number {
  const byTag = /^H([1-6])$/.exec(tag)?.[1];
  if (byTag) return Number(byTag);
  if (element.classList.contains('MsoTitle')) return 1;
  const level = Number(element.getAttribute('aria-level'));
  return element.getAttribute('role') === 'heading' && level >= 1 && level <= 6 ? level : 0;
}

function code(context: Context, element: HTMLElement): Context {
  const language = /\blanguage-([\w+#-]{1,32})\b/.exec(
    `${element.className} ${element.querySelector('code')?.className ?? ''}`,
  )?.[1];
  return {
    ...context,
    inline: {},
    pre: true,
    block: { 'code-block': language ?? true },
  };
}

/** Editors of code copy a box of monospaced lines that keeps its spaces. */
function isCodeBox({ style }: HTMLElement): boolean {
  return (
    /^pre\b/.test(style.whiteSpace) && /monospace|consolas|menlo|courier/i.test(style.fontFamily)
  );
}

/** A list item that is a task: ours and GitHub's, by attribute, checkbox or role. */
function taskOf(item: HTMLElement): string | null {
  const said = item.dataset.checked ?? item.getAttribute('aria-checked');
  if (said === 'true' || said === 'false') return said === 'true' ? 'checked' : 'unchecked';
  const box = item.querySelector<HTMLInputElement>(
    ':scope > input[type=checkbox], :scope > label > input[type=checkbox], :scope > p > input[type=checkbox]',
  );
  if (box) return box.hasAttribute('checked') ? 'checked' : 'unchecked';
  return null;
}

/** What an element does to the text in it: its tag first, then its style, which may say otherwise. */
function inside(element: HTMLElement, tag: string, context: Context): Context {
  const inline: Record<string, unknown> = { ...context.inline, ...MARKS[tag] };
  const { style } = element;
  if (tag === 'A') {
    const link = completeLink(element.getAttribute('href') ?? '');
    if (link && !element.getAttribute('href')?.startsWith('#')) inline.link = link;
  }
  if (context.block['code-block'] !== undefined) return context;
  if (style.fontWeight !== '') setMark(inline, 'bold', isHeavy(style.fontWeight));
  // A heading is heavy by itself.
  if (context.block.header !== undefined) delete inline.bold;
  if (style.fontStyle !== '') setMark(inline, 'italic', /italic|oblique/.test(style.fontStyle));
  const lines = `${style.textDecoration} ${style.textDecorationLine}`;
  if (/line-through/.test(lines)) inline.strike = true;
  if (/underline/.test(lines)) inline.underline = true;
  if (style.verticalAlign === 'sub' || style.verticalAlign === 'super') {
    inline.script = style.verticalAlign;
  }
  const color = style.color || (tag === 'FONT' ? (element.getAttribute('color') ?? '') : '');
  if (color !== '') inline.color = textColorOf(color) ?? undefined;
  const highlight = style.backgroundColor || backgroundOf(element);
  if (highlight !== '' && !BLOCKS.has(tag)) inline.background = highlightOf(highlight) ?? undefined;
  // A link has its own colour and line.
  if (inline.link) {
    delete inline.color;
    delete inline.underline;
  }
  const pre =
    style.whiteSpace === ''
      ? context.pre || tag === 'PRE'
      : /^(pre|break-spaces)/.test(style.whiteSpace);
  return { ...context, inline, pre };
}

/** Word writes `mso-highlight` beside a `background` shorthand. */
const backgroundOf = (element: HTMLElement): string =>
  /(?:^|;)\s*background:\s*([#\w(), ]+)/i.exec(element.getAttribute('style') ?? '')?.[1] ?? '';

const isHeavy = (weight: string): boolean =>
  /^bold/.test(weight) || Number.parseInt(weight, 10) >= 600;

function setMark(inline: Record<string, unknown>, name: string, on: boolean): void {
  if (on) inline[name] = true;
  else delete inline[name];
}
