// POST /api/v1/uploads and GET /uploads/:name.

import { z } from 'zod';
import type { UploadReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { type Route, route } from '../http/route.ts';
import type { Uploads } from './uploads.ts';

const reply = z.object({
  url: z.string(),
  width: z.int(),
  height: z.int(),
}) satisfies z.ZodType<UploadReply>;

/** Nothing in what people uploaded may run, wherever it is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

export function uploadRoutes(uploads: Uploads): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/uploads',
      needs: 'edit',
      document: 'query',
      // An image may be the first thing in a document.
      mayBeAbsent: true,
      summary: 'Store an image (PNG, JPEG, GIF, WebP, AVIF) for a document. The body is the image.',
      query: z.object({ collection: z.string(), id: z.string() }),
      raw: { maxBytes: limits.maxImageBytes },
      body: z.instanceof(Uint8Array),
      reply,
      status: 201,
      rate: 'heavy',
      run: async ({ grant, body }) => ({ json: await uploads.add(grant, body) }),
    }),
    route({
      method: 'GET',
      path: '/uploads/:name',
      needs: 'public',
      summary: 'An image.',
      isPage: true,
      async run({ params }) {
        const found = await uploads.get(params.name ?? '');
        if (!found) throw new AppError('not-found', 'There is no such image.');
        return {
          body: found.bytes,
          type: found.type,
          headers: {
            'Cache-Control': 'public, max-age=31536000, immutable',
            'Content-Security-Policy': POLICY,
          },
        };
      },
    }),
  ];
}
