// Lines of a delta as sections of the page, in one go: each element and its blot are made once and
// linked, without Quill's searching and optimising. What it makes is already what Quill would leave.

import type { Blot, ParentBlot } from 'parchment';
import type Block from 'quill/blots/block.js';
import type { Line, Run } from '../../core/convert/lines.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { embeds, exclusiveBlocks, formats } from '../../core/formats.ts';
import { Paragraph } from './line-blots.ts';
import { Chunk } from './lines.ts';
import { ListItem } from './lists.ts';
import type { DocumentScroll } from './scroll.ts';
import { Section, sectionLimits } from './sections.ts';

type Attributes = Readonly<Record<string, unknown>>;
type Formattable = Blot & { format(name: string, value: unknown): void };

/** Outermost first, as Quill's Inline.order has it. */
const NESTING = ['code', 'script', 'bold', 'italic', 'strike', 'underline', 'link'] as const;
const STYLES = ['color', 'background'] as const;

export interface BuildOptions {
  /** This many sections are made at once, the others when they are needed; all when it is left out. */
  readonly atOnce?: number;
}

export function buildSections(
  scroll: DocumentScroll,
  lines: Iterable<Line>,
  { atOnce = Number.POSITIVE_INFINITY }: BuildOptions = {},
): Section[] {
  const sections: Section[] = [];
  let group: Line[] = [];
  let units = 0;
  let code = false;
  const close = () => {
    if (group.length > 0) sections.push(buildSection(scroll, group, sections.length >= atOnce));
    group = [];
    units = 0;
  };
  for (const line of lines) {
    const full = group.length >= sectionLimits.lines || units > sectionLimits.units;
    const isCode = line.attributes['code-block'] != null;
    // A code block is one box that scrolls: it stays whole.
    if (full && !(code && isCode)) close();
    code = isCode;
    group.push(line);
    units += line.length;
  }
  close();
  return sections;
}

function buildSection(scroll: DocumentScroll, lines: readonly Line[], mayWait: boolean): Section {
  const section = scroll.create(Section.blotName) as unknown as Section;
  // What a line will be in the document is known before it is made, if it comes back as it went in.
  if (mayWait && lines.every(isCanonical)) section.wait(lines, new Chunk(lines.map(lineDelta)));
  else {
    fillSection(scroll, section, lines);
    section.forget();
    section.estimate();
  }
  return section;
}

/** Makes the lines of a section that has none. */
export function fillSection(
  scroll: DocumentScroll,
  section: Section,
  lines: readonly Line[],
): void {
  const content = document.createDocumentFragment();
  let list: ParentBlot | null = null;
  let around: string | null = null;
  const put = (blot: Blot) => link(section, blot, content);
  for (const line of lines) {
    const wanted = containerOf(line);
    if (wanted !== around) {
      list = wanted === null ? null : (scroll.create(wanted) as unknown as ParentBlot);
      if (list) put(list);
      around = wanted;
    }
    const canonical = isCanonical(line);
    const made = buildLine(scroll, line, canonical);
    if (list) add(list, made);
    else put(made);
    if (!canonical) settle(made as unknown as Blot);
  }
  scroll.putLate(section, content);
}

/** Links a blot that was just made as the last child of another. */
function add(parent: ParentBlot, child: Blot): void {
  link(parent, child, parent.domNode);
}

function link(parent: ParentBlot, child: Blot, place: Node): void {
  parent.children.append(child);
  child.parent = parent as unknown as Blot['parent'];
  place.appendChild(child.domNode);
}

function containerOf({ attributes }: Line): string | null {
  const block = blockOf(attributes);
  if (block === 'list') return 'list-container';
  return block === 'code-block' ? 'code-block-container' : null;
}

/** Of several exclusive formats Quill keeps the one it is given last. */
function blockOf(attributes: Attributes): string | null {
  let found: string | null = null;
  for (const name of Object.keys(attributes)) {
    if ((exclusiveBlocks as readonly string[]).includes(name) && attributes[name]) found = name;
  }
  return found;
}

/** Lets Quill put a line in order that is not told as it will be: runs that turn out alike, and such. */
function settle(blot: Blot): void {
  if ('children' in blot) (blot as unknown as ParentBlot).children.forEach(settle);
  blot.optimize({});
}

function buildLine(scroll: DocumentScroll, line: Line, canonical: boolean): Block {
  const { attributes, runs } = line;
  const block = blockOf(attributes);
  const made = scroll.create(block ?? 'block', block ? attributes[block] : undefined);
  const built = made as unknown as Block;
  for (const name of Object.keys(attributes)) {
    if (name !== block && formats[name]?.scope === 'block' && !isExclusive(name)) {
      built.format(name, attributes[name]);
    }
  }
  if (runs.length === 0) add(built, scroll.create('break'));
  else addRuns(scroll, built, { runs, level: 0, plain: block === 'code-block' });
  if (built instanceof ListItem || built instanceof Paragraph) built.describe();
  built.cache = canonical ? { delta: lineDelta(line), length: line.length + 1 } : {};
  return built;
}

const isExclusive = (name: string): boolean =>
  (exclusiveBlocks as readonly string[]).includes(name);

interface Level {
  readonly runs: readonly Run[];
  readonly level: number;
  /** Text of a code block has no formats. */
  readonly plain: boolean;
}

/** Neighbouring runs that share the outermost format share its element; then the next format. */
function addRuns(scroll: DocumentScroll, parent: ParentBlot, { runs, level, plain }: Level): void {
  const name = plain ? undefined : NESTING[level];
  if (name === undefined) {
    for (const run of runs) addLeaf(scroll, parent, plain ? { ...run, attributes: {} } : run);
    return;
  }
  for (let first = 0; first < runs.length; ) {
    const value = runs[first]!.attributes[name];
    let end = first + 1;
    while (end < runs.length && runs[end]!.attributes[name] === value) end++;
    const inner = { runs: runs.slice(first, end), level: level + 1, plain };
    if (value == null || value === false) addRuns(scroll, parent, inner);
    else {
      const element = scroll.create(name, value) as unknown as ParentBlot;
      add(parent, element);
      addRuns(scroll, element, inner);
    }
    first = end;
  }
}

function addLeaf(scroll: DocumentScroll, parent: ParentBlot, { insert, attributes }: Run): void {
  let around = parent;
  if (STYLES.some((name) => attributes[name] != null)) {
    const styled = scroll.create('inline') as Formattable;
    for (const name of STYLES) {
      if (attributes[name] != null) styled.format(name, attributes[name]);
    }
    around = styled as unknown as ParentBlot;
    add(parent, styled);
  }
  if (typeof insert === 'string') {
    // Runs that turn out alike (code has no formats) are one text: Quill joins only two at a time.
    const { tail } = around.children;
    if (tail?.statics.blotName === 'text') tail.insertAt(tail.length(), insert);
    else add(around, scroll.create('text', insert));
    return;
  }
  const [name] = Object.keys(insert);
  if (name === undefined) throw new Error('An embed without a name');
  const leaf = scroll.create(name, insert[name]) as Formattable;
  for (const [key, value] of Object.entries(attributes)) {
    if (formats[key]?.scope === 'embed') leaf.format(key, value);
  }
  add(around, leaf);
}

function lineDelta({ attributes, runs }: Line): Delta {
  const delta = new Delta();
  for (const run of runs) delta.ops.push(part(run.insert, run.attributes));
  return delta.push(part('\n', attributes));
}

const part = (insert: Run['insert'], attributes: Attributes): Delta['ops'][number] => {
  const op: DeltaOp = Object.keys(attributes).length > 0 ? { insert, attributes } : { insert };
  return op as Delta['ops'][number];
};

/**
 * Whether the line comes back from the page as it went in, so that its delta need not be read from
 * there: every format is known, and there is only one of those that exclude each other.
 */
function isCanonical({ attributes, runs }: Line): boolean {
  const exclusive = exclusiveBlocks.filter((name) => attributes[name] !== undefined);
  if (exclusive.length > 1 || !areKnown(attributes, 'block')) return false;
  const isPlain = exclusive[0] === 'code-block';
  return runs.every(({ insert, attributes: given }) => {
    if (typeof insert === 'string') {
      const hasNone = Object.keys(given).length === 0;
      return !insert.includes('\r') && (isPlain ? hasNone : areKnown(given, 'inline'));
    }
    const [name] = Object.keys(insert);
    if (isPlain || name === undefined || !embeds[name]?.(insert[name])) return false;
    return name === 'image' ? areKnown(given, 'embed') : Object.keys(given).length === 0;
  });
}

function areKnown(attributes: Attributes, scope: string): boolean {
  for (const name of Object.keys(attributes)) {
    const format = formats[name];
    if (format?.scope !== scope || !format.accepts(attributes[name])) return false;
  }
  return true;
}
