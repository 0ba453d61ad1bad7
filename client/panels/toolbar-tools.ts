// The tools of the toolbar as data: what each is called, when it is on, what it does. The toolbar draws
// them, and the menu More lists those that found no room.

import { highlightColors, textColors } from '../../core/formats.ts';
import type { MessageKey } from '../../core/i18n/i18n.ts';
import type { Editor, EditorState } from '../editor/editor-api.ts';
import type { App } from '../ui/app.ts';
import type { IconName } from '../ui/icons.ts';
import type { MenuItem } from '../ui/menu.tsx';
import type { Desk } from './desk.ts';
import { openLinkEdit } from './link-bar.tsx';

export interface ToolContext {
  readonly app: App;
  readonly desk: Desk;
  readonly editor: Editor;
  readonly pickImages: () => void;
}

export interface Tool {
  readonly id: string;
  readonly label: MessageKey;
  readonly icon: IconName;
  /** Name of its shortcut (shortcut-keys.ts). */
  readonly keys?: string;
  /** Present on a tool that is on or off. */
  readonly isOn?: (formats: EditorState['formats']) => boolean;
  readonly isDisabled?: (state: EditorState) => boolean;
  /** A deed, … */
  readonly run?: (context: ToolContext) => void;
  /** … or a menu. */
  readonly menu?: (context: ToolContext) => readonly MenuItem[];
  readonly look?: 'rows' | 'grid';
  /** The colour under the icon at the caret. */
  readonly bar?: (formats: EditorState['formats']) => string | undefined;
}

const toggleTool = (
  id: string,
  label: MessageKey,
  icon: IconName,
  format: string,
  value: unknown = true,
): Tool => ({
  id,
  label,
  icon,
  keys: id,
  isOn: (formats) => formats[format] === value,
  run: ({ editor }) => editor.toggle(format, value),
});

const isHeading = (value: unknown): value is number => typeof value === 'number';

/** Heading level at the caret; 0 for normal text. */
export const headingOf = (formats: EditorState['formats']): number =>
  isHeading(formats.header) ? formats.header : 0;

export const styleLabel = (level: number): MessageKey =>
  level === 0 ? 'toolbar.normal' : (`toolbar.heading${level}` as MessageKey);

/** The token that shows a stored colour in this scheme; a foreign colour shows as it is. */
const textToken = (value: unknown) => {
  const known = textColors.find((color) => color.value === value);
  return known ? `var(--tc-${known.name})` : typeof value === 'string' ? value : undefined;
};
const highlightToken = (value: unknown) => {
  const known = highlightColors.find((color) => color.value === value);
  return known ? `var(--hl-${known.name})` : typeof value === 'string' ? value : undefined;
};

const colorTool: Tool = {
  id: 'color',
  label: 'toolbar.color',
  icon: 'color',
  look: 'grid',
  bar: (formats) => textToken(formats.color),
  menu: ({ app: { t }, editor }) => {
    const now = editor.state.value.formats.color;
    return [
      {
        label: t('color.default'),
        checked: now === undefined,
        run: () => editor.format('color', null),
      },
      ...textColors.map((color) => ({
        label: t(`color.${color.name}`),
        checked: now === color.value,
        style: `color: var(--tc-${color.name})`,
        run: () => editor.format('color', color.value),
      })),
    ];
  },
};

const highlightTool: Tool = {
  id: 'highlight',
  label: 'toolbar.highlight',
  icon: 'highlight',
  look: 'grid',
  bar: (formats) => highlightToken(formats.background),
  menu: ({ app: { t }, editor }) => {
    const now = editor.state.value.formats.background;
    return [
      {
        label: t('color.none'),
        icon: 'close',
        checked: now === undefined,
        run: () => editor.format('background', null),
      },
      ...highlightColors.map((color) => ({
        label: t(`color.${color.name}`),
        checked: now === color.value,
        style: `background: var(--hl-${color.name})`,
        run: () => editor.format('background', color.value),
      })),
    ];
  },
};

const alignments = [
  { value: null, label: 'align.left' },
  { value: 'center', label: 'align.center' },
  { value: 'right', label: 'align.right' },
  { value: 'justify', label: 'align.justify' },
] as const;

const alignTool: Tool = {
  id: 'align',
  label: 'toolbar.align',
  icon: 'align',
  menu: ({ app: { t }, editor }) => {
    const now = editor.state.value.formats.align ?? null;
    return alignments.map(({ value, label }) => ({
      label: t(label),
      checked: now === value,
      run: () => editor.format('align', value),
    }));
  },
};

const isCheck = (value: unknown) => value === 'checked' || value === 'unchecked';

/** Groups in the order of the bar; folding begins at the end. The style picker stands for itself. */
export const groups: readonly (readonly Tool[])[] = [
  [
    {
      id: 'undo',
      label: 'toolbar.undo',
      icon: 'undo',
      keys: 'undo',
      isDisabled: (state) => !state.canUndo,
      run: ({ editor }) => editor.undo(),
    },
    {
      id: 'redo',
      label: 'toolbar.redo',
      icon: 'redo',
      keys: 'redo',
      isDisabled: (state) => !state.canRedo,
      run: ({ editor }) => editor.redo(),
    },
  ],
  [{ id: 'style', label: 'toolbar.style', icon: 'outline' }],
  [
    toggleTool('bold', 'toolbar.bold', 'bold', 'bold'),
    toggleTool('italic', 'toolbar.italic', 'italic', 'italic'),
    toggleTool('underline', 'toolbar.underline', 'underline', 'underline'),
    toggleTool('strike', 'toolbar.strike', 'strike', 'strike'),
  ],
  [colorTool, highlightTool],
  [
    {
      id: 'link',
      label: 'toolbar.link',
      icon: 'link',
      keys: 'link',
      run: ({ desk }) => openLinkEdit(desk),
    },
    {
      id: 'image',
      label: 'toolbar.image',
      icon: 'image',
      run: ({ pickImages }) => pickImages(),
    },
  ],
  [
    toggleTool('bullets', 'toolbar.bullets', 'bullets', 'list', 'bullet'),
    toggleTool('numbers', 'toolbar.numbers', 'numbers', 'list', 'ordered'),
    {
      id: 'checks',
      label: 'toolbar.checks',
      icon: 'checks',
      keys: 'checks',
      isOn: (formats) => isCheck(formats.list),
      run: ({ editor }) => {
        const { list } = editor.state.peek().formats;
        editor.toggle('list', isCheck(list) ? list : 'unchecked');
      },
    },
  ],
  [
    {
      id: 'outdent',
      label: 'toolbar.outdent',
      icon: 'outdent',
      keys: 'outdent',
      run: ({ editor }) => editor.indent(-1),
    },
    {
      id: 'indent',
      label: 'toolbar.indent',
      icon: 'indent',
      keys: 'indent',
      run: ({ editor }) => editor.indent(1),
    },
    alignTool,
  ],
  [
    toggleTool('quote', 'toolbar.quote', 'quote', 'blockquote'),
    {
      id: 'code-block',
      label: 'toolbar.codeBlock',
      icon: 'code',
      keys: 'code-block',
      isOn: (formats) => Boolean(formats['code-block']),
      run: ({ editor }) => editor.toggle('code-block', true),
    },
    {
      id: 'divider',
      label: 'toolbar.divider',
      icon: 'divider',
      run: ({ editor }) => editor.insertDivider(),
    },
  ],
  [
    {
      id: 'clear',
      label: 'toolbar.clear',
      icon: 'clear',
      keys: 'clear',
      run: ({ editor }) => editor.clearFormatting(),
    },
  ],
];

/** Always in More. */
export const moreTools: readonly Tool[] = [
  toggleTool('code', 'toolbar.code', 'inlineCode', 'code'),
  toggleTool('superscript', 'toolbar.superscript', 'superscript', 'script', 'super'),
  toggleTool('subscript', 'toolbar.subscript', 'subscript', 'script', 'sub'),
];

/** px: a button, the style picker, a picker with an arrow, the hairline; each with the gap after it. */
const widths = { button: 34, style: 126, picker: 44, line: 15, padding: 24 };

const groupWidth = (tools: readonly Tool[]): number =>
  tools.reduce(
    (sum, tool) =>
      sum + (tool.id === 'style' ? widths.style : tool.menu ? widths.picker : widths.button),
    widths.line,
  );

/** How many groups fit into a bar of `width` px beside More; the rest folds into it. */
export function groupsThatFit(width: number): number {
  // No hairline before the first group, no gap after the last button.
  let room = width - widths.padding - widths.button + widths.line + 2;
  let count = 0;
  for (const tools of groups) {
    room -= groupWidth(tools);
    if (room < 0) break;
    count += 1;
  }
  return Math.max(count, 1);
}
