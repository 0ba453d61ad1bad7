// The parts of ShareDB 7's client that client/sync uses, typed. `inflightOp` and `pendingOps` are not
// promised by the package, only stable; package.json pins the exact version.

declare module 'sharedb/lib/client/index.js' {
  type Callback = (error?: ShareDbError | null) => void;

  interface ShareDbError extends Error {
    code?: string;
  }

  /** What a connection asks of its socket: the browser's WebSocket, or one that comes back by itself. */
  interface Socket {
    readonly readyState: number;
    send(text: string): void;
    close(): void;
    onopen: (() => void) | null;
    onmessage: ((event: { data: unknown }) => void) | null;
    onclose: ((reason?: unknown) => void) | null;
    onerror: ((error?: unknown) => void) | null;
  }

  interface Emitter<Events> {
    on<Name extends keyof Events>(event: Name, listener: Events[Name]): void;
  }

  interface SubmittedOp {
    readonly op?: unknown;
    readonly src?: string;
    readonly seq?: number;
    /** How often it was sent again. */
    readonly retries?: number;
  }

  interface DocEvents {
    op: (op: unknown, source: unknown, src: string | undefined) => void;
    create: (source: unknown) => void;
    del: (data: unknown, source: unknown) => void;
    load: () => void;
    error: (error: ShareDbError) => void;
  }

  interface Doc extends Emitter<DocEvents> {
    readonly version: number | null;
    readonly type: { readonly uri: string } | null;
    readonly data: unknown;
    readonly subscribed: boolean;
    readonly inflightOp: SubmittedOp | null;
    readonly pendingOps: readonly SubmittedOp[];
    ingestSnapshot(snapshot: { v: number; type: string; data: unknown }): void;
    subscribe(callback?: Callback): void;
    unsubscribe(callback?: Callback): void;
    fetch(callback?: Callback): void;
    submitOp(op: unknown, options: { source: unknown }, callback: Callback): void;
    hasPending(): boolean;
  }

  interface LocalPresence extends Emitter<{ error: (error: ShareDbError) => void }> {
    submit(value: unknown, callback?: Callback): void;
  }

  interface PresenceEvents {
    receive: (id: string, value: unknown) => void;
    error: (error: ShareDbError) => void;
  }

  interface Presence extends Emitter<PresenceEvents> {
    subscribe(callback?: Callback): void;
    unsubscribe(callback?: Callback): void;
    create(id: string): LocalPresence;
  }

  interface ConnectionEvents {
    connected: () => void;
    disconnected: () => void;
    receive: (request: { data: Record<string, unknown> }) => void;
    error: (error: ShareDbError) => void;
    'connection error': (error: unknown) => void;
  }

  class Connection implements Emitter<ConnectionEvents> {
    constructor(socket: Socket);
    id: string | null;
    readonly canSend: boolean;
    readonly state: string;
    send(message: object): void;
    get(collection: string, id: string): Doc;
    getPresence(channel: string): Presence;
    on<Name extends keyof ConnectionEvents>(event: Name, listener: ConnectionEvents[Name]): void;
  }

  const types: {
    readonly map: Record<string, unknown>;
    register(type: { readonly name: string; readonly uri: string }): void;
  };

  const logger: {
    setMethods(methods: Record<'info' | 'warn' | 'error', (...parts: unknown[]) => void>): void;
  };

  export type { Doc, LocalPresence, Presence, ShareDbError, Socket };
  export { Connection, logger, types };
}
