// POST /embed: a host application's token in exchange for a frame's session; by the page of ours in the
// frame (JSON), or by a form of the host's page whose target is the frame.

import { z } from 'zod';
import { embedPath } from '../../core/embed.ts';
import { AppError } from '../../core/errors.ts';
import { documentPath } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Reply, type RequestFacts, type Route, route } from '../http/route.ts';
import type { Embedding } from './embedding.ts';

const body = z.object({
  token: z.string().min(1, 'must not be empty'),
  open: z.string().optional(),
});

/** By its first byte, not by its type: the type decides nothing here. */
function read(bytes: Uint8Array): { isForm: boolean; token: string; open?: string | undefined } {
  const text = new TextDecoder().decode(bytes).trim();
  const isForm = !text.startsWith('{');
  let value: unknown;
  try {
    value = isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
  } catch {
    throw new AppError('bad-request', 'The body is neither a form nor JSON.');
  }
  const result = body.safeParse(value);
  if (!result.success) {
    throw new AppError('bad-request', 'token: is needed.', { details: { field: 'token' } });
  }
  return { isForm, ...result.data };
}

export interface EmbeddingRoutesDeps {
  embedding: Embedding;
  /** What the frame shows when a form brought no good token. */
  refusedPage(error: AppError, request: RequestFacts): Promise<Reply>;
}

export function embeddingRoutes({ embedding, refusedPage }: EmbeddingRoutesDeps): Route[] {
  if (!embedding.isOn) return [];
  return [
    route({
      method: 'POST',
      path: embedPath,
      needs: 'public',
      alwaysOpen: true,
      asksNobody: true,
      // The token speaks, and nothing that a browser sends by itself.
      anyOrigin: true,
      summary: 'A host application’s token in exchange for the session of a frame.',
      raw: { maxBytes: 2 * limits.maxEmbedTokenChars },
      body: z.instanceof(Uint8Array),
      reply: z.object({ url: z.string(), until: z.number() }),
      async run({ body: bytes, request }) {
        const { isForm, token, open } = read(bytes);
        const headers = request.cookie === undefined ? {} : { cookie: request.cookie };
        try {
          const entered = await embedding.enter(headers, token, open, request.acceptLanguage);
          const url = embedPath + documentPath(entered.document);
          const cookie = { 'Set-Cookie': entered.cookie };
          return isForm
            ? { status: 303, headers: { ...cookie, Location: `${url}?entered` } }
            : { json: { url, until: entered.until }, headers: cookie };
        } catch (error) {
          if (!isForm || !(error instanceof AppError)) throw error;
          return refusedPage(error, request);
        }
      },
    }),
    route({
      method: 'GET',
      path: `${embedPath}/session`,
      needs: 'guest',
      isEmbedded: true,
      isPage: true,
      summary: 'When the session of this frame ends.',
      async run({ request }) {
        return { json: { until: await embedding.until({ cookie: request.cookie ?? '' }) } };
      },
    }),
  ];
}
