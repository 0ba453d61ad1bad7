// A line between a browser and the server that a test can cut, hold and mend: what a bad network does
// to sockets that are open already, which a browser's own offline switch leaves alone.

import { connect, createServer, type Server, type Socket } from 'node:net';

export class TcpLine {
  #server: Server | null = null;
  readonly #pairs = new Set<{ near: Socket; far: Socket }>();
  #state: 'open' | 'held' | 'cut' = 'open';
  #target: () => number;
  port = 0;

  private constructor(target: () => number) {
    this.#target = target;
  }

  /** `target` is asked at each connection: the server may come back elsewhere. */
  static async open(target: () => number): Promise<TcpLine> {
    const line = new TcpLine(target);
    await line.#listen();
    return line;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Every connection breaks at once, and new ones are refused. */
  async cut(): Promise<void> {
    this.#state = 'cut';
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    await this.#unlisten();
  }

  /** Nothing breaks, but nothing arrives any more: what a sleeping router or a lost Wi-Fi looks like. */
  hold(): void {
    this.#state = 'held';
    for (const { near, far } of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  async mend(): Promise<void> {
    const before = this.#state;
    this.#state = 'open';
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
    if (before === 'cut') await this.#listen();
  }

  async close(): Promise<void> {
    if (this.#state !== 'cut') await this.cut();
  }

  #listen(): Promise<void> {
    const server = createServer((near) => this.#join(near));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => {
        this.port = (server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  #unlisten(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    return new Promise((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  #join(near: Socket): void {
    const far = connect(this.#target(), '127.0.0.1');
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    if (this.#state === 'held') {
      near.pause();
      far.pause();
    }
  }
}
