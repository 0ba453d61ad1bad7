// Which Markdown a line's text ends with while it is typed: pure, so that every rule has its test.

/** What the line becomes; `remove` units at its start are the Markdown itself. */
export interface LineRule {
  readonly remove: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What the text between two marks becomes. Offsets are in the line. */
export interface InlineRule {
  readonly name: 'bold' | 'italic' | 'strike' | 'code';
  readonly start: number;
  /** Units of each mark. */
  readonly mark: number;
  readonly length: number;
}

const HEADING = /^(#{1,6}) $/;
const LISTS: readonly [RegExp, string][] = [
  [/^[-*] $/, 'bullet'],
  [/^1[.)] $/, 'ordered'],
  [/^\[ ?\] $/, 'unchecked'],
  [/^\[[xX]\] $/, 'checked'],
];

/** For the text from the start of a line to the caret, just after a key. */
export function lineRule(before: string): LineRule | null {
  const remove = before.length;
  const heading = HEADING.exec(before);
  if (heading) return { remove, attributes: { header: heading[1]!.length } };
  for (const [pattern, list] of LISTS) {
    if (pattern.test(before)) return { remove, attributes: { list } };
  }
  if (before === '> ') return { remove, attributes: { blockquote: true } };
  if (before === '```') return { remove, attributes: { 'code-block': true } };
  return null;
}

/** Three dashes alone on a line are a divider. */
export const isDividerRule = (line: string): boolean => line === '---';

/**
 * Marks hug what they mark (no space inside them), and stand outside words: `2*3*4` and `snake_case_name`
 * are neither. `{x}` is one unit that is not the mark.
 */
const INLINE: readonly { name: InlineRule['name']; mark: string; outside: RegExp }[] = [
  { name: 'bold', mark: '**', outside: /[*\p{L}\p{N}\\]$/u },
  { name: 'strike', mark: '~~', outside: /[~\\]$/ },
  { name: 'code', mark: '`', outside: /[`\\]$/ },
  { name: 'italic', mark: '*', outside: /[*\p{L}\p{N}\\]$/u },
  { name: 'italic', mark: '_', outside: /[_\p{L}\p{N}\\]$/u },
];

/** For the text from the start of a line to the caret, just after a key that closes a mark. */
export function inlineRule(before: string): InlineRule | null {
  for (const { name, mark, outside } of INLINE) {
    if (!before.endsWith(mark)) continue;
    const end = before.length - mark.length;
    // A longer run of the same sign is another mark, or none.
    if (before[end - 1] === mark[0]) continue;
    const open = before.lastIndexOf(mark, end - mark.length);
    if (open < 0) continue;
    const inner = before.slice(open + mark.length, end);
    if (inner === '' || inner.includes(mark[0]!) || /^\s|\s$/.test(inner)) continue;
    const ahead = before.slice(0, open);
    if (outside.test(ahead) || ahead.endsWith(mark[0]!)) continue;
    return { name, start: open, mark: mark.length, length: inner.length };
  }
  return null;
}

const ADDRESS =
  /(?:^|[\s(])((?:https?:\/\/|www\.)[^\s<>"]+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+[.,;:!?)]*)$/iu;

/** An address that ends the text, without the punctuation that only follows it. */
export function addressAtEnd(before: string): { start: number; text: string } | null {
  const found = ADDRESS.exec(before)?.[1];
  if (found === undefined) return null;
  let text = found.replace(/[.,;:!?'"»”’]+$/, '');
  // A closing bracket belongs to the address only when it was opened there.
  while (text.endsWith(')') && !text.slice(0, -1).includes('(')) text = text.slice(0, -1);
  if (!/[^\s:/]\.[^\s]/.test(text) && !/^https?:\/\/localhost/i.test(text)) return null;
  return { start: before.length - found.length, text };
}
