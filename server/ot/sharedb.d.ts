// The parts of sharedb 7 that server/ot uses, typed. Members whose name begins with an underscore are
// not promised by the package; each use says why, and package.json pins the exact version.

declare module 'sharedb' {
  import { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';

  type Callback<T = void> = (error?: unknown, value?: T) => void;
  type Next = (error?: unknown) => void;

  /** A submitted op; ShareDB transforms it in place. */
  interface Op {
    src?: string;
    seq?: number;
    v?: number | null;
    op?: unknown;
    create?: { type: string; data?: unknown };
    del?: true;
    m?: Record<string, unknown> | undefined;
  }

  interface Snapshot {
    id: string;
    v: number;
    type: string | null;
    data: unknown;
    m: Record<string, unknown> | null;
  }

  interface OpStream {
    /** Ours: the version of the last op that went to the client through it. */
    told?: number;
    destroy(): void;
  }

  type Message = Record<string, unknown>;

  interface Agent {
    readonly stream: Duplex & { isServer?: boolean };
    clientId: string;
    /** The id that the client presented in its handshake. */
    src: string | null;
    readonly closed: boolean;
    readonly custom: Record<string, unknown>;
    readonly subscribedDocs: Record<string, Record<string, OpStream>>;
    readonly subscribedPresences: Record<string, OpStream>;
    presenceRequests: Record<string, unknown>;
    send(message: Message): void;
    _reply(request: Message, error: unknown, message?: Message): void;
    _requestPresence(channel: string, callback: Callback): void;
    _onOp(collection: string, id: string, op: Op & { c?: string; d?: string }): void;
    _handlePresenceData(presence: Message): void;
    readonly backend: Backend;
    _sendOps(collection: string, id: string, ops: readonly Op[]): void;
    _submit(
      collection: string,
      id: string,
      op: Op,
      callback: (error: unknown, reply?: Message) => void,
    ): void;
  }

  interface SubmitRequest {
    readonly agent: Agent;
    readonly collection: string;
    readonly id: string;
    readonly op: Op;
    readonly custom: Record<string, unknown>;
    readonly retries: number;
    readonly snapshot: Snapshot | null;
    /** The message's `x`. */
    readonly extra: { denied?: true } | undefined;
    /** What the client has missed; sent with the acknowledgement. */
    ops: Op[];
    channels: string[] | null;
  }

  interface DbOptions {
    metadata?: boolean;
  }

  class DB {
    close(callback?: Callback): void;
    commit(
      collection: string,
      id: string,
      op: Op,
      snapshot: Snapshot,
      options: unknown,
      callback: Callback<boolean>,
    ): void;
    getSnapshot(
      collection: string,
      id: string,
      fields: Record<string, unknown> | null,
      options: DbOptions | null,
      callback: Callback<Snapshot>,
    ): void;
    getOps(
      collection: string,
      id: string,
      from: number | null,
      to: number | null,
      options: DbOptions | null,
      callback: Callback<Op[]>,
    ): void;
    getOpsBulk(
      collection: string,
      from: Record<string, number | null>,
      to: Record<string, number | null> | null,
      options: DbOptions | null,
      callback: Callback<Record<string, Op[]>>,
    ): void;
    getOpsToSnapshot(
      collection: string,
      id: string,
      from: number,
      snapshot: Snapshot,
      options: DbOptions | null,
      callback: Callback<Op[]>,
    ): void;
  }

  /** Without a callback, what is wrong is emitted as `error`. */
  class MilestoneDB extends EventEmitter {
    constructor(options?: { interval?: number });
    close(callback?: Callback): void;
    getMilestoneSnapshot(
      collection: string,
      id: string,
      version: number | null,
      callback?: Callback<Snapshot>,
    ): void;
    saveMilestoneSnapshot(collection: string, snapshot: Snapshot, callback?: Callback): void;
    getMilestoneSnapshotAtOrBeforeTime(
      collection: string,
      id: string,
      timestamp: number | null,
      callback?: Callback<Snapshot>,
    ): void;
    getMilestoneSnapshotAtOrAfterTime(
      collection: string,
      id: string,
      timestamp: number | null,
      callback?: Callback<Snapshot>,
    ): void;
    _isValidVersion(version: unknown): boolean;
    _isValidTimestamp(timestamp: unknown): boolean;
  }

  interface PubSub extends EventEmitter {
    publish(channels: string[], data: unknown, callback: Callback): void;
  }

  /** Called for the first stream of a channel, and after its last. */
  class MemoryPubSub extends EventEmitter implements PubSub {
    publish(channels: string[], data: unknown, callback: Callback): void;
    _subscribe(channel: string, callback: Callback): void;
    _unsubscribe(channel: string, callback: Callback): void;
  }

  interface OtType {
    readonly name: string;
    readonly uri: string;
    create(data: unknown): unknown;
    apply(data: unknown, op: unknown): unknown;
  }

  interface BackendOptions {
    db: DB;
    pubsub: PubSub;
    milestoneDb?: MilestoneDB;
    presence: boolean;
    doNotForwardSendPresenceErrorsToClient: boolean;
    errorHandler(error: unknown): void;
  }

  class Backend extends EventEmitter {
    constructor(options: BackendOptions);
    readonly pubsub: PubSub;
    use(
      action: 'receive',
      run: (context: { agent: Agent; data: unknown }, next: Next) => void,
    ): this;
    use(
      action: 'submit' | 'apply' | 'commit' | 'afterWrite',
      run: (request: SubmitRequest, next: Next) => void,
    ): this;
    on(event: 'send', listener: (agent: Agent, message: Message) => void): this;
    on(event: 'submitRequestEnd', listener: (error: unknown, request: SubmitRequest) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    listen(stream: Duplex): Agent;
    submit(
      agent: Agent,
      collection: string,
      id: string,
      op: Op,
      options: null,
      callback: (error: unknown, ops: Op[] | undefined, request: SubmitRequest) => void,
    ): void;
    _sanitizeOps(
      agent: Agent,
      projection: unknown,
      collection: string,
      id: string,
      ops: readonly Op[],
      callback: Callback,
    ): void;
    close(callback?: Callback): void;
  }

  type LogLine = (...parts: unknown[]) => void;

  const sharedb: typeof Backend & {
    readonly DB: typeof DB;
    readonly MilestoneDB: typeof MilestoneDB;
    readonly MemoryPubSub: typeof MemoryPubSub;
    readonly Error: new (code: string, message: string) => Error & { code: string };
    readonly types: { readonly map: Record<string, OtType>; register(type: OtType): void };
    readonly logger: { setMethods(methods: Record<'info' | 'warn' | 'error', LogLine>): void };
  };
  export default sharedb;
  export type {
    Agent,
    Backend,
    Callback,
    DbOptions,
    Message,
    Next,
    Op,
    OtType,
    PubSub,
    Snapshot,
    SubmitRequest,
  };
}
