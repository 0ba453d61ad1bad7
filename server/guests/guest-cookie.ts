// What a guest's cookie holds: `userId.signature`. The signature is all that makes it true, so that an
// identity costs the store nothing until it has done something.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isUserId, type UserId } from '../../core/ids.ts';

export interface GuestCookies {
  /** The user, when the value is truly signed; else null. */
  check(value: string): UserId | null;
  sign(userId: UserId): string;
}

export function createGuestCookies(secret: string): GuestCookies {
  const sign = (userId: string) =>
    createHmac('sha256', secret).update(`session ${userId}`).digest('base64url');
  return {
    check(value) {
      const dot = value.indexOf('.');
      const userId = value.slice(0, dot);
      if (dot < 0 || !isUserId(userId)) return null;
      const given = Buffer.from(value.slice(dot + 1));
      const wanted = Buffer.from(sign(userId));
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? userId : null;
    },
    sign: (userId) => `${userId}.${sign(userId)}`,
  };
}
