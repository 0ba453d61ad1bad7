// Which addresses may stand in a document, and which a page may send somebody on to. Everything else
// would be a script or a surprise.

const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u0020\u007f-\u009f]/;

/** A link's address: http, https or mailto, absolute, without spaces or control characters. */
export function isSafeLink(value: string): boolean {
  if (FORBIDDEN.test(value)) return false;
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(value)?.[0].toLowerCase();
  return scheme !== undefined && SCHEMES.has(scheme) && value.length > scheme.length;
}

const UPLOAD = /^\/uploads\/[A-Za-z0-9_-]{16,64}\.(?:png|jpg|gif|webp|avif)$/;

/** An image's address: one of our uploads, or http(s). */
export function isSafeImage(value: string): boolean {
  return UPLOAD.test(value) || (/^https?:\/\//i.test(value) && isSafeLink(value));
}

/** What a person typed as an address, completed: `example.org` → `https://example.org`; null if hopeless. */
export function completeLink(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/@]*:\d+(\/|$)/.test(text)) {
    return isSafeLink(text) ? text : null;
  }
  const full = /^[^\s/@]+@[^\s/@]+\.[^\s/@]+$/.test(text) ? `mailto:${text}` : `https://${text}`;
  return isSafeLink(full) && /[.:]|localhost/.test(text) ? full : null;
}

/** A path of this server, as in `/sign-in?to=/d/docs/x`; null for what leads anywhere else. */
export function localPath(text: string | null | undefined): string | null {
  if (!text?.startsWith('/') || text.length > 2000 || FORBIDDEN.test(text)) return null;
  // `//host` and `/\\host` are other hosts to a browser.
  return /^\/[/\\]/.test(text) ? null : text;
}
