// Which origin is ours. A browser names the page that asks; what another site's page asks for, in a
// person's name, is refused, over HTTP and at the socket's door. Scripts name none and are let through:
// nobody's browser sends their cookies along.

import type { IncomingHttpHeaders } from 'node:http';

export interface OriginRule {
  /** Scheme and host under which this request reached us. */
  own(headers: IncomingHttpHeaders): string;
  /** Whether the request comes from our own pages, or from no page at all. */
  allowed(headers: IncomingHttpHeaders): boolean;
}

const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

function requestOrigin(headers: IncomingHttpHeaders): URL | null {
  const host = headers.host ?? '';
  // Believed from anybody: no page of another site can set this header without our consent (CORS).
  const forwarded = String(headers['x-forwarded-proto'] ?? '')
    .split(',')[0]!
    .trim();
  const url = `${forwarded === 'https' ? 'https' : 'http'}://${host}`;
  return HOST.test(host) && URL.canParse(url) ? new URL(url) : null;
}

export function createOriginRule(publicUrl: string | null): OriginRule {
  const isOwn = (origin: string, headers: IncomingHttpHeaders): boolean => {
    if (origin === publicUrl) return true;
    const asked = requestOrigin(headers);
    if (!asked || origin !== asked.origin) return false;
    // With PUBLIC_URL set, another name may be a stranger's that points here; this computer's own is not.
    return publicUrl === null || LOOPBACK.test(asked.hostname);
  };
  return {
    own: (headers) => publicUrl ?? requestOrigin(headers)?.origin ?? 'http://localhost',
    allowed(headers) {
      if (headers.origin !== undefined) return isOwn(headers.origin, headers);
      const site = headers['sec-fetch-site'];
      return site === undefined || site === 'same-origin' || site === 'none';
    },
  };
}
