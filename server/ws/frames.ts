// Text frames as bytes (RFC 6455 §5.2, unmasked, as a server sends them). ws would make one for each
// recipient; here one that goes to many is made once, and several go to the socket in one write.

const FINAL_TEXT = 0x81;

function headerOf(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

function writeHeader(frame: Buffer, length: number): void {
  frame[0] = FINAL_TEXT;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
}

/** One frame around a text. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = headerOf(length);
  const frame = Buffer.allocUnsafe(header + length);
  writeHeader(frame, length);
  frame.write(text, header);
  return frame;
}

/** The same around a text that is at hand in parts, which are not copied. */
export function textFrameOf(parts: readonly Buffer[]): Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.allocUnsafe(headerOf(length));
  writeHeader(header, length);
  return [header, ...parts];
}

interface Built {
  readonly texts: readonly string[];
  readonly inOne: boolean;
  readonly bytes: Buffer;
}

/** Batches differ only for those whose own ops are among them: so many kinds come in turns. */
const REMEMBERED = 4;
const REMEMBERED_BYTES = 64 * 1024;
let remembered: Built[] = [];

const isSame = (texts: readonly string[], others: readonly string[]): boolean =>
  texts.length === others.length && texts.every((text, i) => text === others[i]);

/** The bytes of several messages: one frame with a JSON array, or a frame for each. */
export function batchFrames(texts: readonly string[], inOne: boolean): Buffer {
  const single = texts.length === 1;
  for (const built of remembered) {
    if ((single || built.inOne === inOne) && isSame(texts, built.texts)) return built.bytes;
  }
  const bytes = single
    ? textFrame(texts[0]!)
    : inOne
      ? textFrame(`[${texts.join(',')}]`)
      : Buffer.concat(texts.map(textFrame));
  if (bytes.length <= REMEMBERED_BYTES) {
    remembered = [{ texts, inOne, bytes }, ...remembered.slice(0, REMEMBERED - 1)];
  }
  return bytes;
}
