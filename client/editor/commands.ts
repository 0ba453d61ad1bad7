// What a person can do to the text: formats, lists, indentation, moving paragraphs, dividers. Each is
// one change with source 'user', so that it is undone at once and sent as one op.

import type Block from 'quill/blots/block.js';
import { Delta, type DeltaOp, opLength } from '../../core/delta.ts';
import { exclusiveBlocks, formats } from '../../core/formats.ts';
import type { EditorRange } from './editor-api.ts';
import type { DeltapadQuill } from './quill.ts';

const MOST_INDENT = 8;
type Attributes = Record<string, unknown>;

/** One line of the document with where it stands. */
export interface LineAt {
  readonly line: Block;
  readonly start: number;
  readonly length: number;
  readonly formats: Readonly<Attributes>;
}

export interface Commands {
  format(name: string, value: unknown): void;
  toggle(name: string, value?: unknown): void;
  indent(by: 1 | -1): void;
  clearFormatting(): void;
  insertDivider(): void;
  /** Puts an embed on a line of its own at the caret or after its line; the caret goes behind it. */
  insertOnOwnLine(index: number, embed: Attributes, attributes?: Attributes): void;
  moveLines(by: 1 | -1): void;
  tick(): boolean;
  lines(range?: EditorRange): LineAt[];
}

export function createCommands(quill: DeltapadQuill): Commands {
  const range = (): EditorRange => quill.getSelection(true) ?? { index: 0, length: 0 };
  const change = (delta: Delta) => quill.updateContents(delta, 'user');

  function lines({ index, length }: EditorRange = range()): LineAt[] {
    const found = quill.getLines(index, Math.max(length, 1)) as Block[];
    return found.map((line) => ({
      line,
      start: quill.getIndex(line),
      length: line.length(),
      formats: line.formats(),
    }));
  }

  /** Sets formats on the newlines that end these lines. */
  function formatLines(all: readonly LineAt[], of: (line: LineAt) => Attributes | null): void {
    const delta = new Delta();
    let at = 0;
    for (const line of all) {
      const attributes = of(line);
      if (!attributes || Object.keys(attributes).length === 0) continue;
      const newline = line.start + line.length - 1;
      delta.retain(newline - at).retain(1, attributes);
      at = newline + 1;
    }
    if (delta.ops.length > 0) change(delta);
  }

  function format(name: string, value: unknown): void {
    const known = formats[name];
    if (!known || !(value === null || known.accepts(value))) return;
    if (known.scope !== 'block') {
      quill.format(name, value ?? false, 'user');
      return;
    }
    const exclusive = (exclusiveBlocks as readonly string[]).includes(name);
    formatLines(lines(), ({ formats: now }) => {
      const wanted: Attributes = { [name]: value };
      // An indented list item that is no list any more would stay pushed in for no visible reason.
      if (exclusive && name !== 'list' && now.list !== undefined) wanted.indent = null;
      if (name === 'list' && value === null) wanted.indent = null;
      if (exclusive && value !== null) {
        for (const other of exclusiveBlocks) {
          if (other !== name && now[other] !== undefined) wanted[other] = null;
        }
      }
      return changed(now, wanted);
    });
  }

  function insertOnOwnLine(index: number, embed: Attributes, attributes: Attributes = {}): void {
    const [line] = lines({ index, length: 0 });
    if (!line) return;
    const isEmpty = line.length === 1;
    const bare = Object.fromEntries(Object.keys(line.formats).map((name) => [name, null]));
    const delta = new Delta().retain(line.start + line.length - 1);
    if (!isEmpty) delta.insert('\n', line.formats);
    delta.insert(embed, attributes).retain(1, bare);
    const end = line.start + line.length + (isEmpty ? 1 : 2);
    // There must be a line to go on in.
    if (line.start + line.length >= quill.getLength()) delta.insert('\n');
    quill.history.asStep(() => change(delta));
    quill.setSelection(end, 0, 'user');
  }

  return {
    format,
    lines,
    insertOnOwnLine,
    toggle(name, value = true) {
      const now = quill.getFormat(range())[name];
      const isOn = name === 'code-block' ? Boolean(now) : now === value;
      format(name, isOn ? null : value);
    },
    indent(by) {
      const all = lines();
      if (all.every(({ formats: now }) => now['code-block'])) {
        indentCode(all, by, change);
        return;
      }
      formatLines(all, ({ formats: now }) => {
        if (now['code-block']) return null;
        const indent = Math.min(MOST_INDENT, Math.max(0, Number(now.indent ?? 0) + by));
        return changed(now, { indent: indent === 0 ? null : indent });
      });
    },
    clearFormatting() {
      const { index, length } = range();
      const all = lines({ index, length });
      const first = all[0];
      const last = all.at(-1);
      if (!first || !last) return;
      const end = last.start + last.length;
      const whole = length === 0;
      const delta = new Delta().retain(first.start);
      let at = first.start;
      for (const op of quill.editor.delta.slice(first.start, end).ops as DeltaOp[]) {
        for (const part of newlinesApart(op)) {
          const from = at;
          at += part.length;
          const inside = whole || (from < index + length && at > index);
          delta.retain(part.length, inside || part.isEnd ? cleared(op, part.isEnd) : {});
        }
      }
      change(onlyWithin(delta, { index, length: whole ? 0 : length }));
    },
    insertDivider() {
      insertOnOwnLine(range().index, { divider: true });
    },
    moveLines(by) {
      const { index, length } = range();
      const all = lines({ index, length });
      const first = all[0];
      const last = all.at(-1);
      if (!first || !last) return;
      const end = last.start + last.length;
      // The neighbour moves, not these lines: a caret in them, mine or another's, stays where it is.
      const over = by === -1 ? first.start - 1 : end;
      if (over < 0 || over >= quill.getLength()) return;
      const [neighbour] = lines({ index: over, length: 0 });
      if (!neighbour) return;
      const moved = quill.editor.delta.slice(neighbour.start, neighbour.start + neighbour.length);
      const own = end - first.start;
      const delta =
        by === -1
          ? new Delta().retain(neighbour.start).delete(neighbour.length).retain(own).concat(moved)
          : new Delta().retain(first.start).concat(moved).retain(own).delete(neighbour.length);
      quill.history.asStep(() => change(delta));
      quill.setSelection(index + by * neighbour.length, length, 'user');
    },
    tick() {
      const all = lines().filter(
        ({ formats: { list } }) => list === 'checked' || list === 'unchecked',
      );
      const done = all.every(({ formats: { list } }) => list === 'checked');
      formatLines(all, () => ({ list: done ? 'unchecked' : 'checked' }));
      return all.length > 0;
    },
  };
}

/** Only what is not so already. */
function changed(now: Readonly<Attributes>, wanted: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => (now[name] ?? null) !== value),
  );
}

function indentCode(all: readonly LineAt[], by: 1 | -1, change: (delta: Delta) => void): void {
  const delta = new Delta();
  let at = 0;
  for (const { line, start } of all) {
    if (by === 1) delta.retain(start - at).insert('\t');
    else {
      const space = /^(\t| {1,4})/.exec(line.domNode.textContent ?? '')?.[0].length ?? 0;
      if (space === 0) continue;
      delta.retain(start - at).delete(space);
      at = start + space;
      continue;
    }
    at = start;
  }
  if (delta.ops.length > 0) change(delta);
}

/** A run cut at its newlines: formats of text and of lines are cleared apart. */
function newlinesApart(op: DeltaOp): { length: number; isEnd: boolean }[] {
  if (typeof op.insert !== 'string') return [{ length: opLength(op), isEnd: false }];
  return op.insert
    .split(/(\n)/)
    .filter((text) => text !== '')
    .map((text) => ({ length: text.length, isEnd: text === '\n' }));
}

/** Everything but links and what an image is. */
function cleared({ attributes = {} }: DeltaOp, isEnd: boolean): Attributes {
  const scope = isEnd ? 'block' : 'inline';
  return Object.fromEntries(
    Object.keys(attributes)
      .filter((name) => name !== 'link' && formats[name]?.scope === scope)
      .map((name) => [name, null]),
  );
}

/** Text formats only inside the selection (an empty one means the whole line); lines as they are. */
function onlyWithin(delta: Delta, { index, length }: EditorRange): Delta {
  if (length === 0) return delta.chop();
  const result = new Delta();
  let at = 0;
  for (const op of delta.ops as DeltaOp[]) {
    const size = opLength(op);
    const isText = Object.keys(op.attributes ?? {}).some(
      (name) => formats[name]?.scope === 'inline',
    );
    if (!isText) result.push(op as Delta['ops'][number]);
    else {
      const from = Math.min(Math.max(index, at), at + size);
      const to = Math.max(Math.min(index + length, at + size), from);
      result
        .retain(from - at)
        .retain(to - from, op.attributes)
        .retain(at + size - to);
    }
    at += size;
  }
  return result.chop();
}
