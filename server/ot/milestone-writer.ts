// Keeps the milestones of one document that is being edited: written behind, one after the other, never
// in the way of an op. One that cannot be written is left out: its versions take longer to make again.

import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { LazyDelta } from '../../core/rich-text.ts';
import type { Log } from '../log.ts';
import { isLastOfDay, isMilestone } from '../store/milestones.ts';
import type { OpLog } from '../store/store.ts';
import { type DocumentState, toStored } from './document-state.ts';

export class MilestoneWriter {
  readonly #ref: DocumentRef;
  readonly #ops: OpLog;
  readonly #log: Log;
  readonly #waiting: DocumentState[] = [];
  #writing: Promise<void> | null = null;

  constructor(ref: DocumentRef, ops: OpLog, log: Log) {
    this.#ref = ref;
    this.#ops = ops;
    this.#log = log;
  }

  /** Null when nothing is under way. */
  get writing(): Promise<void> | null {
    return this.#writing;
  }

  /** The op that led from `before` to `after` became durable; it was made at `ts`. */
  passed(before: DocumentState, after: DocumentState, ts: number): void {
    const last = before.m?.mtime;
    if (typeof last === 'number' && isLastOfDay(last, ts)) this.#keep(before);
    if (after.data instanceof LazyDelta && isMilestone(after.v, after.data.length())) {
      this.#keep(after);
    }
  }

  #keep(state: DocumentState): void {
    if (state.type === null || this.#waiting.length >= limits.maxWaitingMilestones) return;
    this.#waiting.push(state);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  async #write(): Promise<void> {
    for (let state = this.#waiting[0]; state; state = this.#waiting[0]) {
      try {
        await this.#ops.writeSnapshot(this.#ref, toStored(state), { milestone: true });
      } catch (error) {
        this.#log.warn({ err: error, v: state.v }, 'A milestone was not written');
      }
      this.#waiting.shift();
    }
  }
}
