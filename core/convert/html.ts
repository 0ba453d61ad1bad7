// A document as semantic HTML. Knows the formats of core/formats.ts and nothing else: what is not
// registered there, or has a value that the registry refuses, is left out. Everything is escaped here.

import type { DeltaOp } from '../delta.ts';
import { embeds, type FormatScope, formats, highlightColors, textColors } from '../formats.ts';
import { type Line, linesOf, lineText, type Run } from './lines.ts';

export interface HtmlLimits {
  limitLines?: number;
  /** UTF-16 units of text. */
  limitChars?: number;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);

/** The value of a format where it is registered for that place and well-formed, else undefined. */
function known(attributes: Run['attributes'], name: string, scope: FormatScope): unknown {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined || value === null) return undefined;
  const format = formats[name];
  return format?.scope === scope && format.accepts(value) ? value : undefined;
}

const TAGS = [
  ['code', 'code'],
  ['bold', 'strong'],
  ['italic', 'em'],
  ['underline', 'u'],
  ['strike', 's'],
] as const;

/** A colour of the palette by its token, where there are tokens: it has a twin for dark pages. */
function shown(
  color: string,
  palette: readonly { name: string; value: string }[],
  prefix: string,
): string {
  const found = palette.find(({ value }) => value === color.toLowerCase());
  return found ? `var(--${prefix}-${found.name},${color})` : color;
}

function textHtml(text: string, attributes: Run['attributes']): string {
  let html = escapeHtml(text);
  for (const [name, tag] of TAGS) {
    if (known(attributes, name, 'inline')) html = `<${tag}>${html}</${tag}>`;
  }
  const script = known(attributes, 'script', 'inline');
  if (script) html = script === 'sub' ? `<sub>${html}</sub>` : `<sup>${html}</sup>`;
  const color = known(attributes, 'color', 'inline');
  const background = known(attributes, 'background', 'inline');
  if (color || background) {
    const style = [
      color && `color:${shown(String(color), textColors, 'tc')}`,
      background && `background-color:${shown(String(background), highlightColors, 'hl')}`,
    ];
    html = `<span style="${style.filter(Boolean).join(';')}">${html}</span>`;
  }
  return html;
}

interface Image {
  html: string;
  caption: string;
}

function imageOf(run: Run): Image | null {
  if (typeof run.insert === 'string' || !Object.hasOwn(run.insert, 'image')) return null;
  const address = run.insert.image;
  if (!embeds.image!(address)) return null;
  const read = (name: string) => known(run.attributes, name, 'embed');
  const size = (['width', 'height'] as const)
    .map((name) => (read(name) ? ` ${name}="${read(name)}"` : ''))
    .join('');
  const alt = escapeHtml(String(read('alt') ?? ''));
  return {
    html: `<img src="${escapeHtml(String(address))}" alt="${alt}"${size} loading="lazy">`,
    caption: escapeHtml(String(read('caption') ?? '')),
  };
}

const isDivider = (run: Run): boolean =>
  typeof run.insert !== 'string' && Object.hasOwn(run.insert, 'divider');

/** Runs as HTML; neighbours with one address share one link. */
function runsHtml(runs: readonly Run[]): string {
  let html = '';
  let open: unknown;
  for (const run of runs) {
    const link = known(run.attributes, 'link', 'inline');
    if (link !== open) {
      if (open) html += '</a>';
      if (link) {
        html += `<a href="${escapeHtml(String(link))}" rel="noopener noreferrer nofollow" target="_blank">`;
      }
      open = link;
    }
    if (typeof run.insert === 'string') html += textHtml(run.insert, run.attributes);
    else html += imageOf(run)?.html ?? '';
  }
  return open ? `${html}</a>` : html;
}

/** `align`, `direction` and, outside lists, `indent` of a line as attributes of its element. */
function lineAttributes(line: Line, inList = false): string {
  const align = known(line.attributes, 'align', 'block');
  const indent = inList ? undefined : known(line.attributes, 'indent', 'block');
  const style = [
    align && `text-align:${align}`,
    indent && `margin-inline-start:${Number(indent) * 3}em`,
  ].filter(Boolean);
  const direction = known(line.attributes, 'direction', 'block') ? ' dir="rtl"' : '';
  return direction + (style.length > 0 ? ` style="${style.join(';')}"` : '');
}

/** One line outside lists and code: a divider parts it, an image alone on it is a figure. */
function paragraphHtml(line: Line): string {
  const header = known(line.attributes, 'header', 'block');
  const tag = header ? `h${header}` : 'p';
  const attributes = lineAttributes(line);
  const wrap = (runs: readonly Run[]) => {
    const image = runs.length === 1 && !header ? imageOf(runs[0]!) : null;
    if (image) {
      const caption = image.caption && `<figcaption>${image.caption}</figcaption>`;
      return `<figure${attributes}>${image.html}${caption}</figure>`;
    }
    return `<${tag}${attributes}>${runsHtml(runs) || '<br>'}</${tag}>`;
  };
  if (!line.runs.some(isDivider)) return wrap(line.runs);
  let html = '';
  let part: Run[] = [];
  for (const run of [...line.runs, null]) {
    if (run && !isDivider(run)) {
      part.push(run);
      continue;
    }
    if (part.length > 0) html += wrap(part);
    if (run) html += '<hr>';
    part = [];
  }
  return html;
}

type ListTag = 'ol' | 'ul' | 'ul class="checks"';
const listTag = (kind: unknown): ListTag =>
  kind === 'ordered' ? 'ol' : kind === 'bullet' ? 'ul' : 'ul class="checks"';

function itemHtml(line: Line, kind: unknown): string {
  const body = runsHtml(line.runs.filter((run) => !isDivider(run))) || '<br>';
  const attributes = lineAttributes(line, true);
  if (kind !== 'checked' && kind !== 'unchecked') return `<li${attributes}>${body}`;
  const checked = kind === 'checked';
  const name = escapeHtml(lineText(line).slice(0, 200));
  return `<li${attributes} data-checked="${checked}"><span role="checkbox" aria-checked="${checked}" aria-disabled="true" aria-label="${name}"></span>${body}`;
}

/** Neighbouring list lines as nested lists; a list inside a list stands in the item before it. */
function listHtml(lines: readonly Line[]): string {
  let html = '';
  const open: ListTag[] = [];
  const close = () => {
    html += `</li></${open.pop()!.slice(0, 2)}>`;
  };
  for (const line of lines) {
    const kind = known(line.attributes, 'list', 'block');
    const depth = Number(known(line.attributes, 'indent', 'block') ?? 0) + 1;
    const tag = listTag(kind);
    while (open.length > depth) close();
    if (open.length === depth && open.at(-1) !== tag) close();
    if (open.length === depth) html += '</li>';
    while (open.length < depth) {
      open.push(tag);
      html += `<${tag}>`;
      // A level that no line of the document stands on: an item without a mark carries the next list.
      if (open.length < depth) html += '<li class="bare">';
    }
    html += itemHtml(line, kind);
  }
  while (open.length > 0) close();
  return html;
}

function codeHtml(lines: readonly Line[]): string {
  const language = known(lines[0]!.attributes, 'code-block', 'block');
  const mark = typeof language === 'string' ? ` class="language-${escapeHtml(language)}"` : '';
  return `<pre><code${mark}>${lines.map((line) => escapeHtml(lineText(line))).join('\n')}\n</code></pre>`;
}

type Block = 'paragraph' | 'list' | 'code' | 'quote';
function blockOf({ attributes }: Line): Block {
  if (known(attributes, 'list', 'block')) return 'list';
  if (known(attributes, 'code-block', 'block')) return 'code';
  return known(attributes, 'blockquote', 'block') ? 'quote' : 'paragraph';
}

function blockHtml(block: Block, lines: readonly Line[]): string {
  if (block === 'list') return listHtml(lines);
  if (block === 'code') return codeHtml(lines);
  const html = lines.map(paragraphHtml).join('');
  return block === 'quote' ? `<blockquote>${html}</blockquote>` : html;
}

/** The document, or its first lines. A line that would pass `limitChars` is cut there. */
export function deltaToHtml(ops: readonly DeltaOp[], limit: HtmlLimits = {}): string {
  let room = limit.limitChars ?? Number.POSITIVE_INFINITY;
  let count = limit.limitLines ?? Number.POSITIVE_INFINITY;
  let html = '';
  let block: Block | null = null;
  let group: Line[] = [];
  for (const whole of linesOf(ops)) {
    if (count <= 0 || room <= 0) break;
    const line = whole.length > room ? cutLine(whole, room) : whole;
    count -= 1;
    room -= line.length + 1;
    const kind = blockOf(line);
    if (block && kind !== block) {
      html += blockHtml(block, group);
      group = [];
    }
    block = kind;
    group.push(line);
  }
  return block ? html + blockHtml(block, group) : html;
}

/** The first `room` units of a line, whole surrogate pairs only. */
function cutLine(line: Line, room: number): Line {
  const runs: Run[] = [];
  let left = room;
  for (const run of line.runs) {
    if (left <= 0) break;
    if (typeof run.insert !== 'string') left -= 1;
    const last = typeof run.insert === 'string' ? run.insert.charCodeAt(left - 1) : 0;
    const end = last >= 0xd800 && last <= 0xdbff ? left - 1 : left;
    const insert = typeof run.insert === 'string' ? run.insert.slice(0, end) : run.insert;
    runs.push({ insert, attributes: run.attributes });
    if (typeof run.insert === 'string') left -= run.insert.length;
  }
  return { runs, attributes: line.attributes, length: room };
}
