// Colours of pasted text as the document stores them: #rrggbb, and only where they say something. Black
// on white is what a page does by itself, and would be unreadable in the dark.

import { contrast } from './contrast.ts';

/** Named colours that pasted text really has; Word writes names for its highlights. */
const NAMED: Readonly<Record<string, string>> = {
  red: '#ff0000',
  maroon: '#800000',
  darkred: '#8b0000',
  orange: '#ffa500',
  yellow: '#ffff00',
  olive: '#808000',
  lime: '#00ff00',
  green: '#008000',
  darkgreen: '#006400',
  aqua: '#00ffff',
  cyan: '#00ffff',
  teal: '#008080',
  turquoise: '#40e0d0',
  blue: '#0000ff',
  navy: '#000080',
  darkblue: '#00008b',
  fuchsia: '#ff00ff',
  magenta: '#ff00ff',
  purple: '#800080',
  violet: '#ee82ee',
  pink: '#ffc0cb',
  brown: '#a52a2a',
  gold: '#ffd700',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  lightgrey: '#d3d3d3',
  lightgray: '#d3d3d3',
  black: '#000000',
  white: '#ffffff',
};

const hex = (value: number): string =>
  Math.min(255, Math.max(0, Math.round(value)))
    .toString(16)
    .padStart(2, '0');

/** #rrggbb of a CSS colour; null for system colours, transparency and what is none. */
export function toHex(css: string): string | null {
  const text = css
    .trim()
    .toLowerCase()
    .replace(/^var\([^,()]+,\s*([^()]+)\)$/, '$1');
  if (text in NAMED) return NAMED[text]!;
  const long = /^#([0-9a-f]{6})(?:ff)?$/.exec(text);
  if (long) return `#${long[1]}`;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text);
  if (short)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join('')}`;
  const rgb = /^rgba?\(([^)]+)\)$/
    .exec(text)?.[1]
    ?.split(/[\s,/]+/)
    .filter(Boolean);
  if (!rgb || rgb.length < 3) return null;
  const [r, g, b] = rgb.map((part) => Number.parseFloat(part) * (part.endsWith('%') ? 2.55 : 1));
  const alpha = rgb[3] === undefined ? 1 : Number.parseFloat(rgb[3]);
  if (![r, g, b].every(Number.isFinite) || alpha < 0.5) return null;
  return `#${hex(r!)}${hex(g!)}${hex(b!)}`;
}

/** How far from grey: difference of the strongest and the weakest channel. */
function chroma(color: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Math.max(...channels) - Math.min(...channels);
}

/** A text colour worth keeping: neither the ink of a page nor white on something dark. */
export function textColorOf(css: string): string | null {
  const color = toHex(css);
  if (!color) return null;
  const isGrey = chroma(color) < 24;
  const onWhite = contrast(color, '#ffffff');
  return isGrey && (onWhite > 5 || onWhite < 2) ? null : color;
}

/** A highlight worth keeping: not the white or near-white of a page, not a dark theme's ground. */
export function highlightOf(css: string): string | null {
  const color = toHex(css);
  if (!color) return null;
  const isGrey = chroma(color) < 16;
  const onWhite = contrast(color, '#ffffff');
  return isGrey && (onWhite < 1.3 || onWhite > 8) ? null : color;
}
