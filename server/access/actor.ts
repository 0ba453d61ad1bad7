// Who is asking. Settled once per request or connection, carried everywhere.

import type { UserId } from '../../core/ids.ts';

/** A person: for now a guest; accounts and tokens will join this union. */
export interface Guest {
  readonly kind: 'guest';
  readonly id: UserId;
  readonly name: string;
  /** 1 … 12 */
  readonly color: number;
}

/** The server itself: imports, repairs. */
export interface System {
  readonly kind: 'system';
}

export type Actor = Guest | System;
