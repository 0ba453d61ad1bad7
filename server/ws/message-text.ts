// From the bytes of a frame to a message object, and from a message object to its text.

import { limits } from '../../core/limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether brackets nest at most `limit` deep, before anything parses them: what is nested thousands deep
 * would overflow the stack later, when it is written again. In UTF-8 these bytes mean nothing else.
 */
export function isShallow(text: Uint8Array, limit: number = limits.maxMessageDepth): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limit) return false;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return true;
}

/** A plain JSON object, or null for everything else. */
export function parseFrame(frame: Buffer): object | null {
  if (!isShallow(frame)) return null;
  try {
    const value: unknown = JSON.parse(frame.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** A message that goes to many, as it is written: each recipient's is made of the same few values. */
interface Written {
  readonly message: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** By the op or the presence value in it, which is one object for all; nobody changes these objects. */
const written = new WeakMap<object, Written>();

function isSame(message: Record<string, unknown>, known: Written['message']): boolean {
  for (const key in message) if (message[key] !== known[key]) return false;
  for (const key in known) if (!(key in message)) return false;
  return true;
}

/** The JSON of a message; of one that goes to many it is made once. */
export function messageText(message: Record<string, unknown>): string {
  const payload = message.a === 'op' ? message.op : message.a === 'p' ? message.p : null;
  if (typeof payload !== 'object' || payload === null) return JSON.stringify(message);
  const known = written.get(payload);
  if (known && isSame(message, known.message)) return known.text;
  const text = JSON.stringify(message);
  written.set(payload, { message: { ...message }, text });
  return text;
}
