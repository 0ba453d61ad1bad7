// Large changes (a long paste, Replace all, a format on everything): instead of being put into the page
// piece by piece, they are applied to the lines of the sections they meet, and those sections are made
// anew.

import type { Blot } from 'parchment';
import { type Line, linesOf } from '../../core/convert/lines.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { exclusiveBlocks, type FormatScope, formats } from '../../core/formats.ts';
import { buildSections } from './build.ts';
import { reach, shift } from './change.ts';
import { joinLines } from './lines.ts';
import type { DocumentScroll } from './scroll.ts';
import { Section } from './sections.ts';

/** From this many new lines, … */
const LINES = 24;
/** … components, … */
const COMPONENTS = 300;
/** … or formatted units on, making anew is cheaper. */
const UNITS = 20_000;

export function isLarge(change: Delta): boolean {
  const ops = change.ops as DeltaOp[];
  let lines = 0;
  let units = 0;
  for (const { insert, retain, attributes } of ops) {
    if (typeof insert === 'string') {
      for (let at = insert.indexOf('\n'); at >= 0; at = insert.indexOf('\n', at + 1)) lines++;
    }
    if (typeof retain === 'number' && attributes) units += retain;
  }
  return lines >= LINES || ops.length >= COMPONENTS || units >= UNITS;
}

/**
 * Applies the change to the page, whose sections must be up to date with the document. False, and
 * nothing done, when that is not to be told from the lines alone.
 */
export function rebuild(page: DocumentScroll, change: Delta): boolean {
  const met = sectionsMet(page, change);
  let content = applied(met, change);
  // Without its last newline the last line goes on with the first of the next section.
  for (;;) {
    const last = content.at(-1)?.insert;
    const next = met.sections.at(-1)?.next;
    if ((typeof last === 'string' && last.endsWith('\n')) || !(next instanceof Section)) break;
    met.sections.push(next);
    content = applied(met, change);
  }
  const lines = [...known(content)];
  // Which of two exclusive formats stays is Quill's to say.
  if (lines.some(isTorn)) return false;
  const built = buildSections(page, lines, { atOnce: 0 });
  const ref = met.sections.at(-1)?.next ?? null;
  for (const section of built) page.putSection(section, ref as Blot | null);
  for (const section of met.sections) section.remove();
  page.fillSeen(built);
  return true;
}

const isTorn = ({ attributes }: Line): boolean =>
  exclusiveBlocks.filter((name) => attributes[name] !== undefined).length > 1;

interface Met {
  readonly start: number;
  readonly sections: Section[];
}

function sectionsMet(page: DocumentScroll, change: Delta): Met {
  const [from, to] = reach(change);
  const sections: Section[] = [];
  let at = 0;
  let start = 0;
  page.children.forEach((section) => {
    if (!(section instanceof Section)) return;
    const end = at + section.length();
    const isLast = section.next === null;
    const isFirst = sections.length === 0 && (end > from || isLast);
    if (isFirst) start = at;
    if (isFirst || (sections.length > 0 && at < to)) sections.push(section);
    at = end;
  });
  return { start, sections };
}

function applied({ start, sections }: Met, change: Delta): DeltaOp[] {
  const lines = sections.flatMap((section) => section.read().lines);
  const before = new Delta(joinLines(lines) as Delta['ops']);
  return before.compose(shift(change, start)).ops as DeltaOp[];
}

/** A format that covers text and newlines alike takes hold of what it is for. */
function* known(content: readonly DeltaOp[]): Generator<Line> {
  for (const line of linesOf(content)) {
    yield {
      length: line.length,
      attributes: only(line.attributes, 'block'),
      runs: line.runs.map(({ insert, attributes }) => ({
        insert,
        attributes:
          typeof insert === 'string' ? only(attributes, 'inline') : only(attributes, 'embed'),
      })),
    };
  }
}

type Attributes = Readonly<Record<string, unknown>>;

function only(attributes: Attributes, scope: FormatScope): Attributes {
  const names = Object.keys(attributes);
  const isForeign = (name: string) => {
    const format = formats[name];
    return (
      format !== undefined && format.scope !== scope && !(scope === 'embed' && name === 'link')
    );
  };
  if (!names.some(isForeign)) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !isForeign(name)));
}
