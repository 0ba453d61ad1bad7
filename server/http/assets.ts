// Files that are the same for everybody: the built client under /assets/ (hashed names, kept for ever)
// and static/ at the root. Only names listed at the start are served, so no path can lead elsewhere.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type Response, Router } from 'express';
import { acceptsEncoding } from './respond.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Best first. */
const codings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

interface Folder {
  /** Without the final slash; '' is the root. */
  readonly url: string;
  readonly path: string;
  readonly cacheControl: string;
}

interface File {
  readonly path: string;
  readonly type: string;
  readonly cacheControl: string;
  readonly encodings: readonly (typeof codings)[number][];
}

/** What a browser asks of a page, and would be as long as a small file with each of a page's parts. */
const pageHeaders = [
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'Referrer-Policy',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
];

const immutable = 'public, max-age=31536000, immutable';
const hourly = 'public, max-age=3600';

async function listFolder(folder: Folder): Promise<[string, File][]> {
  const entries = await readdir(folder.path, { withFileTypes: true }).catch((error: unknown) => {
    // Not built yet, or no such folder in this installation: then there is nothing to serve.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const names = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  return [...names].flatMap((name) => {
    const type = types[extname(name)];
    if (!type) return [];
    const file = {
      path: join(folder.path, name),
      type,
      cacheControl: folder.cacheControl,
      encodings: codings.filter(([, suffix]) => names.has(name + suffix)),
    };
    return [[`${folder.url}/${name}`, file] as [string, File]];
  });
}

/** Contents are read at first use and kept: some dozen files, a few megabytes. */
export async function assetRouter(paths: { assets: string; static: string }): Promise<Router> {
  const folders: Folder[] = [
    { url: '/assets', path: paths.assets, cacheControl: immutable },
    { url: '', path: paths.static, cacheControl: hourly },
  ];
  const files = new Map((await Promise.all(folders.map(listFolder))).flat());
  const contents = new Map<string, Promise<{ bytes: Buffer; tag: string }>>();

  const load = (path: string) => {
    let content = contents.get(path);
    if (!content) {
      content = readFile(path).then((bytes) => ({
        bytes,
        tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      }));
      contents.set(path, content);
    }
    return content;
  };

  const send = async (file: File, accept: string | string[] | undefined, response: Response) => {
    const encoding = file.encodings.find(([name]) => acceptsEncoding(accept, name));
    const { bytes, tag } = await load(encoding ? file.path + encoding[1] : file.path);
    if (file.cacheControl === immutable)
      for (const name of pageHeaders) response.removeHeader(name);
    response.setHeader('Cache-Control', file.cacheControl);
    response.setHeader('Content-Type', file.type);
    response.setHeader('ETag', tag);
    if (file.encodings.length > 0) response.setHeader('Vary', 'Accept-Encoding');
    if (response.req.headers['if-none-match'] === tag) {
      response.status(304).end();
      return;
    }
    if (encoding) response.setHeader('Content-Encoding', encoding[0]);
    response.setHeader('Content-Length', bytes.length);
    response.end(bytes);
  };

  const router = Router();
  router.use(async (request, response, next) => {
    const file = files.get(request.path);
    if (!file || !['GET', 'HEAD'].includes(request.method)) return next();
    await send(file, request.headers['accept-encoding'], response);
  });
  return router;
}
