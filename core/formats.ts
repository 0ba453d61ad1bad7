// The one registry of formats and embeds. It feeds Quill's registry in the browser and the op
// validator (`core/check-op.ts`) on the server: what Quill can make, the server accepts, no more.

import { limits } from './limits.ts';
import { isSafeImage, isSafeLink } from './url.ts';

/** Where a format may stand: on text, on the newline that ends a line, or on an embed. */
export type FormatScope = 'inline' | 'block' | 'embed';

export interface Format {
  readonly scope: FormatScope;
  /** Whether the value is one that this format knows. `null` (remove) is checked elsewhere. */
  readonly accepts: (value: unknown) => boolean;
}

const isTrue = (value: unknown) => value === true;
const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const isHexColor = (value: unknown) => typeof value === 'string' && /^#[0-9a-fA-F]{6}$/.test(value);
const isText = (value: unknown) =>
  typeof value === 'string' && value.length <= limits.maxAttributeChars;
const isPixels = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 20_000;

export const formats: Readonly<Record<string, Format>> = {
  bold: { scope: 'inline', accepts: isTrue },
  italic: { scope: 'inline', accepts: isTrue },
  underline: { scope: 'inline', accepts: isTrue },
  strike: { scope: 'inline', accepts: isTrue },
  code: { scope: 'inline', accepts: isTrue },
  script: { scope: 'inline', accepts: oneOf('sub', 'super') },
  color: { scope: 'inline', accepts: isHexColor },
  background: { scope: 'inline', accepts: isHexColor },
  link: { scope: 'inline', accepts: (value) => isText(value) && isSafeLink(value as string) },

  header: { scope: 'block', accepts: oneOf(1, 2, 3, 4, 5, 6) },
  list: { scope: 'block', accepts: oneOf('ordered', 'bullet', 'checked', 'unchecked') },
  indent: { scope: 'block', accepts: oneOf(1, 2, 3, 4, 5, 6, 7, 8) },
  align: { scope: 'block', accepts: oneOf('center', 'right', 'justify') },
  direction: { scope: 'block', accepts: oneOf('rtl') },
  blockquote: { scope: 'block', accepts: isTrue },
  'code-block': {
    scope: 'block',
    accepts: (value) =>
      value === true || (typeof value === 'string' && /^[\w+#-]{1,32}$/.test(value)),
  },

  alt: { scope: 'embed', accepts: isText },
  caption: { scope: 'embed', accepts: isText },
  width: { scope: 'embed', accepts: isPixels },
  height: { scope: 'embed', accepts: isPixels },
};

/** Formats of which a line carries at most one; setting one clears the others. */
export const exclusiveBlocks = ['header', 'list', 'blockquote', 'code-block'] as const;

/** Embeds: one key, and whether its value is known. Both are inline in the text (length 1). */
export const embeds: Readonly<Record<string, (value: unknown) => boolean>> = {
  image: (value) => isText(value) && isSafeImage(value as string),
  /** A rule across the column. Inline, so that text typed beside it at once never changes lengths. */
  divider: isTrue,
};

/** The picker's colours: stored by their light value, shown by their token (look.md §2). */
export const textColors = [
  { name: 'grey', value: '#565d59' },
  { name: 'red', value: '#b3261e' },
  { name: 'orange', value: '#9a4a00' },
  { name: 'yellow', value: '#7a5b00' },
  { name: 'green', value: '#1c6b34' },
  { name: 'blue', value: '#14599f' },
  { name: 'purple', value: '#74389c' },
] as const;

export const highlightColors = [
  { name: 'yellow', value: '#fdea9b' },
  { name: 'orange', value: '#fbdcc0' },
  { name: 'pink', value: '#f9d5dd' },
  { name: 'green', value: '#d3ecd3' },
  { name: 'blue', value: '#d3e5f8' },
  { name: 'purple', value: '#e6dbf6' },
] as const;
