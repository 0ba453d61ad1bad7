// A socket that a test drives message by message: what a client that is not ShareDB's might do.

import type { WebSocket } from 'ws';
import { until } from './until.ts';

export type Message = Record<string, unknown> & { error?: { code: string; message: string } };

export class RawSocket {
  readonly socket: WebSocket;
  /** Messages in the order they came; those that shared a frame one after the other. */
  readonly messages: Message[] = [];
  /** Frames as they came. */
  readonly frames: string[] = [];
  closeCode: number | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      this.frames.push(text);
      const value = JSON.parse(text) as Message | Message[];
      this.messages.push(...(Array.isArray(value) ? value : [value]));
    });
    socket.on('close', (code) => {
      this.closeCode = code;
    });
  }

  /** The id the server gave, once it has said hello. */
  get id(): string {
    return this.messages.find(({ a }) => a === 'init')?.id as string;
  }

  async opened(): Promise<this> {
    await until('the first message', () => this.id !== undefined);
    return this;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message that matches, now or within the deadline. */
  async got(what: string, matches: (message: Message) => boolean): Promise<Message> {
    await until(what, () => this.messages.some(matches) || (this.closeCode !== null && 'closed'));
    const found = this.messages.find(matches);
    if (!found) throw new Error(`${what}: closed with ${this.closeCode} instead`);
    return found;
  }

  /** Sends and resolves with the reply to it: the next message with that action. */
  async ask(message: Message): Promise<Message> {
    const from = this.messages.length;
    this.send(message);
    const isReply = (reply: Message) =>
      reply.a === message.a && this.messages.indexOf(reply) >= from;
    return this.got(`a reply to ${JSON.stringify(message).slice(0, 80)}`, isReply);
  }

  async closed(): Promise<number> {
    await until('the socket is closed', () => this.closeCode !== null);
    return this.closeCode!;
  }
}
