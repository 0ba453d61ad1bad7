// The order in which ops of one document are read, transformed and staged: one after the other, so that
// no op is transformed in vain (internals.md §2.2). The turn ends when the op is staged, not when it is
// durable, so that the ops behind it share its commit.

import type { Next, Op, SubmitRequest } from 'sharedb';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { LiveDocument } from './live-document.ts';
import type { LiveDocuments } from './live-documents.ts';
import type { Turns } from './turns.ts';

interface Submission {
  readonly request: SubmitRequest;
  readonly turns: Turns;
  /** As it was submitted: ShareDB transforms an op in place. */
  readonly original: { readonly op: unknown; readonly v: number | null | undefined };
  hasTurn: boolean;
  duplicates: number;
}

export class SubmitQueue {
  readonly #submissions = new WeakMap<Op, Submission>();
  readonly #live: LiveDocuments;

  constructor(live: LiveDocuments) {
    this.#live = live;
  }

  /** Middleware `submit`, after every check that needs no document. */
  enter(request: SubmitRequest, next: Next): void {
    const { op } = request;
    const document = this.#live.open({
      collection: request.collection,
      id: request.id,
    } as DocumentRef);
    const submission: Submission = {
      request,
      turns: document.turns,
      original: { op: op.op, v: op.v },
      hasTurn: false,
      duplicates: 0,
    };
    this.#submissions.set(op, submission);
    this.#takeTurn(submission, () => {
      // The same op again, while the first one waits for its commit: ShareDB would find it and say
      // "already submitted" before it is durable. If the first is lost, this one takes its place.
      const first = op.src === undefined ? null : document.settledOp(op.src, op.seq!);
      const go = () => this.#catchUp(document, op, next);
      if (first === null) go();
      else void first.then(go);
    });
  }

  /**
   * A client that was at another process a moment ago may know more of the log than this one: ShareDB
   * would refuse its op as made on a version that does not exist.
   */
  #catchUp(document: LiveDocument, op: Op, next: Next): void {
    const known = document.loaded?.newest.v ?? -1;
    if (!this.#live.isShared || typeof op.v !== 'number' || op.v <= known) next();
    else document.refresh().then(() => next(), next);
  }

  #takeTurn(submission: Submission, go: () => void): void {
    submission.turns.take(() => {
      submission.hasTurn = true;
      go();
    });
  }

  /** The op is staged, or its request has ended. */
  leave(op: Op): void {
    const submission = this.#submissions.get(op);
    if (!submission?.hasTurn) return;
    submission.hasTurn = false;
    submission.turns.give();
  }

  /**
   * The versions this op was transformed against were lost: puts it back as it was submitted and calls
   * `retry` when it is its turn. False: it was tried too often, or did not come through here.
   */
  restart(op: Op, retry: () => void): boolean {
    const submission = this.#submissions.get(op);
    if (!submission || submission.request.retries >= limits.maxSubmitRetries) return false;
    op.op = submission.original.op;
    if (submission.original.op === undefined) delete op.op;
    op.v = submission.original.v as number;
    submission.request.ops = [];
    if (submission.hasTurn) retry();
    else this.#takeTurn(submission, retry);
    return true;
  }

  /** How often the log has said that it has this op already, this time included. */
  countDuplicate(op: Op): number {
    const submission = this.#submissions.get(op);
    return submission ? ++submission.duplicates : Number.POSITIVE_INFINITY;
  }
}
