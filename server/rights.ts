// Who may what, as a whole: the record, the links somebody holds, and the one decision put together; what the
// operator sets for new documents; and where it is noted who shared and who deleted.

import { createHash } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { type CollectionName, type DocumentRef, documentKey } from '../core/ids.ts';
import type { Capability, GeneralAccess, Role } from '../core/roles.ts';
import { decide, type Grant, roleOf } from './access/access.ts';
import { type Actor, actorIdOf, type Person } from './access/actor.ts';
import type { Audit } from './access/audit.ts';
import { createStandings, type StandingDeps, type Standings } from './access/standing.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { DocumentRecord } from './store/schema.ts';

export interface Rules {
  /** What a new document of a collection gives to those who are not named. */
  defaultsOf(collection: CollectionName): GeneralAccess;
  readonly audit: Audit;
  /** Whether somebody may be here at all, or is to sign in first. */
  admits(person: Person | null): boolean;
}

export function createRules({ collectionAccess, requireSignIn }: Config, log: Log): Rules {
  return {
    // Whom a host application vouches for has signed in there.
    admits: (person) =>
      !requireSignIn || person?.kind === 'account' || person?.limit?.gives !== undefined,
    defaultsOf: (collection) =>
      collectionAccess[collection] ?? collectionAccess['*'] ?? { link: 'editor', signedIn: 'none' },
    audit({ event, actor, document, more }) {
      // The log must hold nobody's address of a document: its fingerprint tells two apart.
      const key = createHash('sha256').update(documentKey(document)).digest('hex').slice(0, 16);
      log.info({ audit: event, by: actorIdOf(actor), document: key, ...more }, 'audit');
    },
  };
}

export interface Rights {
  readonly standings: Standings;
  /** Null: none, or it is in the trash. */
  roleNow(actor: Actor, ref: DocumentRef): Promise<Role | null>;
  /** Throws `not-found`, `no-access`, `document-trashed`. */
  authorise<C extends Capability>(
    actor: Actor,
    capability: C,
    ref: DocumentRef,
    mayBeAbsent: boolean,
  ): Promise<Grant<C>>;
}

export interface RightsDeps extends StandingDeps {
  records: { get(ref: DocumentRef): Promise<DocumentRecord | null> };
}

export function createRights({ store, clock, records }: RightsDeps): Rights {
  const standings = createStandings({ store, clock });
  return {
    standings,
    async roleNow(actor, ref) {
      const record = await records.get(ref);
      if (record?.trashedAt) return null;
      return roleOf(actor, ref, record, await standings.of(actor, ref, record));
    },
    async authorise(actor, capability, ref, mayBeAbsent) {
      const record = await records.get(ref);
      if (!record && !mayBeAbsent) throw new AppError('not-found', 'There is no such document.');
      return decide(actor, capability, ref, record, await standings.of(actor, ref, record));
    },
  };
}
