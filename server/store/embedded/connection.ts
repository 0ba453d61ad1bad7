// The door to libsql: opens connections to one SQLite file, sets and reads back what durability rests
// on, and gives statements a typed face. Knows no tables.
//
// What was seen of libsql 0.5.29 and rules this file: `run`, `get` and the plain `all` work on the
// calling thread; only `exec` and the first step of the promise `all` leave it. Two promise `all` of one
// statement at a time mix their rows. A statement goes on working after its connection was closed.
// One parameter that is an object is taken for named parameters, so parameters always go as an array.

import { setTimeout as sleep } from 'node:timers/promises';
import PlainDatabase from 'libsql';
import PromiseDatabase from 'libsql/promise';
import { limits } from '../../../core/limits.ts';
import { closedError, SQLITE_BUSY, sqliteCode } from './sqlite-error.ts';

export type Param = string | number | Uint8Array | null;

// The package's own types are those of another library (plain) or `any` (promise).
interface NativeStatement {
  run(params: readonly Param[]): { changes: number };
  get(params: readonly Param[]): unknown;
}
interface PlainNative {
  prepare(sql: string): NativeStatement & { all(params: readonly Param[]): unknown[] };
  exec(sql: string): unknown;
  close(): void;
}
interface LeavingStatement extends NativeStatement {
  all(params: readonly Param[]): Promise<unknown[]>;
}
interface PromiseNative {
  readonly inTransaction: boolean;
  prepare(sql: string): Promise<LeavingStatement>;
  exec(sql: string): Promise<void>;
  interrupt(): void;
  close(): void;
}
const Plain = PlainDatabase as unknown as new (file: string) => PlainNative;
const Leaving = PromiseDatabase as unknown as new (file: string) => PromiseNative;

/** Runs on the calling thread, inside the transaction that is open. */
export interface WriteStatement {
  /** How many rows it changed. */
  run(...params: Param[]): number;
  get<Row>(...params: Param[]): Row | undefined;
}

export interface ReadStatement {
  get<Row>(...params: Param[]): Row | undefined;
  /** Binary columns come as ArrayBuffer here: read them with `get`. */
  all<Row>(...params: Param[]): Row[];
}

/** A backup lets go within a page or two; rarer would waste its pauses. */
const BUSY_POLL_MS = 20;
const CACHE_KIB = 16 * 1024;
const READER_PRAGMAS = `PRAGMA query_only = ON; PRAGMA cache_size = -${CACHE_KIB};
  PRAGMA busy_timeout = ${limits.storeBusyTimeoutMs};`;

/** The connection that writes. One owner (the write queue); nothing else may touch it meanwhile. */
export class Writer {
  readonly #native: PromiseNative;
  readonly #begin: NativeStatement;
  readonly #commit: LeavingStatement;

  private constructor(native: PromiseNative, begin: NativeStatement, commit: LeavingStatement) {
    this.#native = native;
    this.#begin = begin;
    this.#commit = commit;
  }

  static async open(file: string): Promise<Writer> {
    const native = new Leaving(file);
    // A checkpoint every 4 MB of log keeps it from slowing commits; a huge write gives its space back.
    await native.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
       PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = ${64 * 1024 * 1024};
       PRAGMA cache_size = -${CACHE_KIB}; PRAGMA busy_timeout = 0;`,
    );
    const writer = new Writer(
      native,
      await native.prepare('BEGIN IMMEDIATE'),
      await native.prepare('COMMIT'),
    );
    await writer.#checkDurability(file);
    return writer;
  }

  /** An acknowledged op survives a power cut only with these; a file system may refuse WAL silently. */
  async #checkDurability(file: string): Promise<void> {
    const wanted = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 };
    for (const [name, value] of Object.entries(wanted)) {
      const is = await this.pragma(name);
      if (is !== value) {
        throw new Error(
          `${file} cannot be kept safely: SQLite's ${name} is ${String(is)} and must be ${value}. ` +
            'Is the folder on a network file system? Choose a folder on a local disk.',
        );
      }
    }
  }

  async pragma(name: string): Promise<unknown> {
    const row = (await this.#native.prepare(`PRAGMA ${name}`)).get([]);
    return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined;
  }

  async prepare(sql: string): Promise<WriteStatement> {
    const native = await this.#native.prepare(sql);
    return {
      run: (...params) => native.run(params).changes,
      get: <Row>(...params: Param[]) => native.get(params) as Row | undefined,
    };
  }

  /** Off the event loop, outside any transaction of the queue: for migrations. */
  async exec(sql: string): Promise<void> {
    await this.#native.exec(sql);
  }

  /** Takes the write lock; waits for a program outside that holds it without holding the event loop. */
  async begin(): Promise<void> {
    // Left by a failure whose rollback failed as well.
    await this.rollback();
    for (const end = performance.now() + limits.storeBusyTimeoutMs; ; ) {
      try {
        this.#begin.run([]);
        return;
      } catch (error) {
        if (sqliteCode(error) !== SQLITE_BUSY || performance.now() > end) throw error;
      }
      // Asked again rather than left to SQLite's own waiting: that would hold the event loop, and does
      // not happen at all while the statement that failed is not reset, which only running it does.
      await sleep(BUSY_POLL_MS);
    }
  }

  /** Durable when it resolves. The wait for the disk is off the event loop. */
  async commit(): Promise<void> {
    // Its first and only step leaves the loop; `exec` would, too, and parse it anew each time.
    await this.#commit.all([]);
  }

  /** Some failures have rolled back by themselves. */
  async rollback(): Promise<void> {
    if (this.#native.inTransaction) await this.#native.exec('ROLLBACK');
  }

  /** Folds the log into the file, so that a stopped store is one file. */
  async close(): Promise<void> {
    try {
      await this.#native.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk, a backup that reads: the log stays beside the file and is read from there.
    }
    this.#native.close();
  }
}

/** A connection that reads, on the calling thread. In WAL it sees only what is durable. */
export class Reader {
  readonly #native: PlainNative;
  #isClosed = false;

  constructor(file: string) {
    this.#native = new Plain(file);
    this.#native.exec(READER_PRAGMAS);
  }

  prepare(sql: string): ReadStatement {
    const native = this.#native.prepare(sql);
    const open = () => {
      if (this.#isClosed) throw closedError();
      return native;
    };
    return {
      get: <Row>(...params: Param[]) => open().get(params) as Row | undefined,
      all: <Row>(...params: Param[]) => open().all(params) as Row[],
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#native.close();
  }
}

/** A connection for reads that may take long: off the event loop, and one at a time by its owner. */
export class SlowReader {
  readonly #native: PromiseNative;
  #isClosed = false;

  private constructor(native: PromiseNative) {
    this.#native = native;
  }

  static async open(file: string): Promise<SlowReader> {
    const native = new Leaving(file);
    await native.exec(READER_PRAGMAS);
    return new SlowReader(native);
  }

  async prepare(sql: string): Promise<{ all<Row>(...params: Param[]): Promise<Row[]> }> {
    const native = await this.#native.prepare(sql);
    return {
      all: async <Row>(...params: Param[]) => {
        if (this.#isClosed) throw closedError();
        return (await native.all(params)) as Row[];
      },
    };
  }

  /** Ends the query that runs, with an error. */
  interrupt(): void {
    this.#native.interrupt();
  }

  close(): void {
    this.#isClosed = true;
    this.#native.interrupt();
    this.#native.close();
  }
}
