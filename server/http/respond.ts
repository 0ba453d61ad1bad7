// Writes a Reply: content type, compression, nothing else. Compression is asynchronous (zlib's threads),
// so that a large document costs the event loop little.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { limits } from '../../core/limits.ts';
import type { Reply } from './route.ts';

const compress = promisify(gzip);

/** Whether an Accept-Encoding header takes the coding: named with q > 0, or by `*`. */
export function acceptsEncoding(header: string | string[] | undefined, coding: string): boolean {
  let star = false;
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part.trim().toLowerCase().split(';');
    const q = parameters.map((item) => /^\s*q=([\d.]+)\s*$/.exec(item)?.[1]).find(Boolean);
    const takes = q === undefined || Number(q) > 0;
    if (name === coding) return takes;
    if (name === '*') star = takes;
  }
  return star;
}

const isText = (type: string) => /^text\/|[/+]json|javascript|[/+]xml/.test(type);

export async function sendReply(request: Request, response: Response, reply: Reply): Promise<void> {
  const { json, html, body, download } = reply;
  if (response.headersSent || response.destroyed) return;
  response.status(reply.status ?? 200);
  // Pages and answers are made for one person; what may be kept says so in its own headers.
  response.setHeader('Cache-Control', 'no-store');
  let type = reply.type ?? 'application/octet-stream';
  let bytes: Uint8Array | null = null;
  if (json !== undefined) {
    type = reply.type ?? 'application/json; charset=utf-8';
    bytes = Buffer.from(JSON.stringify(json));
  } else if (html !== undefined) {
    type = 'text/html; charset=utf-8';
    bytes = Buffer.from(html);
  } else if (body !== undefined) {
    bytes = typeof body === 'string' ? Buffer.from(body) : body;
  }
  if (download !== undefined) response.attachment(download);
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  if (!bytes) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', type);
  if (isText(type)) response.vary('Accept-Encoding');
  if (
    bytes.length > limits.compressMinBytes &&
    isText(type) &&
    acceptsEncoding(request.headers['accept-encoding'], 'gzip')
  ) {
    bytes = await compress(bytes, { level: 5 });
    response.setHeader('Content-Encoding', 'gzip');
  }
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}
