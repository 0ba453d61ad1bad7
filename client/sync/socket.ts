// One WebSocket that comes back by itself, in the form ShareDB's Connection wants. Splits frames that
// carry several messages, hands our own notices over, tries again with growing delays and full jitter
// (at once when the browser is online again or the tab is seen), and finds a half-open line by asking.

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { limits } from '../../core/limits.ts';
import {
  type CloseReason,
  closeCodes,
  closeReason,
  isServerNotice,
  type ServerNotice,
  subprotocol,
} from '../../core/protocol.ts';
import type { Environment } from './environment.ts';

/** What is used of a WebSocket. */
export interface Wire {
  /** As a WebSocket's; absent: open until it says otherwise. */
  readonly readyState?: number;
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
}

/** May throw: a browser does for an address it will not open. */
export type OpenWire = () => Wire;

export const webSocket =
  (url: string): OpenWire =>
  () =>
    // Its handlers take more than what is used here, which is all the compiler minds.
    new WebSocket(url, [subprotocol]) as unknown as Wire;

export type LineState =
  | { kind: 'open' }
  | { kind: 'connecting' }
  /** `reason`: what the server said when it closed the last one; null when it said nothing. */
  | { kind: 'waiting'; nextTryAt: number; reason: CloseReason | null }
  /** It will not come back by itself. */
  | { kind: 'stopped'; reason: CloseReason | 'closed' };

export interface OtSocketDeps {
  readonly open: OpenWire;
  readonly environment: Environment;
  readonly onNotice: (notice: ServerNotice) => void;
}

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** A line that lived this long counts as one: the next failure begins with short delays again. */
const STABLE_MS = 5_000;
/** A timer this late means that the tab slept: what has come meanwhile is still to be read. */
const SLEPT_MS = 1_500;
/** Below this a line is too slow to write with; a large op gets the time it takes to send. */
const SLOWEST_BYTES_PER_MS = 16;
const LARGE_CHARS = 32 * 1024;

export class OtSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((reason?: unknown) => void) | null = null;
  onerror: ((error?: unknown) => void) | null = null;
  readyState = CONNECTING;

  readonly #deps: OtSocketDeps;
  readonly #line = signal<LineState>({ kind: 'connecting' });
  #wire: Wire | null = null;
  /** What the delay grows with: failures since the last stable line. */
  #failures = 0;
  #vain = 0;
  #readyAt: number | null = null;
  #heardAt = 0;
  #askedAt: number | null = null;
  #busyUntil = 0;
  #cancelRetry: (() => void) | null = null;
  #cancelDeadline: (() => void) | null = null;
  #cancelHeartbeat: (() => void) | null = null;
  readonly #ends: (() => void)[];

  constructor(deps: OtSocketDeps) {
    this.#deps = deps;
    const { environment } = deps;
    this.#ends = [
      environment.onOnline((online) => {
        // Whatever line there was belongs to a network that is gone.
        if (online) this.tryNow();
        else this.drop();
      }),
      environment.onVisible((visible) => {
        if (visible) this.tryNow();
      }),
    ];
    this.#connect();
  }

  get line(): ReadonlySignal<LineState> {
    return this.#line;
  }

  /** Attempts that failed one after the other, without any line between. */
  get failures(): number {
    return this.#vain;
  }

  /** Until when a large message may still be on its way, at the slowest. */
  get busyUntil(): number {
    return this.#busyUntil;
  }

  send(text: string): void {
    if (this.readyState !== OPEN) return;
    // It is closing and has not said so yet: what is sent now is lost, and the browser complains.
    if ((this.#wire?.readyState ?? OPEN) !== OPEN) return;
    if (text.length > LARGE_CHARS) {
      const start = Math.max(this.#deps.environment.now(), this.#busyUntil);
      this.#busyUntil = start + text.length / SLOWEST_BYTES_PER_MS;
    }
    this.#wire?.send(text);
  }

  /** For good. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#cancelRetry?.();
    this.#line.value = { kind: 'stopped', reason: 'closed' };
    this.#lose();
  }

  /** The handshake is through: from now on the line counts as one. */
  ready(): void {
    this.#cancelDeadline?.();
    this.#readyAt = this.#deps.environment.now();
    this.#vain = 0;
  }

  /** Gives the line up, and tries again. */
  drop(): void {
    if (this.#wire) this.#lost(null);
  }

  /** Gives the line up, and tries again at once. */
  reconnect(): void {
    this.drop();
    this.tryNow();
  }

  /** Tries now what waits; asks the other side when there is a line. */
  tryNow(): void {
    const { kind } = this.#line.peek();
    if (kind === 'open') this.#ask();
    if (kind === 'connecting' || kind === 'open' || this.#isFinal()) return;
    this.#failures = 0;
    this.#connect();
  }

  #isFinal(): boolean {
    const line = this.#line.peek();
    return line.kind === 'stopped' && line.reason !== 'not-signed-in';
  }

  #connect(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#line.value = { kind: 'connecting' };
    this.readyState = CONNECTING;
    this.#readyAt = null;
    let wire: Wire;
    try {
      wire = this.#deps.open();
    } catch (error) {
      this.onerror?.(error);
      this.#lost(null);
      return;
    }
    this.#wire = wire;
    wire.onopen = () => this.#opened();
    wire.onmessage = ({ data }) => this.#receive(data);
    wire.onclose = ({ code }) => this.#lost(code);
    wire.onerror = () => this.onerror?.();
    this.#cancelDeadline = this.#deps.environment.after(limits.handshakeMs, () => this.drop());
  }

  #opened(): void {
    this.readyState = OPEN;
    this.#line.value = { kind: 'open' };
    this.#heard();
    this.#busyUntil = 0;
    this.#beat();
    this.onopen?.();
  }

  #heard(): void {
    this.#heardAt = this.#deps.environment.now();
    this.#askedAt = null;
  }

  #receive(data: unknown): void {
    this.#heard();
    let frame: unknown;
    try {
      frame = JSON.parse(String(data));
    } catch {
      // Not our server's words: a proxy's, or a cut frame. The next line will tell.
      this.drop();
      return;
    }
    const wire = this.#wire;
    for (const message of Array.isArray(frame) ? frame : [frame]) {
      if (this.#wire !== wire) return;
      if (isServerNotice(message)) this.#deps.onNotice(message);
      else this.onmessage?.({ data: message });
    }
  }

  /** Asks whether anybody is there; silence ends the line. */
  #ask(): void {
    if (this.readyState !== OPEN) return;
    this.#askedAt = this.#deps.environment.now();
    this.send('{"a":"pp"}');
    this.#beat();
  }

  /** Waits for the moment when something must be done about silence. */
  #beat(): void {
    this.#cancelHeartbeat?.();
    const { environment } = this.#deps;
    const quietSince = Math.max(this.#heardAt, this.#busyUntil);
    const at =
      this.#askedAt === null
        ? quietSince + limits.heartbeatIdleMs
        : Math.max(this.#askedAt, this.#busyUntil) + limits.heartbeatTimeoutMs;
    this.#cancelHeartbeat = environment.after(Math.max(0, at - environment.now()), () => {
      this.#checkSilence(at);
    });
  }

  #checkSilence(due: number): void {
    const now = this.#deps.environment.now();
    const quiet = now - Math.max(this.#heardAt, this.#busyUntil);
    if (this.#askedAt === null) {
      if (quiet >= limits.heartbeatIdleMs) this.#ask();
      else this.#beat();
      return;
    }
    const waited = now - Math.max(this.#askedAt, this.#busyUntil);
    if (waited < limits.heartbeatTimeoutMs) this.#beat();
    else if (now - due > SLEPT_MS) this.#ask();
    else this.drop();
  }

  /** `code`: the close frame's, or null when this side gave up. */
  #lost(code: number | null): void {
    const reason = code === null ? null : closeReason(code);
    const { environment } = this.#deps;
    const now = environment.now();
    if (this.#readyAt === null) this.#vain++;
    else if (now - this.#readyAt >= STABLE_MS) this.#failures = 0;
    if (reason && !closeCodes[reason].retry) {
      this.#line.value = { kind: 'stopped', reason };
    } else {
      // Everybody was sent away at once, or came too fast: spread wider from the start.
      const isForAll = reason === 'restart' || reason === 'not-now' || reason === 'too-many';
      if (isForAll) this.#failures = Math.max(2, this.#failures);
      const most = Math.min(limits.reconnectMaxMs, limits.reconnectMinMs * 2 ** this.#failures);
      const delay = environment.random() * most;
      this.#failures++;
      this.#line.value = { kind: 'waiting', nextTryAt: now + delay, reason };
      this.#cancelRetry = environment.after(delay, () => this.#connect());
    }
    this.#lose();
  }

  #lose(): void {
    this.#cancelDeadline?.();
    this.#cancelHeartbeat?.();
    const wire = this.#wire;
    this.#wire = null;
    const wasClosed = this.readyState === CLOSED;
    this.readyState = CLOSED;
    if (wire) {
      wire.onopen = wire.onmessage = wire.onclose = wire.onerror = null;
      wire.close();
    }
    if (!wasClosed) this.onclose?.();
  }
}
