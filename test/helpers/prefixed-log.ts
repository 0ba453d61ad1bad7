// An op log whose documents live under names of their own, so that many can share one store.

import type { OpLog } from '../../server/store/store.ts';

let made = 0;

export function withPrefix(ops: OpLog): OpLog {
  const prefix = `db-${process.pid}-${++made}-`;
  const own = <T extends { collection: string }>(ref: T): T => ({
    ...ref,
    collection: prefix + ref.collection,
  });
  return {
    append: (ref, entry) => ops.append(own(ref), entry),
    read: (ref, from, to) => ops.read(own(ref), from, to),
    version: (ref) => ops.version(own(ref)),
    snapshot: (ref, atMost) => ops.snapshot(own(ref), atMost),
    writeSnapshot: (ref, snapshot, options) => ops.writeSnapshot(own(ref), snapshot, options),
    listSnapshots: (ref) => ops.listSnapshots(own(ref)),
    remove: (ref) => ops.remove(own(ref)),
    list: (after, limit) => ops.list(after, limit),
    grown: (known) => ops.grown(known.map(({ ref, version }) => ({ ref: own(ref), version }))),
  };
}
