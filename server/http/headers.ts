// Headers of every answer, through helmet: what a page of ours may load, and who may show it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import { embedPath } from '../../core/embed.ts';
import type { OriginRule } from './origin.ts';

type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export function securityHeaders(
  origin: OriginRule,
  isHttps: boolean,
  frameAncestors: readonly string[] = [],
): Middleware {
  const own = headersFor(origin, isHttps, []);
  if (frameAncestors.length === 0) return own;
  const framed = headersFor(origin, isHttps, frameAncestors);
  return (request, response, next) => {
    const path = (request.url ?? '').split('?', 1)[0]!;
    const isFramed = path === embedPath || path.startsWith(`${embedPath}/`);
    return (isFramed ? framed : own)(request, response, next);
  };
}

function headersFor(
  origin: OriginRule,
  isHttps: boolean,
  ancestors: readonly string[],
): Middleware {
  // Safari before 15.4 does not count the socket as 'self'.
  const sockets = (request: IncomingMessage) => origin.own(request.headers).replace(/^http/, 'ws');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'script-src-attr': ["'none'"],
        'style-src': ["'self'"],
        // Colours in a document are style attributes (internals.md §11b); scripts cannot hide there.
        'style-src-attr': ["'unsafe-inline'"],
        'img-src': ["'self'", 'https:', 'data:', 'blob:'],
        'connect-src': ["'self'", sockets],
        'object-src': ["'none'"],
        'frame-ancestors': ancestors.length > 0 ? [...ancestors] : ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    // It knows no list of origins; where there is one, every browser goes by the policy above.
    frameguard: ancestors.length > 0 ? false : { action: 'deny' },
    // Promised only where it holds; a browser would refuse a plain server for half a year.
    strictTransportSecurity: isHttps ? { maxAge: 15_552_000, includeSubDomains: false } : false,
  });
}
