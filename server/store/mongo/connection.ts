// Connects to Mongo as the contract demands: majority and journaled writes, majority reads from the primary.
// A URL that asks for less is refused by name; a write that fails for now becomes `not-now`.

import {
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoNetworkError,
  MongoServerSelectionError,
} from 'mongodb';
import { AppError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import type { Clock } from '../../clock.ts';

/** A store that cannot answer within this is away; the op path holds its ops and tries again. */
const awayAfterMs = 5_000;

/** Why a URL is not safe to keep documents behind, or null. */
export function unsafeOption(client: MongoClient): string | null {
  const { writeConcern, readConcern, readPreference } = client.options;
  const w = writeConcern?.w;
  if (w !== undefined && w !== 'majority') {
    return `MONGO_URL asks for w=${String(w)}: acknowledged text could be lost in a failover. Remove it, or say w=majority.`;
  }
  if (writeConcern?.journal === false) {
    return 'MONGO_URL asks for journal=false: acknowledged text could be lost in a crash. Remove it.';
  }
  if (readConcern && readConcern.level !== 'majority') {
    return `MONGO_URL asks for readConcernLevel=${readConcern.level}: text could be shown that a failover takes back. Remove it, or say majority.`;
  }
  if (readPreference && readPreference.mode !== 'primary') {
    return `MONGO_URL asks for readPreference=${readPreference.mode}: documents would be read late. Remove it.`;
  }
  return null;
}

/** Who starts together with Mongo waits for it, and says so once. */
export interface Patience {
  readonly clock: Clock;
  readonly onWaiting: (why: string) => void;
}

/** Opens a client. Rejects with AppError `bad-request` for an unsafe URL, `not-now` when nobody answers. */
export async function connect(url: string, patience?: Patience): Promise<MongoClient> {
  let asked: MongoClient;
  try {
    asked = new MongoClient(url);
  } catch (error) {
    throw new AppError('bad-request', `MONGO_URL cannot be used: ${message(error)}.`, {
      cause: error,
    });
  }
  const problem = unsafeOption(asked);
  if (problem) throw new AppError('bad-request', problem);
  const until = patience ? patience.clock.now() + limits.storeStartMs : 0;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open(url);
    } catch (error) {
      if (!patience || !isAway(error) || patience.clock.now() >= until) throw error;
      if (isFirst) patience.onWaiting((error as AppError).message);
    }
  }
}

/** Nobody is there (yet); anything else, such as a wrong password, waiting does not mend. */
function isAway(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : null;
  return cause instanceof MongoServerSelectionError || cause instanceof MongoNetworkError;
}

async function open(url: string): Promise<MongoClient> {
  const client = new MongoClient(url, {
    writeConcern: { w: 'majority', journal: true },
    // The primary also has what a failover may still take back; nobody is shown that.
    readConcern: { level: 'majority' },
    serverSelectionTimeoutMS: awayAfterMs,
    connectTimeoutMS: awayAfterMs,
    // A commit may wait for a slow disk or an election; a dead line must not hold ops for ever.
    socketTimeoutMS: 20_000,
    ignoreUndefined: true,
    retryWrites: true,
  });
  try {
    await client.connect();
    await client.db().command({ ping: 1 });
  } catch (error) {
    await client.close().catch(() => {});
    throw new AppError(
      'not-now',
      `The Mongo server of MONGO_URL does not answer (${message(error)}).`,
      {
        cause: error,
      },
    );
  }
  return client;
}

/** The driver's words, without what a URL in them may hold. */
const message = (error: unknown) =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\/\/[^@/\s]*@/g, '//•••@')
    .replace(/\.$/, '');

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoError && error.code === 11000;

/**
 * After an ordered insert that met a row that is there already: how many rows before it are durable.
 * Null: something else failed, the wait for the majority included, and nothing is known to be.
 */
export function durableBefore(error: unknown): number | null {
  if (!(error instanceof MongoBulkWriteError) || !isDuplicateKey(error)) return null;
  if (error.result.getWriteConcernError()) return null;
  // `insertedCount` is not to be trusted everywhere; the index of the first failure is.
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failures[0]?.index ?? 0;
}

/** Runs a store call; whatever the driver throws becomes `not-now`, so that ops are held, not refused. */
export async function whenAvailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('not-now', `The Mongo server cannot do this now (${message(error)}).`, {
      cause: error,
    });
  }
}
