// Which role a person has on a document, asked for every message and remembered for a moment.

import { type DocumentKey, type DocumentRef, documentKey } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Role } from '../../core/roles.ts';
import type { Actor } from '../access/actor.ts';
import type { Clock } from '../clock.ts';
import type { RoleLookup } from './backend.ts';

interface Known {
  readonly role: Role | null;
  readonly until: number;
}

export const actorId = (actor: Actor): string => (actor.kind === 'system' ? 'system' : actor.id);

/** One person may be here with all they may and with a token that may less. */
const askerKey = (actor: Actor): string =>
  actor.kind !== 'system' && actor.limit ? `${actor.id} ${actor.via ?? ''}` : actorId(actor);

export class RoleCache {
  readonly #lookup: RoleLookup;
  readonly #clock: Clock;
  /** By document first: a change of rights forgets a document. */
  #known = new Map<DocumentKey, Map<string, Known | Promise<Role | null>>>();

  #stop: () => void;

  constructor(lookup: RoleLookup, clock: Clock) {
    this.#lookup = lookup;
    this.#clock = clock;
    this.#stop = this.#forgetLater();
  }

  /** At once when it is known, so that messages of one client are not reordered needlessly. */
  roleOf(actor: Actor, ref: DocumentRef): Role | null | Promise<Role | null> {
    const key = documentKey(ref);
    const id = askerKey(actor);
    let people = this.#known.get(key);
    const known = people?.get(id);
    if (known instanceof Promise) return known;
    if (known && known.until > this.#clock.now()) return known.role;
    if (!people) {
      people = new Map();
      this.#known.set(key, people);
    }
    const asked = this.#ask(actor, ref, people);
    people.set(id, asked);
    return asked;
  }

  async #ask(
    actor: Actor,
    ref: DocumentRef,
    people: Map<string, Known | Promise<Role | null>>,
  ): Promise<Role | null> {
    const id = askerKey(actor);
    try {
      const role = await this.#lookup(actor, ref);
      // After `forget` this is a map that nobody asks any more: an answer from before is not kept.
      people.set(id, { role, until: this.#clock.now() + limits.roleCacheMs });
      return role;
    } catch (error) {
      people.delete(id);
      throw error;
    }
  }

  /** Rights on the document changed. */
  forget(ref: DocumentRef): void {
    this.#known.delete(documentKey(ref));
  }

  /** Old answers would pile up; all at once is simple and costs one question each. */
  #forgetLater(): () => void {
    return this.#clock.after(30 * limits.roleCacheMs, () => {
      this.#known = new Map();
      this.#stop = this.#forgetLater();
    });
  }

  close(): void {
    this.#stop();
  }
}
