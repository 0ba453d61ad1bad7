// From the bytes of a frame to a message object, and from message objects to the text of a frame.

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

/**
 * JSON of payloads that go to many: every recipient gets a message object of its own, but the op in it
 * (or the presence value) is one and the same object. Nobody changes these objects.
 */
const payloads = new WeakMap<object, string>();

function payloadText(payload: object): string {
  let text = payloads.get(payload);
  if (text === undefined) {
    text = JSON.stringify(payload);
    payloads.set(payload, text);
  }
  return text;
}

export function messageText(message: Record<string, unknown>): string {
  const key = message.a === 'op' ? 'op' : message.a === 'p' ? 'p' : null;
  const payload = key === null ? null : message[key];
  if (typeof payload !== 'object' || payload === null) return JSON.stringify(message);
  const head = JSON.stringify({ ...message, [key as string]: undefined });
  return `${head.slice(0, -1)},"${key}":${payloadText(payload)}}`;
}
