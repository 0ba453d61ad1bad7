// A WebSocket as a stream of message objects. What it adds to @teamwork/websocket-json-stream, which
// any client could use to end the process or fill its memory: nothing a client sends is an error here,
// it ends that one connection; nesting, kind and rate of messages are bounded, and so is what waits to
// be sent. Several messages to our own client share a frame, and an op is made into JSON and into a
// frame once for all.

import type { Duplex } from 'node:stream';
import WebSocketJSONStream from '@teamwork/websocket-json-stream';
import type { WebSocket } from 'ws';
import { limits } from '../../core/limits.ts';
import { type CloseReason, closeCodes } from '../../core/protocol.ts';
import type { Clock } from '../clock.ts';
import { batchFrames, textFrameOf } from './frames.ts';
import { messageText, parseFrame } from './message-text.ts';
import type { Outbox, Sender } from './outbox.ts';
import { snapshotParts } from './snapshot-text.ts';

/** What the other end of the stream may rely on. */
export interface SocketStream extends Duplex {
  /** Ends the connection with a close code, and at once for this side. */
  closeWith(reason: CloseReason): void;
  /** Nothing is read from the other side until `release`, once for each `hold`. */
  hold(): void;
  release(): void;
  /** Like `write`, of what goes to many: under load it may wait a few milliseconds for more. */
  tell(message: Record<string, unknown>): void;
}

export interface OtStreamOptions {
  /** The line under the WebSocket: frames are written there, made once for all who get them. */
  readonly line: Duplex;
  readonly outbox: Outbox;
  readonly clock: Clock;
  /** Our own client is at the other end: it takes several messages in one frame. */
  readonly batches: boolean;
  readonly rateLimits: boolean;
  /** Called once, when this side ends the connection. */
  readonly onCut?: (reason: CloseReason) => void;
}

/** A message of this size counts as one more. */
const MESSAGE_BYTES = 16 * 1024;

export class OtStream extends WebSocketJSONStream implements SocketStream, Sender {
  readonly #options: OtStreamOptions;
  #heardAt: number;
  #batch: string[] = [];
  #batchBytes = 0;
  /** The largest message among what waits to be read by the other side. */
  #largest = 0;
  #isWaiting = false;
  #isUrgent = false;
  #holds = 0;
  #isCut = false;
  #tokens: number = limits.messageBurst;
  #tokensAt: number;
  #cancelTerminate: () => void = () => undefined;

  constructor(ws: WebSocket, options: OtStreamOptions) {
    super(ws);
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#tokensAt = this.#heardAt;
    // In place of the base's own, which parses whatever comes and fails loudly.
    ws.removeAllListeners('message');
    ws.on('message', (frame: Buffer, isBinary: boolean) => this.#receive(frame, isBinary));
    ws.on('pong', () => this.#heard());
    ws.on('ping', () => this.#heard());
    // Invalid frames and lost lines; `close` follows. Without listeners they would end the process.
    ws.on('error', () => undefined);
    this.on('error', () => undefined);
    ws.on('close', () => this.#cancelTerminate());
  }

  /** When the other side last gave a sign of life. */
  get heardAt(): number {
    return this.#heardAt;
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  #receive(frame: Buffer, isBinary: boolean): void {
    if (this.#isCut) return;
    this.#heard();
    const message = isBinary ? null : parseFrame(frame);
    if (message === null) {
      this.closeWith('bad-message');
      return;
    }
    if (this.#options.rateLimits) this.#spend(1 + Math.floor(frame.length / MESSAGE_BYTES));
    this.push(message);
  }

  /** Who sends faster than that is read slower; nothing is refused. */
  #spend(cost: number): void {
    const { clock } = this.#options;
    const now = clock.now();
    const earned = ((now - this.#tokensAt) / 1000) * limits.messagesPerSecond;
    this.#tokens = Math.min(limits.messageBurst, this.#tokens + earned) - cost;
    this.#tokensAt = now;
    if (this.#tokens >= 0) return;
    this.hold();
    clock.after((-this.#tokens / limits.messagesPerSecond) * 1000, () => this.release());
  }

  hold(): void {
    if (this.#holds++ === 0) this.ws.pause();
  }

  release(): void {
    if (--this.#holds === 0) this.ws.resume();
  }

  override _write(message: Record<string, unknown>, _encoding: string, done: () => void): void {
    // At once: what waits is bounded below, and the writer would not wait anyway.
    done();
    this.#isUrgent = true;
    this.#put(message);
  }

  tell(message: Record<string, unknown>): void {
    this.#put(message);
  }

  #put(message: Record<string, unknown>): void {
    if (this.#isCut || this.ws.readyState !== this.ws.OPEN) return;
    const waiting = this.ws.bufferedAmount + this.#batchBytes;
    if (waiting === 0) this.#largest = 0;
    // Who is being sent a document of 10 MB is not slow for that.
    if (waiting - this.#largest > limits.maxSocketBacklogBytes) {
      this.closeWith('too-slow');
      return;
    }
    const parts = snapshotParts(message);
    if (parts !== null) this.#sendDocument(parts);
    else this.#gather(messageText(message));
  }

  #sendDocument(parts: readonly Buffer[]): void {
    this.#flush();
    const { line } = this.#options;
    line.cork();
    for (const part of textFrameOf(parts)) {
      this.#largest = Math.max(this.#largest, part.length);
      line.write(part);
    }
    line.uncork();
  }

  #gather(text: string): void {
    if (this.#batchBytes + text.length > limits.batchFrameBytes) this.#flush();
    this.#largest = Math.max(this.#largest, text.length);
    this.#batch.push(text);
    this.#batchBytes += text.length;
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#options.outbox.add(this);
    } else if (this.#isUrgent) this.#options.outbox.wake();
  }

  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Called by the outbox. */
  send(): void {
    this.#isWaiting = false;
    this.#isUrgent = false;
    this.#flush();
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.length === 0 || this.ws.readyState !== this.ws.OPEN) return;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#options.line.write(batchFrames(batch, this.#options.batches));
  }

  closeWith(reason: CloseReason): void {
    if (this.#isCut) return;
    if (reason !== 'too-slow') this.#flush();
    this.#isCut = true;
    this.ws.close(closeCodes[reason].code, reason);
    this.#options.onCut?.(reason);
    // A paused socket would never read the other side's close frame.
    if (this.#holds > 0) this.ws.resume();
    // Whoever listens is done with it now, not when the other side has answered.
    this.push(null);
    const { clock } = this.#options;
    this.#cancelTerminate = clock.after(limits.closeGraceMs, () => this.ws.terminate());
  }
}
