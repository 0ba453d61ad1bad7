// Where the hostile corpus happens: a built server, Eve who attacks it, Ada whose document is nobody
// else's, and somebody on a third document who must not notice.

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Person } from '../app.ts';
import type { BuiltApp } from '../built-app.ts';
import { RawSocket } from '../raw-socket.ts';
import { until } from '../until.ts';

export interface Address {
  readonly collection: string;
  readonly id: string;
}

/** One thing that a client of ours would never do. `run` throws when the server let it through. */
export interface HostileCase {
  readonly name: string;
  run(world: World): Promise<void>;
}

/** Words of Ada's document: nowhere may Eve read them. */
export const secretWord = 'albatross';

export class World {
  readonly app: BuiltApp;
  readonly eve: Person;
  readonly ada: Person;
  /** Eve's own: “hello\n”. */
  readonly own: Address;
  /** Ada's, restricted to her. */
  readonly theirs: Address;

  private constructor(app: BuiltApp, eve: Person, ada: Person, own: Address, theirs: Address) {
    this.app = app;
    this.eve = eve;
    this.ada = ada;
    this.own = own;
    this.theirs = theirs;
  }

  static async make(app: BuiltApp): Promise<World> {
    const [eve, ada] = [new Person(app.url), new Person(app.url)];
    for (const [person, name] of [
      [eve, 'Eve'],
      [ada, 'Ada'],
    ] as const) {
      assert.equal((await person.post('/api/v1/session', { name })).status, 201);
    }
    const own = await eve.makes({ text: 'hello\n' });
    const theirs = await ada.makes({ title: secretWord, text: `${secretWord}\n` });
    const world = new World(app, eve, ada, own, theirs);
    const closed = await ada.ask('PUT', `${world.path(theirs)}/access`, { body: { link: 'none' } });
    assert.equal(closed.status, 200, closed.text);
    return world;
  }

  path = ({ collection, id }: Address): string => `/api/v1/documents/${collection}/${id}`;

  get socketUrl(): string {
    return `${this.app.url.replace('http', 'ws')}/sync`;
  }

  /** An op socket as a stock client opens it, not open yet. */
  open(person: Person = this.eve): RawSocket {
    const ws = new WebSocket(this.socketUrl, { headers: { cookie: person.cookie } });
    ws.on('error', () => undefined);
    return new RawSocket(ws);
  }

  socket = (person?: Person): Promise<RawSocket> => this.open(person).opened();

  /** Bytes on a line of their own; what came back until the server closed it or a line was complete. */
  async bytes(sent: string | Buffer, isDone: (text: string) => boolean = isHead): Promise<string> {
    const line: Socket = connect(this.app.port, '127.0.0.1');
    line.on('error', () => undefined);
    let text = '';
    let closed = false;
    line.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    line.on('close', () => {
      closed = true;
    });
    line.write(sent);
    try {
      await until('an answer', () => closed || isDone(text));
      return text;
    } finally {
      line.destroy();
    }
  }

  /** A request with its target as it is: `fetch` would tidy it up. */
  async request(method: string, target: string, headers: readonly string[] = []): Promise<string> {
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
    return this.bytes(`${[...lines, ...headers].join('\r\n')}\r\n\r\n`, () => false);
  }
}

const isHead = (text: string) => text.includes('\r\n\r\n');

export const statusOf = (answer: string): number =>
  Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

/** A case that is let through must not hold up the rest. */
const ANSWER_MS = 10_000;

/**
 * Sends a frame; `@me` stands for the client id. Refused: the socket is closed as a bad speaker, or there
 * is one error with a code that is no fault of ours, which does not say the request again.
 */
export async function isRefused(world: World, frame: string): Promise<void> {
  const socket = await world.socket();
  try {
    const from = socket.messages.length;
    const errors = () => socket.messages.slice(from).filter(({ error }) => error);
    socket.send(frame.replaceAll('@me', socket.id));
    await until('a refusal', () => socket.closeCode !== null || errors().length > 0, ANSWER_MS);
    if (socket.closeCode !== null) {
      assert.equal(socket.closeCode, 4400);
      return;
    }
    await socket.ask({ a: 'pp' });
    assert.equal(errors().length, 1, JSON.stringify(socket.messages.slice(from)).slice(0, 300));
    const [refusal] = errors();
    assert.notEqual(refusal!.error!.code, 'internal');
    assert.ok(JSON.stringify(refusal).length < 700, 'an error is no echo');
  } finally {
    socket.socket.terminate();
  }
}
