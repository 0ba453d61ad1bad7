// What I may do with the document, as far as the server has said: my role, whether it is in the trash,
// and why nothing may be read any more. Asks over HTTP when the socket only says no.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { DocumentReply } from '../../core/api.ts';
import { AppError } from '../../core/errors.ts';
import type { ServerNotice } from '../../core/protocol.ts';
import { can, type Role } from '../../core/roles.ts';
import type { Environment } from './environment.ts';

export type Denial = 'not-signed-in' | 'no-access' | 'trashed';

export interface AccessDeps {
  readonly environment: Environment;
  readonly fetchDocument: () => Promise<DocumentReply>;
  /** Nothing is stored under this address yet: that there is none is no denial. */
  readonly isAbsent: () => boolean;
  readonly onChanged: () => void;
  readonly onTitle: (title: string) => void;
  /** What was denied is allowed again: everything is to be subscribed anew. */
  readonly onRegained: () => void;
}

/** While access is denied, it is asked again this often: somebody may give it back. */
const ASK_AGAIN_MS = 30_000;

export class Access {
  readonly #deps: AccessDeps;
  readonly #role: ReturnType<typeof signal<Role | null>>;
  readonly #trashed = signal(false);
  readonly #changes = signal(0);
  #denied: Denial | null = null;
  #isAsking = false;
  /** Counts what was told over the socket: an answer from before it is old. */
  #notices = 0;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(role: Role, deps: AccessDeps) {
    this.#deps = deps;
    this.#role = signal<Role | null>(role);
  }

  get role(): ReadonlySignal<Role | null> {
    return this.#role as ReadonlySignal<Role | null>;
  }

  get trashed(): ReadonlySignal<boolean> {
    return this.#trashed;
  }

  get changes(): ReadonlySignal<number> {
    return this.#changes;
  }

  get denied(): Denial | null {
    return this.#denied;
  }

  get canEdit(): boolean {
    const role = this.#role.peek();
    return this.#denied === null && role != null && can(role, 'edit');
  }

  noticed({ role, trashed }: Extract<ServerNotice, { type: 'document' }>): void {
    this.#notices++;
    this.#changes.value++;
    if (trashed !== undefined) this.#trashed.value = trashed;
    if (role !== undefined) this.#role.value = role;
    if (this.#trashed.peek()) this.deny('trashed');
    else if (role === null) this.deny('no-access');
    else if (role !== undefined) this.#allow();
    this.#deps.onChanged();
  }

  deny(reason: Denial): void {
    if (this.#isClosed) return;
    if (reason !== this.#denied) {
      this.#denied = reason;
      this.#deps.onChanged();
    }
    this.#cancel ??= this.#deps.environment.after(ASK_AGAIN_MS, () => {
      this.#cancel = null;
      void this.ask();
    });
  }

  #allow(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#denied === null) return;
    this.#denied = null;
    this.#deps.onRegained();
  }

  /** Asks the server over HTTP how it is now. Never rejects; what cannot be asked stays as it is. */
  async ask(): Promise<void> {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    const notices = this.#notices;
    try {
      const { role, trashed, title } = await this.#deps.fetchDocument();
      if (this.#isClosed || notices !== this.#notices) return;
      this.#role.value = role;
      this.#trashed.value = trashed;
      if (trashed) this.deny('trashed');
      else this.#allow();
      this.#deps.onTitle(title);
    } catch (error) {
      this.#answered(error);
    } finally {
      this.#isAsking = false;
    }
    this.#deps.onChanged();
  }

  #answered(error: unknown): void {
    const code = error instanceof AppError ? error.code : null;
    if (code === 'document-trashed') {
      this.#trashed.value = true;
      this.deny('trashed');
    } else if (code === 'not-signed-in') this.deny('not-signed-in');
    else if (code === 'no-access' || (code === 'not-found' && !this.#deps.isAbsent())) {
      this.deny('no-access');
    } else if (this.#denied !== null) this.deny(this.#denied);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }
}
