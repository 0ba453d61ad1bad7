// The face of server/ot, the only folder that knows sharedb: what the rest of the server may ask of
// live documents. Built by createBackend(deps) in this file.

import type { Duplex } from 'node:stream';
import type { PersonSummary } from '../../core/api.ts';
import type { DeltaOp } from '../../core/delta.ts';
import type { DocumentRef } from '../../core/ids.ts';
import type { Role } from '../../core/roles.ts';
import type { Grant } from '../access/access.ts';
import type { Actor } from '../access/actor.ts';

export interface LiveSnapshot {
  version: number;
  ops: DeltaOp[];
}

/** What happened to a document's text; told after the commit, never awaited. */
export interface EditedEvent {
  ref: DocumentRef;
  /** The version after the op. */
  version: number;
  actor: Actor;
  at: number;
  created: boolean;
}

export interface OtBackend {
  /** Creates at version 1. AppError `document-exists`, `bad-op`, `too-large`. Resolves when durable. */
  create(ref: DocumentRef, actor: Actor, ops: DeltaOp[]): Promise<{ version: number }>;
  /** Applies an op made against `baseVersion`, transformed by what came since. Resolves when durable. */
  submit(grant: Grant<'edit'>, op: DeltaOp[], baseVersion: number): Promise<{ version: number }>;
  /** The last durable version, or null when there is no such document. */
  read(grant: Grant<'read'>): Promise<LiveSnapshot | null>;
  /** The same without a grant: for the server's own indexing. */
  readForSystem(ref: DocumentRef): Promise<LiveSnapshot | null>;
  /** A connected op socket. `stream` carries message objects (ws/ot-socket.ts). */
  connect(stream: Duplex, actor: Actor, notices: boolean): void;
  /** Who is here now, each person once, in the order they came. */
  peopleIn(ref: DocumentRef): PersonSummary[];
  /** Tells every socket that has the document open; rights are asked again for each. */
  documentChanged(ref: DocumentRef, change: { title?: string; trashed?: boolean }): Promise<void>;
  /** A person changed their name: live presence is told again under it. */
  personChanged(person: PersonSummary): void;
  onEdited(listener: (event: EditedEvent) => void): void;
  /** Open documents and connections: for metrics and tests. */
  stats(): { documents: number; connections: number };
  /** Ends connections with `restart`, waits for commits, writes snapshots. */
  close(): Promise<void>;
}

/** The role that `actor` has now, or null; asked for every message (cached there). */
export type RoleLookup = (actor: Actor, ref: DocumentRef) => Promise<Role | null>;
