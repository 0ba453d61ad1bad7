// Finds where a document's log ends, and sets aside what is not part of it: a stock sharedb-mongo server
// leaves ops whose snapshot write lost a race or a crash (internals.md §2.1). Such an op is kept in
// `deltapad_orphans`, so that nothing is destroyed, and removed from the log, so that a version is unique.

import type { Collection, Document } from 'mongodb';
import type { DocumentRef } from '../../../core/ids.ts';

/** The end of a log: the version after its last op, and that op's `_id` for the next one's link. */
export interface Tail {
  version: number;
  link: unknown;
}

const same = (left: unknown, right: unknown): boolean =>
  left === right || (left != null && right != null && String(left) === String(right));

/** Ours: made of document and version, so committed by being there. A stock server's is an ObjectId. */
const isOurs = (id: unknown): id is string => typeof id === 'string';

/** Which of `rows` (ascending by version) belong to the log whose snapshot is at `version`, `link`. */
export function committed(
  rows: readonly Document[],
  version: number,
  link: unknown,
): { kept: Set<Document>; tail: Tail } {
  const kept = new Set<Document>();
  // Back from the snapshot: it is what a stock server committed. Behind a gap no link says which entry
  // is meant: what could be it is kept, so that a damaged log never loses more.
  let back = link ?? undefined;
  let at = rows.length;
  for (let v = version - 1; at > 0 && v >= 0; v--) {
    while (at > 0 && rows[at - 1]!.v > v) at--;
    const end = at;
    while (at > 0 && rows[at - 1]!.v === v) at--;
    const alike = rows.slice(at, end);
    const meant =
      back === undefined
        ? (alike.find(({ _id }) => isOurs(_id)) ?? alike)
        : (alike.find(({ _id }) => same(_id, back)) ?? []);
    const chosen = Array.isArray(meant) ? meant : [meant];
    for (const row of chosen) kept.add(row);
    back = chosen.length === 1 ? (chosen[0]!.o ?? undefined) : undefined;
  }
  // Forward from the snapshot: only ours are committed without one.
  const tail: Tail = { version, link };
  for (const row of rows) {
    if (row.v !== tail.version || !isOurs(row._id)) continue;
    if (row.v > 0 && !same(row.o, tail.link)) continue;
    kept.add(row);
    tail.version = row.v + 1;
    tail.link = row._id;
  }
  return { kept, tail };
}

/** Where the log ends and what lies beside it. `new`: of the part that no server of ours has verified. */
export async function inspectLog(
  ref: DocumentRef,
  ops: Collection<Document>,
  snapshots: Collection<Document>,
  part: 'new' | 'whole',
): Promise<{ tail: Tail; orphans: Document[] }> {
  const snapshot = await snapshots.findOne(
    { _id: ref.id as never },
    { projection: { _v: 1, _o: 1, _m: 1 } },
  );
  // Up to here our own server has verified the log; a stock server keeps `_m`.
  const verified = part === 'whole' ? 0 : ((snapshot?._m?.deltapad as number | undefined) ?? 0);
  const rows = await ops
    .find({ d: ref.id, v: { $gte: Math.max(0, verified - 1) } })
    .project({ v: 1, o: 1 })
    .sort({ v: 1 })
    .toArray();
  const { kept, tail } = committed(rows, snapshot?._v ?? 0, snapshot?._o ?? null);
  return { tail, orphans: rows.filter((row) => row.v >= verified && !kept.has(row)) };
}

/** Keeps orphans in a collection of their own and takes them out of the log. */
export async function setAside(
  ref: DocumentRef,
  ops: Collection<Document>,
  orphans: readonly Document[],
): Promise<void> {
  const aside = ops.db.collection('deltapad_orphans');
  for (const { _id } of orphans) {
    const op = await ops.findOne({ _id });
    if (!op) continue;
    await aside.replaceOne(
      { _id: `${ref.collection}/${String(_id)}` as never },
      { collection: ref.collection, op } as never,
      { upsert: true },
    );
    await ops.deleteOne({ _id });
  }
}

/** Finds the end of a log before it is used, and sets aside what is not part of it. */
export async function adoptLog(
  ref: DocumentRef,
  ops: Collection<Document>,
  snapshots: Collection<Document>,
): Promise<Tail> {
  const { tail, orphans } = await inspectLog(ref, ops, snapshots, 'new');
  await setAside(ref, ops, orphans);
  return tail;
}
