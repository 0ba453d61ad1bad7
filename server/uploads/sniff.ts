// What an uploaded image is, from its own bytes; names and declared types are not believed. No SVG: it
// may hold scripts. Reads heads only, and bounds what a hostile head can cost.

import { GIF } from 'image-size/types/gif';
import { HEIF } from 'image-size/types/heif';
import { JPG } from 'image-size/types/jpg';
import { PNG } from 'image-size/types/png';
import { WEBP } from 'image-size/types/webp';

export interface Sniffed {
  extension: 'png' | 'jpg' | 'gif' | 'webp' | 'avif';
  type: string;
  /** As it is shown: turned when the camera said so. */
  width: number;
  height: number;
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

const isPng = (bytes: Uint8Array) => ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n';
const isJpg = (bytes: Uint8Array) => ascii(bytes, 0, 3) === '\xff\xd8\xff';
const isGif = (bytes: Uint8Array) => /^GIF8[79]a$/.test(ascii(bytes, 0, 6));
const isWebp = (bytes: Uint8Array) =>
  ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP';

/** `avif` among the brands of the first box; other images of that family no browser shows. */
function isAvif(bytes: Uint8Array): boolean {
  if (ascii(bytes, 4, 8) !== 'ftyp') return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  return /^(?:.{4})*?avif/s.test(ascii(bytes, 8, Math.min(size, 64)));
}

/**
 * Where the size of a JPEG ends, or 0 when its segments do not lead straight to it. image-size searches
 * byte by byte where they do not, which in 10 MB takes seconds.
 */
function jpgHeadBytes(bytes: Uint8Array): number {
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker < 0xc0 || marker === 0xda) return 0;
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
      return at + 9 <= bytes.length ? at + 9 : 0;
    }
    at += 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
  }
  return 0;
}

/** Boxes of an AVIF are searched for each of its images: a head this long bounds it, and holds any real one. */
const HEAD_BYTES = 64 * 1024;

const kinds = [
  { extension: 'png', type: 'image/png', is: isPng, format: PNG },
  { extension: 'jpg', type: 'image/jpeg', is: isJpg, format: JPG },
  { extension: 'gif', type: 'image/gif', is: isGif, format: GIF },
  { extension: 'webp', type: 'image/webp', is: isWebp, format: WEBP },
  { extension: 'avif', type: 'image/avif', is: isAvif, format: HEIF },
] as const;

/** Null: not one of the five types. `damaged`: one of them, but without a size. */
export function sniffImage(bytes: Uint8Array): Sniffed | 'damaged' | null {
  if (bytes.length < 12) return null;
  const kind = kinds.find(({ is }) => is(bytes));
  if (!kind) return null;
  const headBytes = kind.format === JPG ? jpgHeadBytes(bytes) : HEAD_BYTES;
  if (headBytes === 0) return 'damaged';
  // A copy: image-size reads past the end of a view, into whatever else its buffer holds.
  const head = new Uint8Array(bytes.subarray(0, headBytes));
  try {
    const { width, height, orientation = 1 } = kind.format.calculate(head);
    if (!(width >= 1 && height >= 1)) return 'damaged';
    const [shownWidth, shownHeight] = orientation >= 5 ? [height, width] : [width, height];
    const { extension, type } = kind;
    return { extension, type, width: shownWidth, height: shownHeight };
  } catch {
    // Cut short: reading past the end throws.
    return 'damaged';
  }
}
