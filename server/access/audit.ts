// What is worth knowing later: who shared what with whom, who deleted what. Features tell it here; where it
// goes is app.ts's to say.

import type { DocumentRef } from '../../core/ids.ts';
import type { Actor } from './actor.ts';

export interface AuditEvent {
  readonly event:
    | 'access.general'
    | 'access.person'
    | 'access.link-made'
    | 'access.link-revoked'
    | 'access.link-opened'
    | 'access.asked'
    | 'access.answered'
    | 'document.trashed'
    | 'document.restored'
    | 'document.destroyed';
  readonly actor: Actor;
  readonly document: DocumentRef;
  /** Ids, roles and times; never names, texts, tokens or passwords. */
  readonly more?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Returns at once and never throws. */
export type Audit = (event: AuditEvent) => void;
