// Clients that only speak the wire: they read every frame and know the version, and keep no document,
// so that the server is what is measured. They may, because the load only inserts and formats at
// places that exist in every version.

import { WebSocket } from 'ws';
import type { DeltaOp } from '../../core/delta.ts';
import { richTextUri } from '../../core/rich-text.ts';

export interface OpsClient {
  /** Resolves when the document is here. */
  readonly ready: Promise<void>;
  /** Resolves when the server has acknowledged it; one at a time is on its way. */
  submit(op: DeltaOp[]): Promise<void>;
  /** Calls back with each op of somebody else. */
  onRemote(call: (op: readonly DeltaOp[]) => void): void;
  bytesRead(): number;
  close(): void;
}

interface Message {
  a?: string;
  v?: number;
  src?: string;
  id?: string;
  op?: DeltaOp[] | { ops: DeltaOp[] };
  data?: { v: number };
  error?: { message: string };
}

interface Waiting {
  readonly change: object;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface Address {
  readonly url: string;
  readonly document: string;
  readonly cookie?: string;
  /** Asked for as our own client does: several messages may share a frame. */
  readonly subprotocol?: string;
}

const opsOf = (op: Message['op']): readonly DeltaOp[] => (Array.isArray(op) ? op : (op?.ops ?? []));

abstract class WireClient implements OpsClient {
  readonly ready: Promise<void>;
  protected readonly ws: WebSocket;
  protected readonly document: string;
  protected opened!: () => void;
  protected failed!: (error: Error) => void;
  protected source: string | null = null;
  protected version = 0;
  protected remote: ((op: readonly DeltaOp[]) => void) | null = null;
  #seq = 0;
  #sent: Waiting | null = null;
  readonly #queue: Waiting[] = [];

  constructor({ url, document, cookie, subprotocol }: Address) {
    this.document = document;
    this.ready = new Promise((resolve, reject) => {
      this.opened = resolve;
      this.failed = reject;
    });
    this.ws = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], {
      perMessageDeflate: false,
      ...(cookie === undefined ? {} : { headers: { cookie } }),
    });
    this.ws.on('error', this.failed);
    this.ws.on('close', (code, reason) => {
      const gone = new Error(`The server closed the line: ${code} ${reason.toString()}`);
      this.failed(gone);
      for (const waiting of [this.#sent, ...this.#queue]) waiting?.reject(gone);
    });
    this.ws.on('message', (data: Buffer) => {
      const read: Message | Message[] = JSON.parse(data.toString());
      if (Array.isArray(read)) for (const message of read) this.receive(message);
      else this.receive(read);
    });
  }

  protected abstract receive(message: Message): void;

  submit(op: DeltaOp[]): Promise<void> {
    return this.request({ op });
  }

  protected request(change: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ change, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    const next = this.#sent ? undefined : this.#queue.shift();
    if (!next) return;
    this.#sent = next;
    const { version: v, document: d } = this;
    this.send({ a: 'op', c: 'docs', d, v, seq: ++this.#seq, x: {}, ...next.change });
  }

  protected acknowledged(error?: string): void {
    const sent = this.#sent;
    this.#sent = null;
    if (error === undefined) sent?.resolve();
    else sent?.reject(new Error(error));
    this.#pump();
  }

  protected send(message: object): void {
    this.ws.send(JSON.stringify(message));
  }

  onRemote(call: (op: readonly DeltaOp[]) => void): void {
    this.remote = call;
  }

  bytesRead(): number {
    return (this.ws as unknown as { _socket?: { bytesRead: number } })._socket?.bytesRead ?? 0;
  }

  close(): void {
    // `receive` may still be called for what is on its way; nobody waits for it.
    this.ws.close();
  }
}

/** ShareDB's protocol: ours and the stock server's. */
export class ShareDbClient extends WireClient {
  protected override receive(message: Message): void {
    const { a, v = 0, src, op, data, error } = message;
    if (a === 'op') {
      const isNew = v >= this.version;
      if (isNew && error === undefined) this.version = v + 1;
      if (error !== undefined) this.acknowledged(error.message);
      else if (src === this.source) this.acknowledged();
      // A late author is sent what it missed with its acknowledgement, and may have it already.
      else if (isNew) this.remote?.(opsOf(op));
    } else if (a === 'init') {
      this.send({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 });
    } else if (a === 'hs') {
      this.source = message.id ?? null;
      this.send({ a: 's', c: 'docs', d: this.document, v: null });
    } else if (a === 's') {
      if (data === undefined) this.failed(new Error(error?.message ?? 'Nothing there'));
      else {
        this.version = data.v;
        this.opened();
      }
    }
  }

  create(ops: readonly DeltaOp[]): Promise<void> {
    return this.request({ create: { type: richTextUri, data: { ops } } });
  }
}

/** The echo's own few messages: everybody gets everything, the author's own is its acknowledgement. */
export class EchoClient extends WireClient {
  protected override receive({ a, id, src, op }: Message): void {
    if (a === 's') {
      this.source = id ?? null;
      this.opened();
    } else if (src === this.source) this.acknowledged();
    else this.remote?.(opsOf(op));
  }

  create(ops: readonly DeltaOp[]): Promise<void> {
    return this.submit([...ops]);
  }
}
