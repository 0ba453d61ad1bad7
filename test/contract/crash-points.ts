// The points at which crash-points-child.ts can end, and what each means for the ops that were on their
// way: `none` of them, `some` of them or `any` number may be in the log afterwards.

import type { CollectionName, DocumentId, DocumentRef } from '../../core/ids.ts';

export const crashRef: DocumentRef = {
  collection: 'docs' as CollectionName,
  id: 'crashes' as DocumentId,
};
export const crashSource = 'child';
/** The first steps of a log are not the usual ones. */
export const entriesBefore = 20;

export type Stored = 'none' | 'some' | 'any';
type Points = Readonly<Record<string, Stored>>;

const port: Points = {
  'before the append': 'none',
  'after the append, before anybody is told': 'some',
  'after the fold, before the snapshot': 'any',
  'after the snapshot': 'any',
};

export const sqlitePoints: Points = {
  ...port,
  'before the transaction': 'none',
  'in the transaction, before its first op': 'none',
  'between two ops of one transaction': 'none',
  'before the commit of ops': 'none',
  'after the commit of ops': 'some',
  'in the transaction, before the snapshot': 'any',
  'between the snapshot and the removal of older ones': 'any',
  'before the commit of a snapshot': 'any',
  'after the commit of a snapshot': 'any',
  'at a stop, before the log is folded in': 'none',
  'at a stop, after the log is folded in': 'none',
};

export const mongoPoints: Points = {
  ...port,
  'before the ops are sent': 'none',
  'in the middle of the ops': 'some',
  'after the ops are stored': 'some',
  'before the snapshot is sent': 'any',
  'after the snapshot is stored': 'any',
  'between the snapshot and the milestone': 'any',
  'after the milestone is stored': 'any',
  'between an orphan’s copy and its removal': 'any',
};

export const isPointOf = (name: string): boolean => name in sqlitePoints || name in mongoPoints;
