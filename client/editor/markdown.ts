// Markdown as it is typed, and addresses that become links. Works on the change that a key made, not on
// the key, so that phones and input methods have it too. Each conversion is a step of its own in undo:
// one undo, or Backspace at once, gives the literal text back.

import { Delta, type DeltaOp } from '../../core/delta.ts';
import { formats } from '../../core/formats.ts';
import { completeLink } from '../../core/url.ts';
import type { Commands } from './commands.ts';
import { addressAtEnd, inlineRule, isDividerRule, lineRule } from './markdown-rules.ts';
import type { Port } from './port.ts';
import type { DeltapadQuill } from './quill.ts';

export interface Markdown {
  /** Takes the last conversion back when nothing happened since; false when there is none. */
  takeBack(): boolean;
  /** Whether the Enter just pressed ends "```": the code block is there already, its first line stays. */
  endsFence(): boolean;
  /** Links the address before the caret, if there is one: before a line is ended. */
  linkBeforeCaret(): void;
}

export function createMarkdown(quill: DeltapadQuill, port: Port, commands: Commands): Markdown {
  /** Depth of the undo stack just after a conversion; any later change makes it worthless. */
  let last: { depth: number; index: number } | null = null;
  let converting = false;

  function convert(change: () => void): void {
    converting = true;
    quill.history.asStep(change);
    converting = false;
    const { lastRange } = quill.selection;
    last = lastRange ? { depth: quill.history.depth, index: lastRange.index } : null;
  }

  port.onAnyChange((change, source) => {
    if (converting) return;
    last = null;
    if (source !== 'user' || port.isComposing()) return;
    const typed = typedText(change);
    if (typed === null) return;
    // Others that listen to this change must hear of it before what follows from it.
    queueMicrotask(() => afterTyping(typed));
  });

  function afterTyping(typed: string): void {
    if (port.isComposing() || !quill.isEnabled()) return;
    const at = caretInLine();
    if (!at || at.formats['code-block']) return;
    const { start, before, text } = at;
    const inCode = quill.getFormat(start + Math.max(0, before.length - 1), 1).code === true;
    if (inCode) return;
    if (typed.endsWith(' ')) linkAt(start, before.slice(0, -1));
    const rule = lineRule(before);
    if (rule && !at.hasEmbeds && isNew(at.formats, rule.attributes)) {
      convertLine(start, text.length, rule);
      return;
    }
    if (isDividerRule(text) && text === before && !at.hasEmbeds) {
      convert(() => {
        quill.updateContents(new Delta().retain(start).delete(3), 'user');
        commands.insertOnOwnLine(start, { divider: true });
      });
      return;
    }
    convertInline(start, before);
  }

  function convertLine(
    start: number,
    length: number,
    rule: { remove: number; attributes: Readonly<Record<string, unknown>> },
  ): void {
    convert(() => {
      const delta = new Delta()
        .retain(start)
        .delete(rule.remove)
        .retain(length - rule.remove)
        .retain(1, rule.attributes);
      quill.updateContents(delta, 'user');
      quill.setSelection(start, 0, 'silent');
    });
  }

  function convertInline(start: number, before: string): void {
    const rule = inlineRule(before);
    if (!rule) return;
    const { name, mark, length } = rule;
    const from = start + rule.start;
    convert(() => {
      const delta = new Delta()
        .retain(from)
        .delete(mark)
        .retain(length, { [name]: true })
        .delete(mark);
      quill.updateContents(delta, 'user');
      quill.setSelection(from + length, 0, 'silent');
      // What is typed next is outside the marks.
      quill.format(name, false, 'user');
    });
  }

  function linkAt(start: number, before: string): void {
    const found = addressAtEnd(before);
    const address = found && completeLink(found.text);
    if (!found || !address || !formats.link!.accepts(address)) return;
    const from = start + found.start;
    const length = found.text.length;
    const slice = quill.editor.delta.slice(from, from + length).ops as DeltaOp[];
    if (slice.some((op) => op.attributes?.link || op.attributes?.code)) return;
    const range = quill.selection.lastRange;
    convert(() => {
      quill.updateContents(new Delta().retain(from).retain(length, { link: address }), 'user');
    });
    if (range) quill.setSelection(range.index, range.length, 'silent');
  }

  function caretInLine() {
    const range = quill.getSelection();
    if (!range || range.length > 0) return null;
    const [line] = commands.lines(range);
    if (!line) return null;
    const offset = range.index - line.start;
    const ops = quill.editor.delta.slice(line.start, line.start + line.length - 1).ops as DeltaOp[];
    const text = ops.map(({ insert }) => (typeof insert === 'string' ? insert : '\uFFFC')).join('');
    return {
      start: line.start,
      formats: line.formats,
      text,
      before: text.slice(0, offset),
      hasEmbeds: text.includes('\uFFFC'),
    };
  }

  return {
    takeBack() {
      const range = quill.selection.lastRange;
      if (!last || range?.length !== 0 || range.index !== last.index) return false;
      if (quill.history.depth !== last.depth) return false;
      last = null;
      quill.history.undo();
      return true;
    },
    endsFence() {
      const range = quill.selection.lastRange;
      if (!last || range?.length !== 0 || range.index !== last.index) return false;
      const at = caretInLine();
      if (!at?.formats['code-block'] || at.text !== '') return false;
      last = null;
      return true;
    },
    linkBeforeCaret() {
      const at = caretInLine();
      if (at && !at.formats['code-block']) linkAt(at.start, at.before);
    },
  };
}

/** The text of a change that only typed something, else null. */
function typedText(change: Delta): string | null {
  const ops = change.ops as DeltaOp[];
  const [first, second] = ops;
  const insert = first?.retain === undefined ? first : second;
  if (typeof insert?.insert !== 'string' || ops.length > (insert === first ? 1 : 2)) return null;
  // A paste or a completed word is not typing; a phone's keyboard may bring a word and a space at once.
  return insert.insert.length <= 40 && !insert.insert.includes('\n') ? insert.insert : null;
}

/** Whether the line is not already what the rule makes of it. */
const isNew = (
  now: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean => Object.entries(wanted).some(([name, value]) => now[name] !== value) && !now.list;
