// Sessions of frames: what the tokens of a host application gave somebody, each until it ends. One frame
// session for all frames of a page, since they share its cookie; a later token adds to it.

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CollectionName, DocumentId, UserId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { HostGrant } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import { type EmbedGrantRecord, embedSessions as kind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';

export interface FrameSession {
  readonly id: string;
  readonly userId: UserId;
  /** What holds still. */
  readonly gives: readonly HostGrant[];
  readonly expiresAt: number;
}

export interface FrameSessions {
  /** The session behind a cookie, or null. */
  find(headers: Pick<IncomingHttpHeaders, 'cookie'>): Promise<FrameSession | null>;
  /** Adds to the session that the browser has, if it is the same person's; else begins one. */
  enter(
    headers: Pick<IncomingHttpHeaders, 'cookie'>,
    userId: UserId,
    gives: readonly HostGrant[],
    expiresAt: number,
  ): Promise<{ session: FrameSession; cookie: string; ended: string | null }>;
  /** Those that live, by id. */
  alive(ids: readonly string[]): Promise<Map<string, FrameSession>>;
  removeExpired(): Promise<void>;
}

const SECRET = /^e_[A-Za-z0-9_-]{43}$/;
const PAGE = 200;
const hash = (secret: string) => createHash('sha256').update(secret).digest('base64url');
const samePlace = (a: Pick<EmbedGrantRecord, 'collection' | 'id'>, b: typeof a) =>
  a.collection === b.collection && a.id === b.id;

export function createFrameSessions(
  { records }: Pick<Store, 'records'>,
  clock: Clock,
  ids: Ids,
  isHttps: boolean,
): FrameSessions {
  const name = isHttps ? '__Host-deltapad-embed' : 'deltapad-embed';
  // Partitioned: kept apart for each site around the frame, and sent only in frames there. Browsers take
  // Secure from localhost, too.
  const rules = 'Path=/; HttpOnly; Secure; SameSite=None; Partitioned';

  const secretOf = ({ cookie = '' }: Pick<IncomingHttpHeaders, 'cookie'>): string | null => {
    for (const part of cookie.split(';')) {
      const [key, value] = part.trim().split('=', 2);
      if (key === name && value && SECRET.test(value)) return value;
    }
    return null;
  };

  const sessionOf = (id: string, userId: string, gives: readonly EmbedGrantRecord[]) => {
    const live = gives.filter(({ expiresAt }) => expiresAt > clock.now());
    if (live.length === 0) return null;
    return {
      id,
      userId: userId as UserId,
      gives: live.map((each) => ({
        collection: each.collection as CollectionName,
        id: each.id as DocumentId | null,
        role: each.role,
      })),
      expiresAt: Math.max(...live.map(({ expiresAt }) => expiresAt)),
    };
  };

  const write = async (
    secret: string,
    userId: UserId,
    added: readonly EmbedGrantRecord[],
  ): Promise<FrameSession | null> => {
    const id = hash(secret);
    for (;;) {
      const found = await records.get(kind, id);
      if (found && found.value.userId !== userId) return null;
      const kept = (found?.value.gives ?? []).filter(
        (each) => each.expiresAt > clock.now() && !added.some((one) => samePlace(one, each)),
      );
      // The newest first: what is too much is the oldest.
      const gives = [...added, ...kept].slice(0, limits.maxEmbedPlaces);
      const value = {
        userId,
        gives,
        createdAt: found?.value.createdAt ?? clock.now(),
        expiresAt: Math.max(...gives.map(({ expiresAt }) => expiresAt)),
      };
      if (await records.put(kind, id, value, { ifVersion: found?.version ?? 0 })) {
        return sessionOf(id, userId, gives);
      }
    }
  };

  return {
    async find(headers) {
      const secret = secretOf(headers);
      const found = secret && (await records.get(kind, hash(secret)));
      return found ? sessionOf(found.id, found.value.userId, found.value.gives) : null;
    },

    async enter(headers, userId, gives, expiresAt) {
      const added = gives.map((each) => ({ ...each, expiresAt }));
      const before = secretOf(headers);
      const isMine =
        before !== null && (await records.get(kind, hash(before)))?.value.userId === userId;
      const secret = isMine ? before : `e_${ids.secret(32)}`;
      const session = await write(secret, userId, added);
      if (!session) throw new Error('A frame’s session is another person’s.');
      const ended = before !== null && !isMine ? hash(before) : null;
      if (ended) await records.delete(kind, ended);
      const seconds = Math.ceil((session.expiresAt - clock.now()) / 1000);
      return { session, cookie: `${name}=${secret}; Max-Age=${seconds}; ${rules}`, ended };
    },

    async alive(wanted) {
      const found = await records.getMany(kind, wanted);
      return new Map(
        found.flatMap(({ id, value }) => {
          const session = sessionOf(id, value.userId, value.gives);
          return session ? [[id, session] as const] : [];
        }),
      );
    },

    async removeExpired() {
      for (;;) {
        const page = await records.list(kind, 'byExpiry', 'all', { limit: PAGE });
        const gone = page.filter(({ value }) => value.expiresAt <= clock.now());
        for (const { id } of gone) await records.delete(kind, id);
        if (gone.length < PAGE) return;
      }
    },
  };
}
