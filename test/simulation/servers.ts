// The two servers a simulation runs against: ShareDB as it comes with its memory store, which judges
// what is sent as our guard does; and our own backend over a store in memory. Both are restarted,
// and both refuse ops on order.

/// <reference path="../../server/ot/sharedb.d.ts" />

import { createRequire } from 'node:module';
import sharedb, { type Agent, type Op } from 'sharedb';
import { checkOp, parseOp } from '../../core/check-op.ts';
import { Delta, type DeltaOp } from '../../core/delta.ts';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import type { CollectionName, DocumentId, DocumentRef, UserId } from '../../core/ids.ts';
import { createRichTextType, LazyDelta, richTextUri } from '../../core/rich-text.ts';
import type { Guest } from '../../server/access/actor.ts';
import { silentLog } from '../../server/log.ts';
import { createBackend, type OtBackend } from '../../server/ot/backend.ts';
import { MemoryOpLog } from '../helpers/memory-store.ts';
import type { ServerEnd, VirtualTime } from '../helpers/network.ts';

export const ref: DocumentRef = {
  collection: 'docs' as CollectionName,
  id: 'simulated' as DocumentId,
};

export interface LogOp {
  readonly v: number;
  readonly create?: { data?: unknown };
  readonly op?: unknown;
  readonly src?: string;
  readonly seq?: number;
}

export interface SimServer {
  connect(end: ServerEnd, client: number): void;
  create(ops: DeltaOp[]): Promise<void>;
  /** Everything ends; what was acknowledged is there again afterwards. */
  restart(): void;
  log(): Promise<LogOp[]>;
  /** The next op of this client that would be committed is refused. */
  refuseNext(client: number, code: ErrorCode): void;
  readonly refusals: number;
  /** Ends the faults of its own, or lets them begin again. */
  calm?(isCalm: boolean): void;
  /** Its processes hear nothing of each other: each knows of its own people alone. */
  readonly isDeaf?: boolean;
}

const { MemoryDB } = createRequire(import.meta.url)('sharedb') as { MemoryDB: new () => unknown };
sharedb.logger.setMethods({
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});

const guest = (client: number): Guest => ({
  kind: 'guest',
  id: `g_client00${client}` as UserId,
  name: `Client ${client}`,
  color: (client % 12) + 1,
});

interface WithPresence {
  use(
    action: 'receivePresence',
    run: (context: { agent: Agent; presence: { p: object | null } }, next: () => void) => void,
  ): void;
}

/** Which ops are refused: decided when one would be committed, and the same whenever it is sent again. */
class Refusals {
  count = 0;
  readonly #next = new Map<number, ErrorCode>();
  readonly #decided = new Map<string, ErrorCode>();

  order(client: number, code: ErrorCode): void {
    this.#next.set(client, code);
  }

  judge(client: number, { src, seq }: Op): AppError | null {
    const key = `${src}/${seq}`;
    const code = this.#decided.get(key) ?? this.#next.get(client);
    if (code === undefined) return null;
    if (!this.#decided.has(key)) {
      this.#decided.set(key, code);
      this.#next.delete(client);
      this.count++;
    }
    return new AppError(code, 'Refused by the script.');
  }
}

export class StockServer implements SimServer {
  readonly #refusals = new Refusals();
  readonly #db = new MemoryDB();
  readonly #ends = new Set<ServerEnd>();
  readonly #clients = new WeakMap<object, number>();
  #backend: InstanceType<typeof sharedb>;

  constructor() {
    sharedb.types.register(createRichTextType());
    this.#backend = this.#start();
  }

  get refusals(): number {
    return this.#refusals.count;
  }

  #start(): InstanceType<typeof sharedb> {
    const backend = new sharedb({ db: this.#db, presence: true } as never);
    backend.on('error', () => undefined);
    backend.use('submit', ({ op }, next) => {
      try {
        if (op.op !== undefined) parseOp(op.op);
        next();
      } catch (error) {
        next(error);
      }
    });
    // Who it is from is put there by the server, as ours does it.
    (backend as unknown as WithPresence).use('receivePresence', ({ agent, presence }, next) => {
      const client = this.#clients.get(agent.stream) ?? 0;
      if (presence.p) {
        const { id: u, name: n, color: k } = guest(client);
        presence.p = { ...presence.p, u, n, k };
      }
      next();
    });
    backend.use('apply', ({ op, snapshot, agent }, next) => {
      if (op.op === undefined || !snapshot?.type) return next();
      const client = this.#clients.get(agent.stream);
      const refusal = client === undefined ? null : this.#refusals.judge(client, op);
      if (refusal) return next(refusal);
      try {
        const data = snapshot.data;
        const document =
          data instanceof LazyDelta ? data : new LazyDelta(new Delta(data as never).ops);
        op.op = checkOp(document, op.op).ops;
        next();
      } catch (error) {
        next(error);
      }
    });
    return backend;
  }

  connect(end: ServerEnd, client: number): void {
    this.#ends.add(end);
    this.#clients.set(end, client);
    end.once('close', () => this.#ends.delete(end));
    this.#backend.listen(end);
  }

  create(ops: DeltaOp[]): Promise<void> {
    const op = { create: { type: richTextUri, data: ops }, src: 'creator', seq: 1 };
    const agent = { custom: {}, stream: {} } as unknown as Agent;
    return new Promise((resolve, reject) => {
      this.#backend.submit(agent, ref.collection, ref.id, op, null, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  restart(): void {
    for (const end of this.#ends) end.closeWith('restart');
    this.#backend = this.#start();
  }

  log(): Promise<LogOp[]> {
    const db = this.#db as {
      getOps(
        c: string,
        d: string,
        from: number,
        to: null,
        options: null,
        done: (error: unknown, ops: LogOp[]) => void,
      ): void;
    };
    return new Promise((resolve, reject) => {
      db.getOps(ref.collection, ref.id, 0, null, null, (error, ops) =>
        error ? reject(error) : resolve(ops),
      );
    });
  }

  refuseNext(client: number, code: ErrorCode): void {
    this.#refusals.order(client, code);
  }

  /** This client may neither read nor write from now on. */
  shutOut(client: number): void {
    this.#backend.use('receive', ({ agent, data }, next) => {
      const isTheirs = this.#clients.get(agent.stream) === client;
      const isHarmless = ['hs', 'pp'].includes((data as { a: string }).a);
      const refusal = new AppError('no-access', 'You do not have access to this.');
      next(isTheirs && !isHarmless ? refusal : undefined);
    });
  }

  /** Every op of this client is refused before anybody looks whether it is there already, as rights are. */
  refuseResends(client: number, code: ErrorCode): void {
    this.#backend.use('submit', ({ agent }, next) => {
      const isTheirs = this.#clients.get(agent.stream) === client;
      next(isTheirs ? new AppError(code, 'Refused by the script.') : undefined);
    });
  }
}

export class OurServer implements SimServer {
  refusals = 0;
  readonly #time: VirtualTime;
  readonly #ops = new MemoryOpLog();
  readonly #ends = new Set<ServerEnd>();
  readonly #losesRole = new Map<number, number>();
  #backend: OtBackend;
  #secrets = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#backend = this.#start();
  }

  #start(): OtBackend {
    const time = this.#time;
    return createBackend({
      ops: this.#ops,
      roleOf: async (actor) => {
        if (actor.kind !== 'guest') return 'owner';
        const until = this.#losesRole.get(Number(actor.id.slice(-1))) ?? 0;
        return time.now < until ? 'viewer' : 'editor';
      },
      clock: { now: () => time.now, after: (ms, call) => time.after(ms, call) },
      ids: {
        secret: () => `${++this.#secrets}`.padStart(16, 's'),
      } as never,
      secret: 'a secret of thirty-two characters',
      build: 'build-1',
      log: silentLog,
    });
  }

  connect(end: ServerEnd, client: number): void {
    this.#ends.add(end);
    end.once('close', () => this.#ends.delete(end));
    this.#backend.connect(end, guest(client), true);
  }

  async create(ops: DeltaOp[]): Promise<void> {
    await this.#backend.create(ref, { kind: 'system' }, ops);
  }

  /** Killed, not drained: what was not committed is gone. */
  restart(): void {
    for (const end of this.#ends) end.closeWith('restart');
    this.#backend = this.#start();
  }

  async log(): Promise<LogOp[]> {
    return this.#ops.entries(ref) as LogOp[];
  }

  /** Ours refuses whom it may not write: for a while this client is a viewer. */
  refuseNext(client: number): void {
    this.refusals++;
    this.#losesRole.set(client, this.#time.now + 400);
  }
}
