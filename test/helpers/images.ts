// The smallest files that say what they are and how large: heads of images, without a picture in them.

const u16 = (value: number) => [(value >> 8) & 255, value & 255];
const u32 = (value: number) => [...u16((value >>> 16) & 0xffff), ...u16(value & 0xffff)];
const le16 = (value: number) => u16(value).reverse();
const le24 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255];
const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));
const bytes = (...parts: number[][]) => Uint8Array.from(parts.flat());

export const png = (width: number, height: number): Uint8Array =>
  bytes(
    [0x89],
    ascii('PNG\r\n\x1a\n'),
    u32(13),
    ascii('IHDR'),
    u32(width),
    u32(height),
    [8, 6, 0, 0, 0],
    u32(0),
  );

export const gif = (width: number, height: number): Uint8Array =>
  bytes(ascii('GIF89a'), le16(width), le16(height), [0, 0, 0, 0x3b]);

/** `orientation` as EXIF counts: 6 is turned by a quarter. */
export function jpeg(width: number, height: number, orientation = 1): Uint8Array {
  const tiff = [
    ...ascii('MM'),
    ...u16(42),
    ...u32(8),
    ...u16(1),
    ...[...u16(0x0112), ...u16(3), ...u32(1), ...u16(orientation), ...u16(0)],
    ...u32(0),
  ];
  const exif = [...ascii('Exif'), 0, 0, ...tiff];
  return bytes(
    [0xff, 0xd8, 0xff, 0xe1],
    u16(exif.length + 2),
    exif,
    [0xff, 0xc0],
    u16(11),
    [8],
    u16(height),
    u16(width),
    [1, 1, 0x11, 0],
    [0xff, 0xd9],
  );
}

export const webp = (width: number, height: number): Uint8Array =>
  bytes(
    ascii('RIFF'),
    [22, 0, 0, 0],
    ascii('WEBPVP8X'),
    [10, 0, 0, 0, 0, 0, 0, 0],
    le24(width - 1),
    le24(height - 1),
  );

const box = (name: string, ...content: number[][]): number[] => {
  const inside = content.flat();
  return [...u32(inside.length + 8), ...ascii(name), ...inside];
};

export const avif = (width: number, height: number): Uint8Array =>
  bytes(
    box('ftyp', ascii('avif'), u32(0), ascii('avifmif1')),
    box('meta', u32(0), box('iprp', box('ipco', box('ispe', u32(0), u32(width), u32(height))))),
  );
