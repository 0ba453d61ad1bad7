// The cookie that says who somebody is: `userId.signature`. The signature is all that makes it true,
// so that an identity costs the store nothing until it has done something.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUserId, type UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';

const NAME = 'deltapad';

export interface SessionCookies {
  /** The user of the first cookie of ours that is truly signed, or null. */
  read(header: string | undefined): UserId | null;
  /** Values of a Set-Cookie header. */
  issue(userId: UserId): string;
  clear(): string;
}

export function createSessionCookies(secret: string, isHttps: boolean): SessionCookies {
  // SameSite=Lax: a link from elsewhere opens the page as oneself, a form from elsewhere does not post.
  const rules = `Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;
  const sign = (userId: string) =>
    createHmac('sha256', secret).update(`session ${userId}`).digest('base64url');

  const check = (value: string): UserId | null => {
    const dot = value.indexOf('.');
    const userId = value.slice(0, dot);
    if (dot < 0 || !isUserId(userId)) return null;
    const given = Buffer.from(value.slice(dot + 1));
    const wanted = Buffer.from(sign(userId));
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? userId : null;
  };

  return {
    read(header) {
      // Several of one name come from other paths or hosts: a stranger's must not hide the true one.
      for (const part of (header ?? '').split(';')) {
        const [name, value] = part.trim().split('=', 2);
        const userId = name === NAME && value ? check(value) : null;
        if (userId) return userId;
      }
      return null;
    },
    issue: (userId) =>
      `${NAME}=${userId}.${sign(userId)}; Max-Age=${limits.sessionDays * 24 * 3600}; ${rules}`,
    clear: () => `${NAME}=; Max-Age=0; ${rules}`,
  };
}
