// The face of sharing: people, links and requests put together, and what of it each role may see.

import type { AccessReply, PersonSummary } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import { type DocumentRef, documentKey, isUserId } from '../../core/ids.ts';
import { can, type Role, roles } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Person } from '../access/actor.ts';
import { accessRequestId, accessRequests } from '../store/schema.ts';
import { createPeople, missing, namedIn, type People, type PeopleDeps } from './people.ts';
import { type AccessRequests, createAccessRequests } from './requests.ts';
import { createShareLinks, isAlive, type ShareLinks, type ShareLinksDeps } from './share-links.ts';

export interface Sharing extends Omit<People, 'set' | 'remove'> {
  readonly links: ShareLinks;
  readonly requests: AccessRequests;
  /** What `grant` may see of who may what. */
  describe(grant: Grant<'read'>): Promise<AccessReply>;
  /** The same for who shares. */
  describeAll(grant: Grant<'share'>): Promise<AccessReply>;
  /** By user id, or (for who is signed in) by what somebody signs in with. */
  name(grant: Grant<'share'>, who: string, role: Role): Promise<void>;
  unname(grant: Grant<'share'>, userId: string): Promise<void>;
  /** How many wait for an answer. */
  waiting(ref: DocumentRef): Promise<number>;
}

export interface SharingDeps extends PeopleDeps, ShareLinksDeps {
  roleOf(person: Person, ref: DocumentRef): Promise<Role | null>;
  /** Those who are known, by id. */
  people(ids: readonly string[]): Promise<Map<string, PersonSummary>>;
  /** The account of a name or e-mail address. */
  findAccount(typed: string): Promise<string | null>;
}

const nobody = () =>
  new AppError('bad-request', 'Nobody is known here by this name, address or id.', {
    details: { field: 'who', reason: 'unknown' },
  });

export function createSharing(deps: SharingDeps): Sharing {
  const { store, records, clock } = deps;
  const people = createPeople(deps);
  const links = createShareLinks(deps);
  const requests = createAccessRequests({ ...deps, people });

  const describe = async (
    { document: ref, role }: Grant<'read'> | Grant<'share'>,
    grant: Grant<'share'> | null,
  ): Promise<AccessReply> => {
    const record = await records.get(ref);
    if (!record) throw missing();
    const asking = grant ? await requests.of(grant) : [];
    const made = grant ? (record.shareLinks ?? []) : [];
    const named = [...namedIn(record)].filter(([, each]) => each === 'owner' || can(role, 'edit'));
    const known = await deps.people([
      ...named.map(([id]) => id),
      ...asking.map(({ userId }) => userId),
      ...made.map(({ by }) => by),
    ]);
    const shown = named.flatMap(([id, each]) => {
      const person = known.get(id);
      return person ? [{ ...person, role: each }] : [];
    });
    return {
      link: record.link,
      signedIn: record.signedIn ?? 'none',
      role,
      people: shown.sort((a, b) => roles.indexOf(b.role) - roles.indexOf(a.role)),
      links: made.map(({ id, role: gives, label, by, at, expiresAt, password }) => ({
        id,
        role: gives,
        label,
        by: known.get(by) ?? null,
        at,
        expiresAt,
        isExpired: !isAlive({ expiresAt }, clock.now()),
        hasPassword: password !== null,
      })),
      requests: asking.flatMap(({ userId, role: wanted, note, at }) => {
        const person = known.get(userId);
        return person ? [{ person, role: wanted, note, at }] : [];
      }),
    };
  };

  const describeAll = (grant: Grant<'share'>) => describe(grant, grant);

  /** Who was named needs no answer any more. */
  const settle = (ref: DocumentRef, userId: string) =>
    store.records.delete(accessRequests, accessRequestId(userId, documentKey(ref)));

  const find = async ({ actor }: Grant<'share'>, typed: string): Promise<string> => {
    const who = typed.trim();
    if (isUserId(who)) {
      if ((await deps.people([who])).has(who)) return who;
      throw nobody();
    }
    // Guests come and go: through them, anybody could try which addresses have accounts.
    if (actor.kind === 'guest') {
      throw new AppError('bad-request', 'Sign in to name people who are not here.', {
        details: { field: 'who', reason: 'sign-in' },
      });
    }
    const id = await deps.findAccount(who);
    if (id === null) throw nobody();
    return id;
  };

  return {
    setGeneral: people.setGeneral,
    links,
    requests,
    describe: (grant) =>
      // The same capability, asked for by its own name: only an owner's grant opens the rest.
      can(grant.role, 'share')
        ? describeAll(grant as unknown as Grant<'share'>)
        : describe(grant, null),
    describeAll,
    async name(grant, who, role) {
      const userId = await find(grant, who);
      await people.set(grant, userId, role);
      await settle(grant.document, userId);
    },
    unname: people.remove,
    async waiting(ref) {
      const key = documentKey(ref);
      return (await store.records.list(accessRequests, 'byDocument', key, { limit: 100 })).length;
    },
  };
}
