// What happens beside the text, told to the sockets of this process: titles, rights, the trash, names,
// identities that end. Rights are asked again for each socket; who may no longer read is unsubscribed.

import type { PersonSummary } from '../../core/api.ts';
import {
  type DocumentKey,
  type DocumentRef,
  documentKey,
  parseDocumentKey,
} from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { CloseReason } from '../../core/protocol.ts';
import { can, type Role } from '../../core/roles.ts';
import type { Person } from '../access/actor.ts';
import type { Log } from '../log.ts';
import type { Connection, Connections } from './connections.ts';
import type { DocumentChange, Ended } from './peers.ts';
import type { PresenceRegistry } from './presence.ts';
import type { RoleCache } from './role-cache.ts';

/** What is known of a document beside its text. */
export interface About {
  readonly title: string;
  readonly trashed: boolean;
}

export interface NoticesDeps {
  readonly connections: Connections;
  readonly roles: RoleCache;
  readonly presence: PresenceRegistry;
  /** Null: nothing is stored. */
  readonly about: (ref: DocumentRef) => Promise<About | null>;
  readonly log: Log;
}

export class Notices {
  readonly #deps: NoticesDeps;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
  }

  /** What changed between the making of its page, or its last connection, and now. */
  async opened(connection: Connection, ref: DocumentRef): Promise<void> {
    const about = await this.#deps.about(ref);
    if (about) await this.#tell(connection, ref, { title: about.title });
  }

  async documentChanged(ref: DocumentRef, change: DocumentChange): Promise<void> {
    const { roles, connections } = this.#deps;
    roles.forget(ref);
    await Promise.all(connections.following(ref).map((each) => this.#tell(each, ref, change)));
  }

  async #tell(connection: Connection, ref: DocumentRef, change: DocumentChange): Promise<void> {
    const { roles, presence, log } = this.#deps;
    const { collection: c, id: d } = ref;
    const told = connection.told.get(documentKey(ref));
    const notice = { a: 'dp', type: 'document', c, d, ...change } as const;
    let role: Role | null;
    try {
      role = await roles.roleOf(connection.actor, ref);
    } catch (error) {
      // The next message of this connection asks again; what changed is told all the same.
      log.warn({ err: error, user: connection.userId }, 'A role could not be asked');
      connection.notify(notice);
      return;
    }
    connection.notify({ ...notice, role });
    connection.told.set(documentKey(ref), { ...told, ...change, role });
    if (role && can(role, 'read')) {
      connection.waiting.delete(documentKey(ref));
      return;
    }
    connection.denied(ref);
    connection.unsubscribe(ref);
    connection.told.delete(documentKey(ref));
    presence.leave(connection, ref);
  }

  personChanged({ id, name, color }: PersonSummary): void {
    for (const connection of this.#deps.connections) {
      const { actor } = connection;
      if (actor.kind !== 'system' && actor.id === id) connection.actor = { ...actor, name, color };
    }
    this.#deps.presence.retell(id);
  }

  end(who: Ended): void {
    this.endWhere((person) => {
      // Who comes back as the account keeps what the account has open already.
      const isMeant =
        'via' in who
          ? person.via === who.via
          : person.id === who.id && (who.reason !== 'restart' || person.kind === 'guest');
      return isMeant ? who.reason : null;
    });
  }

  endWhere(reasonOf: (person: Person) => CloseReason | null): void {
    for (const { actor, stream } of [...this.#deps.connections]) {
      const reason = actor.kind === 'system' ? null : reasonOf(actor);
      if (reason) stream.closeWith(reason);
    }
  }

  /**
   * Looks for what other processes changed without a word reaching this one: asks again what each socket
   * may and was told last. Whoever only reads would never ask by itself.
   */
  async lookAround(): Promise<void> {
    const { connections, roles } = this.#deps;
    const all = [...connections];
    for (const key of connections.openDocuments()) roles.forget(parseDocumentKey(key)!);
    for (const { waiting } of all) for (const key of waiting) roles.forget(parseDocumentKey(key)!);
    for (let i = 0; i < all.length; i += limits.maxLookedAt) {
      await Promise.all(all.slice(i, i + limits.maxLookedAt).map((each) => this.#look(each)));
    }
  }

  async #look(connection: Connection): Promise<void> {
    const open = new Set<DocumentKey>(connection.openDocuments());
    for (const key of connection.told.keys()) if (!open.has(key)) connection.told.delete(key);
    for (const key of open) {
      const ref = parseDocumentKey(key)!;
      const [role, about] = await Promise.all([
        this.#deps.roles.roleOf(connection.actor, ref),
        this.#deps.about(ref),
      ]);
      const told = connection.told.get(key);
      // Not told yet, it may read, or it would not have it open: whatever else there is, is news.
      const mayRead = role !== null && can(role, 'read');
      const sameRole = told?.role === undefined ? mayRead : told.role === role;
      const title = about && about.title !== told?.title ? { title: about.title } : {};
      const trashed =
        about && about.trashed !== (told?.trashed ?? false) ? { trashed: about.trashed } : {};
      const change = { ...title, ...trashed };
      if (!sameRole || Object.keys(change).length > 0) await this.#tell(connection, ref, change);
    }
    for (const key of connection.waiting) {
      const ref = parseDocumentKey(key)!;
      const role = await this.#deps.roles.roleOf(connection.actor, ref);
      if (role === null || !can(role, 'read')) continue;
      const about = await this.#deps.about(ref);
      await this.#tell(connection, ref, about ? { title: about.title, trashed: false } : {});
    }
  }
}
