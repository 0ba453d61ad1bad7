// Versions of a document as they were: which there are, what one of them said, and who wrote it when.
// Made from the nearest kept snapshot and the ops behind it, few at a time. Whoever calls has a grant.

import type { DocumentVersion, PersonSummary, VersionInfo, VersionList } from '../../core/api.ts';
import type { DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Grant } from '../access/access.ts';
import type { Log } from '../log.ts';
import { type Replayed, replayTo } from '../store/replay.ts';
import type { LogEntry, OpLog } from '../store/store.ts';

export interface Versions {
  /** AppError `not-found`, `not-now` when too many ask at once. */
  read(grant: Grant<'read'>, version: number): Promise<DocumentVersion>;
  /** The version that was the newest at `at`, in epoch ms. Rejects like `read`. */
  readAt(grant: Grant<'read'>, at: number): Promise<DocumentVersion>;
  /** Newest first, from below `before` (null: the newest); `kept`: those alone whose snapshot is kept. */
  list(
    grant: Grant<'read'>,
    options: { before: number | null; kept: boolean },
  ): Promise<VersionList>;
}

export interface VersionsDeps {
  ops: OpLog;
  people(ids: readonly string[]): Promise<Map<string, PersonSummary>>;
  log: Log;
}

/** Lets `most` run at once, and so many wait for them. */
function createGate(most: number, maxWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= most) {
      if (waiting.length >= maxWaiting) {
        throw new AppError('not-now', 'Too many old versions are asked for at the moment.');
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

const missing = () => new AppError('not-found', 'The document has no such version.');

export function createVersions({ ops, people, log }: VersionsDeps): Versions {
  const gate = createGate(limits.maxVersionReads, limits.maxWaitingVersionReads);

  /** The entry that made a version. */
  const entryOf = async (ref: DocumentRef, version: number): Promise<LogEntry | null> =>
    (await ops.read(ref, version - 1, version))[0] ?? null;

  const timeOf = (entry: LogEntry | null) => entry?.m?.ts ?? 0;

  /** What only an older log lacks is made up for. Below the newest snapshot, which alone has all of `m`. */
  const keepIn = (ref: DocumentRef) => async (milestone: Replayed) => {
    const { v, type, data } = milestone;
    try {
      const newest = (await ops.listSnapshots(ref)).at(-1);
      if (!newest || newest.v <= v) return;
      const m = { mtime: timeOf(await entryOf(ref, v)) };
      await ops.writeSnapshot(ref, { v, type, data: data?.toJSON(), m }, { milestone: true });
    } catch (error) {
      log.warn({ err: error }, 'A milestone was not kept');
    }
  };

  async function info(
    entries: readonly LogEntry[],
    kept: (version: number) => boolean,
  ): Promise<VersionInfo[]> {
    const ids = new Set(entries.flatMap(({ m }) => (m?.uid === undefined ? [] : [m.uid])));
    const known = ids.size > 0 ? await people([...ids]) : new Map<string, PersonSummary>();
    return entries.map((entry) => ({
      version: entry.v + 1,
      at: timeOf(entry),
      author: (entry.m?.uid !== undefined && known.get(entry.m.uid)) || null,
      via: entry.m?.via ?? null,
      kept: kept(entry.v + 1),
    }));
  }

  const keptOf = async (ref: DocumentRef) =>
    (await ops.listSnapshots(ref)).filter(({ milestone }) => milestone).map(({ v }) => v);

  async function read({ document: ref }: Grant<'read'>, version: number): Promise<DocumentVersion> {
    const entry = version > 0 ? await entryOf(ref, version) : null;
    if (!entry) throw missing();
    const found = await gate(() => replayTo(ops, ref, version, keepIn(ref)));
    if (!found?.data) throw missing();
    const kept = new Set(await keptOf(ref));
    const [facts] = await info([entry], (v) => kept.has(v));
    const { collection, id } = ref;
    return { collection, id, ...facts!, delta: found.data.ops as DeltaOp[] };
  }

  return {
    read,

    async readAt(grant, at) {
      const ref = grant.document;
      // Times grow with versions, but for clocks of several servers that differ a little.
      let low = 0;
      let high = await ops.version(ref);
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (timeOf(await entryOf(ref, middle)) <= at) low = middle;
        else high = middle - 1;
      }
      return read(grant, low);
    },

    async list({ document: ref }, { before, kept }) {
      const end = await ops.version(ref);
      const below = Math.min(before ?? end + 1, end + 1);
      const milestones = await keptOf(ref);
      if (kept) {
        const wanted = milestones.filter((v) => v < below);
        const page = wanted.slice(-limits.pageSize).reverse();
        const entries = await Promise.all(page.map((v) => entryOf(ref, v)));
        const versions = await info(
          entries.filter((entry) => entry !== null),
          () => true,
        );
        return page.length < wanted.length ? { versions, next: page.at(-1)! } : { versions };
      }
      const from = Math.max(0, below - 1 - limits.pageSize);
      const entries = await ops.read(ref, from, Math.max(from, below - 1));
      const isKept = new Set(milestones);
      const versions = await info(entries.reverse(), (v) => isKept.has(v));
      return from > 0 ? { versions, next: from + 1 } : { versions };
    },
  };
}
