// Which versions of a document keep their snapshot for good, so that any version can be made again
// from few ops: every so many ops, and the last of each day. Pure and from the version alone, so that
// nothing need be remembered, and every process and tool means the same versions.

import { limits } from '../../core/limits.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** By count; `length` of the document in characters: a long one, written whole each time, less often. */
export function isMilestone(version: number, length: number): boolean {
  let interval: number = limits.milestoneInterval;
  while (interval < limits.maxMilestoneInterval && interval < length / 1024) interval *= 2;
  return version > 0 && version % interval === 0;
}

/** By time: what is written at `next` comes on another day (UTC) than what was written at `last`. */
export function isLastOfDay(last: number, next: number): boolean {
  return Math.floor(last / DAY_MS) < Math.floor(next / DAY_MS);
}
