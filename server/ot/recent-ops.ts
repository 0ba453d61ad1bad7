// The end of a document's log in memory: consecutive entries, the newest last. One object belongs to
// one loading of the document; when the document's staged ops are dropped, so is it, and whoever still
// holds it (an op being transformed) sees a consistent past.

import { limits } from '../../core/limits.ts';
import type { LogEntry } from '../store/store.ts';

/** Rough and cheap: it bounds memory, nothing else. */
function estimateBytes(entry: LogEntry): number {
  const parts = (entry.op ?? entry.create?.data) as { insert?: unknown }[] | undefined;
  if (!Array.isArray(parts)) return 256;
  let bytes = 200;
  for (const { insert } of parts) bytes += typeof insert === 'string' ? 64 + insert.length : 128;
  return bytes;
}

export class RecentOps {
  #entries: LogEntry[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #from: number;

  constructor(from: number) {
    this.#from = from;
  }

  /** The oldest version held; the newest is the document's own. */
  get from(): number {
    return this.#from;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(entry: LogEntry): void {
    const size = estimateBytes(entry);
    this.#entries.push(entry);
    this.#sizes.push(size);
    this.#bytes += size;
  }

  /** Entries with from ≤ v < to; `from` must not be older than what is held. */
  slice(from: number, to: number): LogEntry[] {
    return this.#entries.slice(from - this.#from, to - this.#from);
  }

  /** A copy of what is before `to`. */
  until(to: number): RecentOps {
    const copy = new RecentOps(this.#from);
    for (const entry of this.slice(this.#from, to)) copy.push(entry);
    return copy;
  }

  /** Lets go of the oldest until the limits hold, but of nothing at or after `keepFrom` (not durable). */
  trim(keepFrom: number): void {
    // Slack, so that a busy document moves its array once in many ops.
    const over = this.#entries.length - limits.maxRecentOps;
    if (over < limits.maxRecentOps / 4 && this.#bytes <= limits.maxRecentOpBytes) return;
    let drop = Math.max(0, over);
    let bytes = 0;
    for (let i = 0; i < drop; i++) bytes += this.#sizes[i]!;
    while (drop < this.#entries.length && this.#bytes - bytes > limits.maxRecentOpBytes) {
      bytes += this.#sizes[drop++]!;
    }
    const most = Math.max(0, keepFrom - this.#from);
    while (drop > most) bytes -= this.#sizes[--drop]!;
    this.#entries.splice(0, drop);
    this.#sizes.splice(0, drop);
    this.#bytes -= bytes;
    this.#from += drop;
  }
}
