// One version of a document in memory, and how a log entry leads to the next. States are values:
// nobody changes one, so that staged and durable versions, retries and readers can share them.

import sharedb, { type Op, type Snapshot } from 'sharedb';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { LazyDelta, richTextUri } from '../../core/rich-text.ts';
import type { LogEntry, StoredSnapshot } from '../store/store.ts';

export interface DocumentState {
  readonly v: number;
  /** null: it does not exist (never made, or deleted). */
  readonly type: string | null;
  readonly data: unknown;
  readonly m: Readonly<Record<string, unknown>> | null;
}

export const emptyState: DocumentState = { v: 0, type: null, data: undefined, m: null };

/**
 * A copy that its receiver may change. A LazyDelta is never changed, so it is handed out as it is: that
 * is what makes a submit O(op). Other types (only in ShareDB's own tests) apply in place.
 */
export function ownCopy<T>(data: T): T {
  if (data === undefined || data instanceof LazyDelta) return data;
  return JSON.parse(JSON.stringify(data)) as T;
}

function typeNamed(name: string) {
  const type = sharedb.types.map[name];
  if (!type) throw new Error(`The log names an unknown type: ${name}`);
  return type;
}

/** What is in the log was checked when it was stored: it is applied as it is, under later rules too. */
function applyEdit(state: DocumentState, op: unknown): unknown {
  if (state.type === null) throw new Error(`The log edits a document that does not exist`);
  if (state.data instanceof LazyDelta) {
    return state.data.append(new Delta(op as DeltaOp[] as Delta['ops']));
  }
  return typeNamed(state.type).apply(ownCopy(state.data), ownCopy(op));
}

export function applyEntry(state: DocumentState, entry: LogEntry): DocumentState {
  if (entry.v !== state.v) {
    throw new Error(`The log has version ${entry.v} where ${state.v} was expected`);
  }
  const v = entry.v + 1;
  const m = { ...state.m, mtime: entry.m.ts };
  if (entry.create) {
    const type = typeNamed(entry.create.type);
    const created = { src: entry.src, seq: entry.seq, v: entry.v };
    return {
      v,
      type: type.uri,
      data: type.create(ownCopy(entry.create.data)),
      // `_create` is how ShareDB recognises a create that is sent again.
      m: { ...m, ctime: entry.m.ts, _create: created },
    };
  }
  if (entry.del) return { v, type: null, data: undefined, m };
  if (entry.op === undefined) return { ...state, v, m };
  return { ...state, v, data: applyEdit(state, entry.op), m };
}

export function fromStored(stored: StoredSnapshot): DocumentState {
  const { v, type, data, m } = stored;
  return {
    v,
    type,
    data: type === richTextUri ? typeNamed(type).create(data) : data,
    m: (m ?? null) as DocumentState['m'],
  };
}

/** Folds a LazyDelta: O(document). */
export function toStored(state: DocumentState): StoredSnapshot {
  const data = state.data instanceof LazyDelta ? state.data.toJSON() : state.data;
  return { v: state.v, type: state.type, data, m: state.m };
}

/** As ShareDB wants it; it changes the object, never the state behind it. */
export function toSnapshot(id: string, state: DocumentState, metadata: boolean): Snapshot {
  const { v, type } = state;
  const m = metadata && state.m ? { ...state.m } : null;
  return { id, v, type, data: ownCopy(state.data), m };
}

/** The source of ops that came without one (only in ShareDB's own tests): unique with their version. */
const NO_SOURCE = '-';

export function toEntry(op: Op, richText: boolean): LogEntry {
  const v = op.v as number;
  const { src = NO_SOURCE, seq = v } = op;
  const m = { ts: 0, ...op.m } as LogEntry['m'];
  const entry: LogEntry = { v, src, seq, m };
  if (op.create) entry.create = ownCopy(op.create) as NonNullable<LogEntry['create']>;
  else if (op.del) entry.del = true;
  else if ('op' in op) entry.op = richText ? op.op : ownCopy(op.op);
  return entry;
}

/** A copy for ShareDB, which changes the fields of what it gets; rich-text's components it only reads. */
export function toOp(entry: LogEntry, options: { metadata: boolean; richText: boolean }): Op {
  const op: Op = { v: entry.v };
  if (entry.src !== NO_SOURCE) {
    op.src = entry.src;
    op.seq = entry.seq;
  }
  if (entry.create) op.create = ownCopy(entry.create);
  else if (entry.del) op.del = true;
  else if ('op' in entry) op.op = options.richText ? entry.op : ownCopy(entry.op);
  if (options.metadata) {
    // ShareDB only reads it: copied is what has to leave out a time that nobody gave.
    if (entry.m.ts !== 0) op.m = entry.m;
    else {
      const { ts: _none, ...rest } = entry.m;
      op.m = rest;
    }
  }
  return op;
}
