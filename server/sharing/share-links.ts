// Share links: secret addresses with a role of their own, an end and perhaps a password. What somebody
// opened is remembered under their identity, so that the socket honours it as HTTP does; it ends with the
// link, because the link itself is asked for at every decision.

import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentKey, documentPath } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { GivenRole } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import { actorIdOf, type Person } from '../access/actor.ts';
import type { Audit } from '../access/audit.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { OtBackend } from '../ot/backend.ts';
import { type ShareLink, shareGrantId, shareGrants } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { missing, type SharedRecords } from './people.ts';

export interface NewShareLink {
  role: GivenRole;
  label?: string | undefined;
  expiresAt?: number | null | undefined;
  password?: string | undefined;
}

/** What came of opening a link. */
export type Opened = 'opened' | 'dead' | 'password';

export interface ShareLinks {
  /** The address holds the secret and is told this once. */
  make(grant: Grant<'share'>, wanted: NewShareLink): Promise<{ link: ShareLink; path: string }>;
  revoke(grant: Grant<'share'>, id: string): Promise<void>;
  /** `password` null: none was typed yet. AppError `too-many-requests` when it was wrong too often. */
  open(
    person: Person,
    ref: DocumentRef,
    token: string,
    password: string | null,
    address: string,
  ): Promise<Opened>;
}

export interface ShareLinksDeps {
  store: Pick<Store, 'records'>;
  records: SharedRecords;
  backend: Pick<OtBackend, 'documentChanged'>;
  passwords: {
    hash(password: string): Promise<string>;
    verify(password: string, stored: string | null): Promise<boolean>;
  };
  /** Counts wrong passwords by link and address. */
  attempts: {
    begin(what: string, address: string): number;
    passed(what: string, address: string): void;
  };
  clock: Clock;
  ids: Ids;
  audit: Audit;
  /** Keeps a person to whom something was given. */
  remember(person: Person): Promise<void>;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const DAY_MS = 24 * 3600_000;

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export const isAlive = ({ expiresAt }: Pick<ShareLink, 'expiresAt'>, now: number): boolean =>
  expiresAt === null || expiresAt > now;

const refuse = (field: string, sentence: string) =>
  new AppError('bad-request', sentence, { details: { field } });

export function createShareLinks(deps: ShareLinksDeps): ShareLinks {
  const { store, records, backend, passwords, attempts, clock, ids, audit, remember } = deps;

  const checkEnd = (expiresAt: number | null): number | null => {
    if (expiresAt === null) return null;
    if (expiresAt <= clock.now()) throw refuse('expiresAt', 'A link must end in the future.');
    if (expiresAt > clock.now() + limits.maxLinkDays * DAY_MS) {
      throw refuse('expiresAt', `A link ends within ${limits.maxLinkDays} days, or never.`);
    }
    return Math.floor(expiresAt);
  };

  /** Adds the link to those the person holds; what ended meanwhile is left out. */
  const hold = async (person: Person, ref: DocumentRef, link: ShareLink, links: ShareLink[]) => {
    const document = documentKey(ref);
    const id = shareGrantId(person.id, document);
    for (;;) {
      const found = await store.records.get(shareGrants, id);
      const held = found?.value.links ?? [];
      if (held.includes(link.id)) return false;
      const known = held.filter((each) => links.some((other) => other.id === each));
      const value = { userId: person.id, document, links: [...known, link.id], at: clock.now() };
      const ifVersion = found?.version ?? 0;
      if (await store.records.put(shareGrants, id, value, { ifVersion })) return true;
    }
  };

  return {
    async make({ actor, document }, wanted) {
      const label = (wanted.label ?? '').trim().replace(/\s+/g, ' ');
      if (label.length > limits.maxLinkLabelChars || !label.isWellFormed()) {
        throw refuse('label', `A name has at most ${limits.maxLinkLabelChars} characters.`);
      }
      const { password } = wanted;
      const length = [...(password ?? '')].length;
      if (password !== undefined && length < limits.minLinkPasswordChars) {
        const most = `A link's password has at least ${limits.minLinkPasswordChars} characters.`;
        throw refuse('password', most);
      }
      if (length > limits.maxPasswordChars) {
        throw refuse('password', `A password has at most ${limits.maxPasswordChars} characters.`);
      }
      const token = ids.secret(32);
      const link: ShareLink = {
        id: ids.secret(9),
        hash: hashOf(token),
        role: wanted.role,
        label,
        by: actorIdOf(actor),
        at: clock.now(),
        expiresAt: checkEnd(wanted.expiresAt ?? null),
        password: password === undefined ? null : await passwords.hash(password),
      };
      const written = await records.update(document, (before) => {
        const all = before.shareLinks ?? [];
        // Where there is no room left, what ended goes first.
        const kept =
          all.length < limits.maxShareLinks
            ? all
            : all.filter((each) => isAlive(each, clock.now()));
        if (kept.length >= limits.maxShareLinks) {
          const most = `A document has at most ${limits.maxShareLinks} share links. Revoke one first.`;
          throw new AppError('bad-request', most, { details: { reason: 'too-many' } });
        }
        return { ...before, shareLinks: [...kept, link] };
      });
      if (!written) throw missing();
      await backend.documentChanged(document, {});
      const { id, role, expiresAt } = link;
      audit({ event: 'access.link-made', actor, document, more: { link: id, role, expiresAt } });
      return { link, path: `${documentPath(document)}?share=${token}` };
    },

    async revoke({ actor, document }, id) {
      const written = await records.update(document, (before) => {
        const all = before.shareLinks ?? [];
        const left = all.filter((each) => each.id !== id);
        return left.length === all.length ? before : { ...before, shareLinks: left };
      });
      if (!written) throw missing();
      if (written.after === written.before) {
        throw new AppError('not-found', 'There is no such link.');
      }
      await backend.documentChanged(document, {});
      audit({ event: 'access.link-revoked', actor, document, more: { link: id } });
    },

    async open(person, ref, token, password, address) {
      const record = await records.get(ref);
      const links = [...(record?.shareLinks ?? [])];
      const hash = TOKEN.test(token) ? hashOf(token) : null;
      const link = hash === null ? undefined : links.find((each) => isSame(each.hash, hash));
      if (!record || record.trashedAt || !link || !isAlive(link, clock.now())) return 'dead';
      if (link.password !== null) {
        if (password === null) return 'password';
        const wait = attempts.begin(`link ${link.id}`, address);
        if (wait > 0) {
          throw new AppError('too-many-requests', `That was too often. Try again in ${wait} s.`, {
            details: { retryAfter: wait },
          });
        }
        if (!(await passwords.verify(password, link.password))) return 'password';
        attempts.passed(`link ${link.id}`, address);
      }
      await remember(person);
      if (await hold(person, ref, link, links)) {
        // Sockets of theirs that are open may do more from now on.
        await backend.documentChanged(ref, {});
        const more = { link: link.id, role: link.role };
        audit({ event: 'access.link-opened', actor: person, document: ref, more });
      }
      return 'opened';
    },
  };
}
