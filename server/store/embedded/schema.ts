// The tables of the embedded store and how older files become this shape. A migration that was
// released is never changed: a new one is added at the end.

import type { Writer } from './connection.ts';

const MIGRATIONS: readonly string[] = [
  `
  -- Documents that have a log. Numbers instead of names in the rows of op and snapshot: those are many.
  CREATE TABLE log (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
  CREATE TABLE op_source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  -- Without rowid the rows of one document lie side by side in the order of their versions.
  CREATE TABLE op (
    log_id INTEGER NOT NULL REFERENCES log (id),
    v INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES op_source (id),
    seq INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (log_id, v)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX op_once ON op (log_id, source_id, seq);

  -- Large rows: with rowid, so that the tree that is searched stays small.
  CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY,
    log_id INTEGER NOT NULL REFERENCES log (id),
    v INTEGER NOT NULL,
    is_milestone INTEGER NOT NULL,
    type TEXT,
    data TEXT,
    m TEXT,
    UNIQUE (log_id, v)
  );

  CREATE TABLE record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  -- sort has no type: numbers come before strings, each in its own order.
  CREATE TABLE record_index (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    equal TEXT NOT NULL,
    sort NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, name, equal, sort, id)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX record_index_of ON record_index (kind, id, name);

  CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );

  -- The text itself is not kept twice. Tokens come ready from core/search.ts, joined by spaces;
  -- this tokenizer cuts at ASCII separators only, so each arrives as it was made.
  CREATE TABLE search_document (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
  CREATE VIRTUAL TABLE search_index USING fts5 (
    title, text, content = '', contentless_delete = 1, tokenize = 'ascii'
  );
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings the file to the newest schema; each step is one transaction. */
export async function migrate(writer: Writer, file: string): Promise<void> {
  const version = Number(await writer.pragma('user_version'));
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `${file} was written by a newer Deltapad (schema ${version}; this one knows ${SCHEMA_VERSION}). ` +
        'Start that version, or restore a backup made before the upgrade.',
    );
  }
  for (let next = version; next < SCHEMA_VERSION; next++) {
    try {
      await writer.exec(
        `BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; COMMIT`,
      );
    } catch (error) {
      await writer.rollback();
      throw error;
    }
  }
}
