// The store port: what the server needs to keep, and nothing about how. Two engines implement it,
// one contract suite holds them (CONTRACT.md). Knows no HTTP, no sockets, no ShareDB, no features.

import type { DocumentKey, DocumentRef } from '../../core/ids.ts';

/** Who and when, stored with every op; never sent to clients. */
export interface OpMeta {
  /** Epoch ms. */
  ts: number;
  /** User id of the author; absent for the system. */
  uid?: string;
  /** How the op came: our page, the REST API, another ShareDB client. */
  via?: 'page' | 'api' | 'sharedb' | 'system';
}

/**
 * One entry of a document's log: exactly one of `op`, `create`, `del`, or none (a no-op). `v` is the
 * version it was applied to; the document is at `v + 1` afterwards. JSON all through.
 */
export interface LogEntry {
  v: number;
  src: string;
  seq: number;
  op?: unknown;
  create?: { type: string; data: unknown };
  del?: true;
  m: OpMeta & Record<string, unknown>;
}

/** A document at a version; `type` null: it does not exist (never made, or deleted). */
export interface StoredSnapshot {
  v: number;
  type: string | null;
  data: unknown;
  m: unknown;
}

/** A normal race, not an error. */
export type AppendResult = 'committed' | 'version-taken' | 'duplicate';

/** Reading alone: what a backup and the doctor need of a log. */
export interface LogReader {
  /** Durable entries with from ≤ v < to (null: to the end), ascending. */
  read(ref: DocumentRef, from: number, to: number | null): Promise<LogEntry[]>;
  /** The version after the last durable entry; 0 for a document that was never made. */
  version(ref: DocumentRef): Promise<number>;
  /** The newest stored snapshot with v ≤ `atMost` (null: newest), or null. Derived data: may lag. */
  snapshot(ref: DocumentRef, atMost: number | null): Promise<StoredSnapshot | null>;
  /** Every stored snapshot of a document, oldest first. */
  listSnapshots(ref: DocumentRef): Promise<{ v: number; milestone: boolean }[]>;
  /** Every document with a log, in key order, from after `after`. For doctor and backup. */
  list(after: DocumentKey | null, limit: number): Promise<DocumentRef[]>;
}

export interface OpLog extends LogReader {
  /** Of these documents, those whose log has an entry at `version`: somebody committed since. */
  grown(known: readonly { ref: DocumentRef; version: number }[]): Promise<DocumentRef[]>;
  /**
   * The commit. Resolves `committed` once the entry is durable; entries of one document that are
   * appended in order are committed in order, several in one transaction. `duplicate`: (document, src, seq)
   * exists; `version-taken`: the log does not end at v, or an entry of this document that waited before
   * this one was not committed. Rejects when the store cannot write: nothing was stored.
   */
  append(ref: DocumentRef, entry: LogEntry): Promise<AppendResult>;
  /** Keeps the newest snapshot and those marked as milestones. */
  writeSnapshot(
    ref: DocumentRef,
    snapshot: StoredSnapshot,
    options?: { milestone?: boolean },
  ): Promise<void>;
  /**
   * Takes away a document's log and snapshots for good, from the end down; durable when it resolves. Stopped
   * half way, what is left is a shorter log, and calling it again goes on. Nobody may append meanwhile.
   */
  remove(ref: DocumentRef): Promise<void>;
}

/** A declared index: equal parts first, an optional number or string to sort by last. */
export type IndexKey = readonly [equal: string, sort: number | string];

export interface RecordKind<T> {
  readonly name: string;
  readonly indexes: Readonly<Record<string, (record: T) => IndexKey | null>>;
}

export interface Versioned<T> {
  id: string;
  value: T;
  /** Grows by one with each write; pass to `put` to write only if nobody else did. */
  version: number;
}

/** A record of any kind as it lies in the store, with the index entries it was written with. */
export interface StoredRecord {
  kind: string;
  id: string;
  version: number;
  value: unknown;
  indexes: Readonly<Record<string, IndexKey>>;
}

export interface RecordReader {
  /** Every record of every kind, by kind and then id, from after `after`. */
  all(after: { kind: string; id: string } | null, limit: number): Promise<StoredRecord[]>;
}

export interface Records extends RecordReader {
  get<T>(kind: RecordKind<T>, id: string): Promise<Versioned<T> | null>;
  getMany<T>(kind: RecordKind<T>, ids: readonly string[]): Promise<Versioned<T>[]>;
  /**
   * Durable when it resolves. `ifVersion`: write only over that version (0: only if absent).
   * False: somebody else was first, nothing was written.
   */
  put<T>(
    kind: RecordKind<T>,
    id: string,
    value: T,
    options?: { ifVersion?: number },
  ): Promise<boolean>;
  delete<T>(kind: RecordKind<T>, id: string): Promise<void>;
  /** Records whose index has `equal`, sorted by its second part, then id. */
  list<T>(
    kind: RecordKind<T>,
    index: string,
    equal: string,
    options: { limit: number; descending?: boolean; after?: { sort: number | string; id: string } },
  ): Promise<Versioned<T>[]>;
  /** Writes a record as `all` gave it, its version and indexes too, over whatever is there. */
  restore(record: StoredRecord): Promise<void>;
}

export interface BlobReader {
  get(name: string): Promise<{ bytes: Uint8Array; type: string } | null>;
  /** Names in order, from after `after`. */
  list(after: string | null, limit: number): Promise<string[]>;
}

export interface Blobs extends BlobReader {
  put(name: string, bytes: Uint8Array, type: string): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface SearchHit {
  key: DocumentKey;
  /** Higher is better. */
  score: number;
}

export interface Search {
  /** Replaces what is indexed for a document. Tokens come from `core/search.ts` inside the engine. */
  index(key: DocumentKey, fields: { title: string; text: string }): Promise<void>;
  remove(key: DocumentKey): Promise<void>;
  /** Documents among `within` that hold every word of the query (last word: as a prefix). Best first. */
  find(query: string, within: readonly DocumentKey[], limit: number): Promise<SearchHit[]>;
}

/** Entries that lie beside a log and are no part of it: another server's lost races. */
export interface Orphans {
  /** As they are stored. */
  find(ref: DocumentRef): Promise<unknown[]>;
  /** Moves them out of the log's way, kept; how many. */
  setAside(ref: DocumentRef): Promise<number>;
}

/** A store that nothing is written to, beside whoever writes. */
export interface StoreReader {
  readonly ops: LogReader;
  readonly records: RecordReader;
  readonly blobs: BlobReader;
  /** Absent: the engine cannot have any. */
  readonly orphans?: Pick<Orphans, 'find'>;
  describe(): string;
  close(): Promise<void>;
}

export interface Store {
  readonly ops: OpLog;
  readonly records: Records;
  readonly blobs: Blobs;
  readonly search: Search;
  /** Absent: the engine cannot have any. */
  readonly orphans?: Orphans;
  /** Other processes may have it open and write to it too. */
  readonly isShared: boolean;
  /** One line for the start-up log: engine, file or database, durability. */
  describe(): string;
  /** Resolves when the store answers; rejects with why not. For /readyz. */
  ping(): Promise<void>;
  /** Waits for what was asked to be written. */
  close(): Promise<void>;
}
