// Quill's model of the document, made fast for long ones. Stock Quill puts the whole document together
// after every change but one ASCII character, and compares it with what it expected: O(document), and
// quadratic besides (internals.md §5.1). Here the document is a persistent list of lines (lines.ts);
// after a change only the lines that differ are read, compared with the change, and taken over.
// Invariant: `delta` equals what the blots say (test/e2e/editor-engine.test.ts compares it thousands of
// times).

import type { Blot } from 'parchment';
import { LeafBlot, Scope } from 'parchment';
import Block, { bubbleFormats } from 'quill/blots/block.js';
import Break from 'quill/blots/break.js';
import type Scroll from 'quill/blots/scroll.js';
import QuillEditor from 'quill/core/editor.js';
import type { Range } from 'quill/core/selection.js';
import { linesOf } from '../../core/convert/lines.ts';
import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';
import { buildSections, fillSection } from './build.ts';
import { reach, shift, withoutReturns } from './change.ts';
import { difference, joinLines, type Lines, LinesDelta, sameOps } from './lines.ts';
import { continueLists, startList } from './lists.ts';
import { isLarge, rebuild } from './rebuild.ts';
import type { DocumentScroll } from './scroll.ts';

interface SelectionInfo {
  newRange: Range;
  oldRange: Range;
}
type Attributes = Record<string, unknown>;

/** A document's first screens; its other sections are made when somebody looks or nothing else is to do. */
const SECTIONS_AT_ONCE = 3;

export class Engine extends QuillEditor {
  declare private lines: Lines;

  constructor(scroll: Scroll) {
    super(scroll);
    this.page.fillSection = (section, lines) => {
      fillSection(this.page, section, lines);
      startList(section);
    };
  }

  private get page(): DocumentScroll {
    return this.scroll as DocumentScroll;
  }

  /** The lines of the document as it is now. */
  get documentLines(): Lines {
    return this.lines;
  }

  override getDelta(): Delta {
    this.lines = this.page.readLines();
    return LinesDelta.of(this.lines);
  }

  override isBlank(): boolean {
    if (this.lines.length > 1) return false;
    const [line] = this.scroll.line(0);
    return line instanceof Block && line.statics.blotName === 'block' && isEmptyLine(line);
  }

  /** Puts the whole content; the lines that are canonical need not be read back from the page. */
  load(ops: readonly DeltaOp[]): void {
    const { scroll } = this;
    scroll.batchStart();
    scroll.children.forEach((child: Blot) => {
      child.remove();
    });
    const sections = buildSections(this.page, linesOf(ops), { atOnce: SECTIONS_AT_ONCE });
    for (const section of sections) scroll.appendChild(section);
    // What was just built is canonical already: nothing is to be optimised.
    scroll.observer.takeRecords();
    scroll.batch = false;
    if (scroll.children.length === 0) scroll.optimize();
    this.page.measure();
    this.page.keepLive(0);
    continueLists(this.page);
    scroll.observer.takeRecords();
    this.delta = this.getDelta();
  }

  override update(
    change: Delta | null,
    _mutations: MutationRecord[] = [],
    selection?: SelectionInfo,
  ): Delta {
    const before = this.lines;
    const after = this.page.readLines();
    const differs = difference(before, after);
    if (differs.before.length > 0 || differs.after.length > 0) {
      this.lines = after;
      this.delta = LinesDelta.of(after);
      this.page.measure();
      continueLists(this.page);
    }
    if (change) {
      const [from, to] = reach(change);
      const end = differs.start + joinedLength(differs.before);
      const region = before.region(Math.min(from, differs.start), Math.max(to, end));
      const regionEnd = after.length - (before.length - region.end);
      const now = after.region(region.start, regionEnd);
      const expected = new Delta(joinLines(region.lines) as Delta['ops']).compose(
        shift(change, region.start),
      );
      const actual = joinLines(now.lines);
      if (sameOps(expected.ops as DeltaOp[], actual)) return change;
      // What the page would not take (bold in code) is told on top of the change: near to nothing to
      // look for, where the whole change would have to be found again in a megabyte.
      if (now.end === regionEnd && isDocument(expected)) {
        const rest = expected.diff(new Delta(actual as Delta['ops']));
        return change.compose(new Delta().retain(region.start).concat(rest)).chop();
      }
    }
    const old = new Delta(joinLines(differs.before) as Delta['ops']);
    const now = new Delta(joinLines(differs.after) as Delta['ops']);
    const hint = selection && {
      oldRange: moved(selection.oldRange, -differs.start),
      newRange: moved(selection.newRange, -differs.start),
    };
    return new Delta().retain(differs.start).concat(old.diff(now, hint)).chop();
  }

  override applyDelta(delta: Delta): Delta {
    const { scroll } = this;
    scroll.update();
    scroll.batchStart();
    const change = withoutReturns(delta);
    if (!isLarge(change) || !rebuild(this.page, change)) this.applyPieces(change);
    scroll.batchEnd();
    scroll.optimize();
    return this.update(change);
  }

  override formatText(index: number, length: number, formats: Attributes = {}): Delta {
    const change = new Delta().retain(index).retain(length, formats);
    return isLarge(change) ? this.applyDelta(change) : super.formatText(index, length, formats);
  }

  private applyPieces(change: Delta): void {
    const { scroll } = this;
    const removals = new Delta();
    let length = scroll.length();
    let index = 0;
    const ops = change.ops as DeltaOp[];
    for (let i = 0; i < ops.length; i++) {
      const op = ops[i]!;
      if (op.insert !== undefined) {
        // Neighbouring inserts are one stretch of content, whatever their formats.
        let last = i;
        while (ops[last + 1]?.insert !== undefined) last++;
        const content = ops.slice(i, last + 1);
        i = last;
        // Behind the last newline there is no line to write in: one is made, and taken away again.
        const extra = length <= index ? 1 : 0;
        if (extra > 0) scroll.insertAt(index, '\n');
        const added = content.reduce((sum, part) => sum + opLength(part), 0);
        this.insert(index, content);
        removals.retain(added).delete(extra);
        length += added + extra;
        index += added + extra;
        continue;
      }
      removals.push(op as Delta['ops'][number]);
      const reached = opLength(op);
      if (op.attributes && op.delete === undefined) this.paint(index, reached, op.attributes);
      index += reached;
    }
    let at = 0;
    for (const op of removals.ops as DeltaOp[]) {
      if (op.delete !== undefined) scroll.deleteAt(at, op.delete);
      else at += opLength(op);
    }
  }

  private paint(index: number, length: number, attributes: Attributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      this.scroll.formatAt(index, length, name, value);
    }
  }

  private insert(index: number, content: readonly DeltaOp[]): void {
    let at = index;
    for (const { insert, attributes = {} } of content) {
      if (typeof insert !== 'string') {
        this.insertEmbedAt(at, insert as Record<string, unknown>, attributes);
        at += 1;
        continue;
      }
      // Line by line, because a newline takes the formats of lines and its text those of text.
      for (const text of insert.split(/(\n)/)) {
        if (text === '') continue;
        this.scroll.insertAt(at, text);
        const [line, offset] = this.scroll.line(at);
        let present: Attributes = { ...bubbleFormats(line) };
        if (line instanceof Block) {
          const [leaf] = line.descendant(LeafBlot, offset);
          if (leaf) present = { ...present, ...bubbleFormats(leaf) };
        }
        this.paint(at, text.length, Delta.AttributeMap.diff(present, attributes) ?? {});
        at += text.length;
      }
    }
  }

  private insertEmbedAt(
    index: number,
    embed: Record<string, unknown>,
    attributes: Attributes,
  ): void {
    const [name] = Object.keys(embed);
    if (name === undefined) return;
    if (this.scroll.query(name, Scope.INLINE) == null) throw new Error(`Unknown embed ${name}`);
    this.scroll.insertAt(index, name, embed[name]);
    const [leaf] = this.scroll.descendant(LeafBlot, index);
    this.paint(index, 1, Delta.AttributeMap.diff(bubbleFormats(leaf), attributes) ?? {});
  }
}

const isDocument = (delta: Delta): boolean => delta.ops.every(({ insert }) => insert !== undefined);

const isEmptyLine = (line: Block): boolean =>
  line.children.length <= 1 && line.children.head instanceof Break;

const joinedLength = (lines: readonly Delta[]): number =>
  lines.reduce((sum, line) => sum + line.length(), 0);

const moved = (range: Range, by: number): Range => ({
  index: range.index + by,
  length: range.length,
});
