// Keys: the shortcuts of shortcuts.ts, and what Enter, Backspace, Tab and the arrows do beyond Quill's
// own bindings. Runs before Quill's listener and stops the keys it has dealt with.

import type { BlockBlot } from 'parchment';
import type { Range } from 'quill/core/selection.js';
import QuillKeyboard, { type Context } from 'quill/modules/keyboard.js';
import { Delta } from '../../core/delta.ts';
import { formats } from '../../core/formats.ts';
import type { Commands } from './commands.ts';
import type { EditorHost } from './editor-api.ts';
import type { Markdown } from './markdown.ts';
import type { DeltapadQuill } from './quill.ts';
import { chordOf, type ShortcutId, shortcutTable } from './shortcuts.ts';

/** Quill forgets the formats of the text when a line is ended; people expect bold to go on. */
export class Keyboard extends QuillKeyboard {
  override handleEnter(range: Range, context: Context): void {
    super.handleEnter(range, context);
    for (const [name, value] of Object.entries(context.format)) {
      const goesOn = formats[name]?.scope === 'inline' && name !== 'link' && name !== 'code';
      if (goesOn && !Array.isArray(value)) this.quill.format(name, value, 'user');
    }
  }
}

export interface KeyDeeds {
  readonly commands: Commands;
  readonly markdown: Markdown;
  /** The next paste brings words alone. */
  readonly pastePlain: () => void;
}

export function bindKeys(quill: DeltapadQuill, host: EditorHost, deeds: KeyDeeds): void {
  const { commands, markdown } = deeds;
  const table = shortcutTable(host.isMac);
  const run = shortcutDeeds(quill, host, deeds);

  quill.root.addEventListener(
    'keydown',
    (event) => {
      // 229: the key belongs to an input method, which Safari says only this way.
      if (event.isComposing || event.keyCode === 229) return;
      const chord = chordOf(event, host.isMac);
      if (chord === null) return;
      const id = table.get(chord);
      const isTab = event.key === 'Tab';
      const isDone = isTab ? tab(chord) : id ? run(id) : plainKey(chord);
      if (!isDone) return;
      event.preventDefault();
      // Quill's listener looks at `defaultPrevented`; the page's must not run the shortcut again.
      event.stopPropagation();
    },
    true,
  );

  /** True when the key has been dealt with. */
  function plainKey(chord: string): boolean {
    if (!quill.isEnabled()) return false;
    switch (chord) {
      case 'Enter':
        if (markdown.endsFence() || outdentEmptyItem()) return true;
        markdown.linkBeforeCaret();
        return false;
      case 'Backspace':
        return markdown.takeBack() || backspaceAtStart();
      case 'Delete':
        return deleteAtEnd();
      case 'ArrowLeft':
        return selectEmbed(-1);
      case 'ArrowRight':
        return selectEmbed(1);
      default:
        return false;
    }
  }

  /** Tab indents lists and code; anywhere else it leaves the text, as the keyboard's users need. */
  function tab(chord: string): boolean {
    if (!quill.isEnabled() || (chord !== 'Tab' && chord !== 'Shift+Tab')) return false;
    const by = chord === 'Tab' ? 1 : -1;
    const lines = commands.lines();
    const inCode = lines.every((line) => line.formats['code-block']);
    if (!inCode && !lines.some((line) => line.formats.list)) return false;
    const range = quill.getSelection();
    if (inCode && by === 1 && lines.length === 1 && range) {
      const delta = new Delta().retain(range.index).delete(range.length).insert('\t');
      quill.updateContents(delta, 'user');
      quill.setSelection(range.index + 1, 0, 'silent');
    } else commands.indent(by);
    return true;
  }

  /** Enter in an empty item of a nested list goes one level up, and only from the first one out. */
  function outdentEmptyItem(): boolean {
    const range = quill.getSelection();
    if (!range || range.length > 0) return false;
    const [line] = commands.lines(range);
    if (!line?.formats.list || !line.formats.indent || line.length > 1) return false;
    commands.indent(-1);
    return true;
  }

  /** What Delete draws up joins the line it is drawn to, as with Backspace: Quill lets it change the line. */
  function deleteAtEnd(): boolean {
    const range = quill.getSelection();
    if (!range || range.length > 0) return false;
    const [line] = commands.lines(range);
    if (!line || line.length === 1 || range.index !== line.start + line.length - 1) return false;
    const [next] = commands.lines({ index: range.index + 1, length: 0 });
    if (!next || next.start !== range.index + 1) return false;
    // A rule or an image on a line of its own is selected first, as Backspace does from behind.
    const embed = quill.editor.delta.slice(next.start, next.start + 1).ops[0]?.insert;
    if (next.length === 2 && typeof embed === 'object') {
      quill.setSelection(next.start, 1, 'user');
      return true;
    }
    const formats = Object.fromEntries(Object.keys(next.formats).map((name) => [name, null]));
    const delta = new Delta()
      .retain(range.index)
      .delete(1)
      .retain(next.length - 1)
      .retain(1, { ...formats, ...line.formats });
    quill.updateContents(delta, 'user');
    quill.setSelection(range.index, 0, 'silent');
    return true;
  }

  /** At the start of a quote or code, or of the document, Backspace takes the format off first. */
  function backspaceAtStart(): boolean {
    const range = quill.getSelection();
    if (!range || range.length > 0) return false;
    const [line, offset] = quill.getLine(range.index);
    if (!line || offset !== 0) return false;
    const now = (line as BlockBlot).formats();
    const clears = (name: string) => {
      commands.format(name, null);
      return true;
    };
    if (now.blockquote) return clears('blockquote');
    if (now['code-block'] && !(line.prev as BlockBlot | null)) return clears('code-block');
    if (now.header && range.index === 0) return clears('header');
    // Behind a rule or an image on a line of its own the first press selects it, the next deletes it.
    if (range.index > 0 && !now.list && !now.indent) {
      const before = quill.editor.delta.slice(range.index - 2, range.index);
      if (typeof before.ops[0]?.insert === 'object' && before.length() === 2) {
        quill.setSelection(range.index - 2, 1, 'user');
        return true;
      }
    }
    return false;
  }

  /** The arrows stop on an image or a rule, so that it can be deleted or described. */
  function selectEmbed(by: 1 | -1): boolean {
    const range = quill.getSelection();
    if (!range) return false;
    const isEmbed = (index: number) =>
      index >= 0 && typeof quill.editor.delta.slice(index, index + 1).ops[0]?.insert === 'object';
    if (range.length === 1 && isEmbed(range.index)) {
      quill.setSelection(range.index + (by === 1 ? 1 : 0), 0, 'user');
      return true;
    }
    const index = by === 1 ? range.index : range.index - 1;
    if (range.length > 0 || !isEmbed(index)) return false;
    quill.setSelection(index, 1, 'user');
    return true;
  }
}

/** Deeds by name; each says whether it wants the key. */
function shortcutDeeds(
  quill: DeltapadQuill,
  host: EditorHost,
  { commands, pastePlain }: KeyDeeds,
): (id: ShortcutId) => boolean {
  const toggle = (name: string, value?: unknown) => () => {
    commands.toggle(name, value);
  };
  const open = (command: Parameters<EditorHost['onCommand']>[0]) => () => host.onCommand(command);
  const set = (name: string, value: unknown) => () => {
    commands.format(name, value);
  };
  const always: Partial<Record<ShortcutId, () => void>> = {
    find: open('find'),
    shortcuts: open('shortcuts'),
    'word-count': open('word-count'),
    toolbar: open('toolbar'),
    save: open('save'),
    replace: open('replace'),
  };
  const editing: Partial<Record<ShortcutId, () => unknown>> = {
    bold: toggle('bold'),
    italic: toggle('italic'),
    underline: toggle('underline'),
    strike: toggle('strike'),
    superscript: toggle('script', 'super'),
    subscript: toggle('script', 'sub'),
    link: open('link'),
    clear: () => commands.clearFormatting(),
    normal: () => {
      const { header, blockquote, 'code-block': code, list } = quill.getFormat();
      for (const [name, value] of Object.entries({
        header,
        blockquote,
        'code-block': code,
        list,
      })) {
        if (value) commands.format(name, null);
      }
    },
    numbers: toggle('list', 'ordered'),
    bullets: toggle('list', 'bullet'),
    checks: () => {
      const { list } = quill.getFormat();
      const isCheck = list === 'checked' || list === 'unchecked';
      commands.format('list', isCheck ? null : 'unchecked');
    },
    tick: () => commands.tick(),
    indent: () => commands.indent(1),
    outdent: () => commands.indent(-1),
    'align-left': set('align', null),
    'align-center': set('align', 'center'),
    'align-right': set('align', 'right'),
    'align-justify': set('align', 'justify'),
    'move-up': () => commands.moveLines(-1),
    'move-down': () => commands.moveLines(1),
    undo: () => quill.history.undo(),
    redo: () => quill.history.redo(),
    'paste-plain': () => {
      pastePlain();
      // The browser pastes by itself; only what it brings is changed.
      return false;
    },
  };
  for (const level of [1, 2, 3, 4, 5, 6] as const) {
    editing[`heading-${level}`] = () => {
      commands.format('header', level);
    };
  }
  return (id) => {
    const anywhere = always[id];
    if (anywhere) {
      anywhere();
      return true;
    }
    if (!quill.isEnabled()) return false;
    return editing[id]?.() !== false;
  };
}
