// The document on the wire: ShareDB's connection and doc, made to survive what they do not by
// themselves. Creates what is not stored yet, finds acknowledgements and ops that were lost
// (internals.md §2.4), and keeps the last ops for carets. Knows no editor.

import {
  Connection,
  type Doc,
  logger,
  type ShareDbError,
  types,
} from 'sharedb/lib/client/index.js';
import type { DocumentBoot, DocumentCreated } from '../../core/api.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { AppError } from '../../core/errors.ts';
import type { DocumentRef } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { createRichTextType, LazyDelta, richTextUri } from '../../core/rich-text.ts';
import type { DocPort, Submitted } from './binding.ts';
import type { Environment } from './environment.ts';
import { OpHistory } from './op-history.ts';
import type { Refusal } from './refused.ts';
import type { OtSocket } from './socket.ts';

export interface WireDocumentDeps {
  readonly ref: DocumentRef;
  readonly boot: DocumentBoot;
  readonly socket: OtSocket;
  readonly environment: Environment;
  readonly create: () => Promise<DocumentCreated>;
  readonly onOp: (op: Delta, isMine: boolean) => void;
  readonly onLoaded: () => void;
  /** Connected, or ready to take an op for another reason. */
  readonly onReady: () => void;
  /** The document may not be read, or is gone. */
  readonly onDenied: (refusal: Refusal) => void;
  /** It could not be created, and will not be. */
  readonly onNotCreated: (refusal: Refusal) => void;
}

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** The server was not asked, or could not answer; asked again. */
const transient = new Set<string>(['not-now', 'internal', 'too-many-requests']);
const denials = new Set(['no-access', 'not-signed-in', 'document-trashed', 'not-found']);

const silent = () => undefined;

/** One registry for the whole process: where a server runs in it too (tests), its type has the validator. */
function prepareShareDb(): void {
  if (Object.hasOwn(types.map, richTextUri)) return;
  types.register(createRichTextType());
  // What it would print is dealt with here, or holds the text of a document.
  logger.setMethods({ info: silent, warn: silent, error: silent });
}

interface Asked {
  /** The version up to which the log does not have it. */
  readonly from: number;
  readonly src: unknown;
  readonly seq: unknown;
  /** It cannot have been taken: this was its first time, and the server said no. */
  readonly isPlain: boolean;
  found: boolean;
  /** What to do with the answer; null until the document is there again. */
  answer: ((found: boolean) => void) | null;
}

const toDelta = (op: unknown): Delta =>
  op instanceof Delta ? op : new Delta(op as DeltaOp[] as Delta['ops']);

const toRefusal = (error: unknown): Refusal => ({
  code: (error as ShareDbError).code ?? 'internal',
  message: (error as ShareDbError).message ?? '',
});

export class WireDocument implements DocPort {
  readonly connection: Connection;
  readonly history = new OpHistory();
  readonly #deps: WireDocumentDeps;
  readonly #doc: Doc;
  #isHandedOver = false;
  /** Since when the op on its way could have been acknowledged. */
  #sentAt = 0;
  #heardAt = 0;
  /** The op on its way was refused on a line other than its first: has the log had it all the time? */
  #asked: Asked | null = null;
  #creating: Promise<void> | null = null;
  /** The server has it, and its first version is on its way here. */
  #isCreated = false;
  #cancelAckCheck: (() => void) | null = null;
  #cancelVersionCheck: (() => void) | null = null;
  #isClosed = false;

  constructor(deps: WireDocumentDeps) {
    this.#deps = deps;
    const { ref, boot, socket } = deps;
    prepareShareDb();
    this.connection = new Connection(socket);
    // Without listeners these would be thrown. A refused handshake leaves the line useless.
    this.connection.on('error', () => socket.drop());
    this.connection.on('connection error', () => undefined);
    this.connection.on('receive', ({ data }) => this.#record(data));
    this.connection.on('connected', () => this.#connected());
    this.#doc = this.connection.get(ref.collection, ref.id);
    if (boot.version > 0) {
      this.#doc.ingestSnapshot({ v: boot.version, type: richTextUri, data: boot.delta });
    }
    this.#doc.on('op', (op, source) => {
      if (!this.#asked) deps.onOp(toDelta(op), Boolean(source));
    });
    this.#doc.on('create', () => this.#loaded());
    this.#doc.on('load', () => this.#loaded());
    this.#doc.on('del', () => this.#gone());
    this.#doc.on('error', (error) => this.#failed(error));
    this.#subscribe();
    this.#watchVersion();
  }

  /** The acknowledged version; null while there is none. */
  get version(): number | null {
    return this.#doc.version;
  }

  get isStored(): boolean {
    return this.#doc.type !== null;
  }

  data(): LazyDelta | null {
    return this.#doc.type && this.#doc.data instanceof LazyDelta ? this.#doc.data : null;
  }

  canSubmit(): boolean {
    return this.connection.canSend && !this.#isHandedOver && this.data() !== null;
  }

  inFlight(): Delta | null {
    const op = (this.#doc.inflightOp ?? this.#doc.pendingOps[0])?.op;
    return op === undefined ? null : toDelta(op);
  }

  submit(op: Delta, done: (outcome: Submitted) => void): void {
    this.#isHandedOver = true;
    this.#sentAt = this.#deps.environment.now();
    this.#watchAck();
    const end = (outcome: Submitted) => {
      this.#asked = null;
      this.#isHandedOver = false;
      this.#cancelAckCheck?.();
      done(outcome);
    };
    this.#doc.submitOp(op, { source: this }, (error) => {
      if (!error) return end('taken');
      const refusal = toRefusal(error);
      const asked = this.#asked;
      const isGone = this.data() === null;
      if (!asked || asked.isPlain || isGone) {
        end(refusal);
        // The document did not come back with the rollback: why, only the server can say.
        if (isGone) this.#deps.onDenied(refusal);
        return;
      }
      asked.answer = (found) => {
        end(found ? 'late' : refusal);
        if (found && denials.has(refusal.code)) this.#deps.onDenied(refusal);
      };
      this.#askLog();
    });
  }

  /**
   * An op whose acknowledgement was lost is sent again, and may be refused then (the person's role has
   * changed): it is in the document, and must not be called lost. The ops since then tell.
   */
  #askLog(): void {
    const asked = this.#asked;
    if (!asked?.answer || !this.connection.canSend) return;
    const { ref } = this.#deps;
    this.#sentAt = this.#deps.environment.now();
    this.#watchAck();
    this.connection.send({ a: 'f', c: ref.collection, d: ref.id, v: asked.from });
  }

  #subscribe(): void {
    this.#doc.subscribe((error) => {
      if (error) this.#failed(error);
    });
  }

  #fetch(): void {
    this.#doc.fetch((error) => {
      if (error) this.#failed(error);
    });
  }

  #connected(): void {
    this.#deps.socket.ready();
    // ShareDB sends what was on its way again, under its old number; its time begins anew.
    this.#sentAt = this.#deps.environment.now();
    if (this.#isHandedOver) this.#watchAck();
    this.#askLog();
    this.#deps.onReady();
  }

  #loaded(): void {
    // After a rollback the outcome of the op follows; then the data is read anew.
    if (this.#asked) return;
    if (this.#doc.type) this.#deps.onLoaded();
    else if (this.#deps.boot.version > 0) this.#gone();
  }

  #gone(): void {
    this.#deps.onDenied({ code: 'not-found', message: 'This document does not exist any more.' });
  }

  #failed(error: ShareDbError): void {
    if (this.#isClosed) return;
    const refusal = toRefusal(error);
    // The other failures of a read are ShareDB's own; the next check of the version tries again.
    if (denials.has(refusal.code) || this.data() === null) this.#deps.onDenied(refusal);
  }

  /** Before ShareDB sees a message: it transforms ops in place. */
  #record(message: Record<string, unknown>): void {
    const { ref, environment } = this.#deps;
    if (message.c !== ref.collection || message.d !== ref.id) return;
    this.#heardAt = environment.now();
    this.#watchRefusal(message);
    const doc = this.#doc;
    if (message.a !== 'op' || message.error || message.v !== doc.version) return;
    const mine = doc.inflightOp;
    const isMine = mine !== null && message.src === mine.src && message.seq === mine.seq;
    this.history.record(
      message.v as number,
      isMine ? mine.op : message.op,
      message.src as string | undefined,
    );
  }

  #watchRefusal(message: Record<string, unknown>): void {
    const { inflightOp, version } = this.#doc;
    const asked = this.#asked;
    if (asked?.answer) {
      if (message.a === 'op' && message.src === asked.src && message.seq === asked.seq) {
        asked.found = true;
      } else if (message.a === 'f') asked.answer(asked.found);
    } else if (message.a === 'op' && message.error && inflightOp && version !== null) {
      const code = (message.error as { code?: string }).code ?? '';
      const isPlain = !inflightOp.retries && code !== 'internal' && !code.startsWith('ERR_');
      const { src, seq } = inflightOp;
      this.#asked = { from: version, src, seq, isPlain, found: false, answer: null };
    }
  }

  /** An acknowledgement that was lost on a living line is never sent again (sharedb#700): a new line asks. */
  #watchAck(): void {
    const { environment, socket } = this.#deps;
    this.#cancelAckCheck?.();
    const since = Math.max(this.#sentAt, socket.busyUntil);
    const wait = Math.max(0, since + limits.ackTimeoutMs - environment.now());
    this.#cancelAckCheck = environment.after(wait, () => {
      if (!this.#isHandedOver || !this.connection.canSend) return;
      const from = Math.max(this.#sentAt, socket.busyUntil);
      if (environment.now() - from < limits.ackTimeoutMs) this.#watchAck();
      else socket.drop();
    });
  }

  /** A lost publish is seen only when the next op comes; a quiet document asks for what it has missed. */
  #watchVersion(): void {
    const { environment } = this.#deps;
    const wait = Math.max(1_000, this.#heardAt + limits.versionCheckMs - environment.now());
    this.#cancelVersionCheck = environment.after(wait, () => {
      const isQuiet = environment.now() - this.#heardAt >= limits.versionCheckMs;
      if (isQuiet && this.connection.canSend && !this.#doc.hasPending()) {
        if (this.#doc.subscribed) this.#fetch();
        else this.#subscribe();
      }
      this.#watchVersion();
    });
  }

  /** Stores an empty document, unless it is stored already. Resolves when it is. */
  ensureCreated(): Promise<void> {
    if (this.isStored || this.#isCreated || this.#deps.boot.version > 0) return Promise.resolve();
    this.#creating ??= this.#create(FIRST_RETRY_MS).finally(() => {
      this.#creating = null;
    });
    return this.#creating;
  }

  async #create(retryMs: number): Promise<void> {
    const { create, environment, onNotCreated } = this.#deps;
    try {
      await create();
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      // Somebody else was first: just as well.
      if (code !== 'document-exists' && !this.isStored) {
        if (!transient.has(code)) {
          onNotCreated(toRefusal(error));
          throw error;
        }
        await new Promise<void>((resolve) => environment.after(retryMs, resolve));
        if (this.#isClosed || this.isStored) return;
        return this.#create(Math.min(LONGEST_RETRY_MS, retryMs * 2));
      }
    }
    this.#isCreated = true;
    // The subscription tells as well; this is for the one that was not there yet.
    if (!this.isStored && this.connection.canSend) this.#fetch();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelAckCheck?.();
    this.#cancelVersionCheck?.();
  }
}
