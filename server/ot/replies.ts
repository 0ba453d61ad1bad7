// How errors leave the server on the op socket: a code and a sentence, never the request, never an
// internal text. And which errors must not leave at all: an op error makes ShareDB's client drop all
// its unsent text, so what is only impossible for now ends the connection instead, and the client
// sends everything again (internals.md §4.5).

import { AppError, type ErrorCode } from '../../core/errors.ts';
import { isCollectionName, isDocumentId } from '../../core/ids.ts';

export interface ReplyError {
  readonly code: ErrorCode;
  readonly message: string;
}

const known: Readonly<Record<string, ReplyError>> = {
  ERR_DOC_ALREADY_CREATED: { code: 'document-exists', message: 'This document exists already.' },
  ERR_DOC_DOES_NOT_EXIST: { code: 'not-found', message: 'This document does not exist.' },
  ERR_DOC_WAS_DELETED: { code: 'not-found', message: 'This document was deleted.' },
  ERR_MESSAGE_BADLY_FORMED: { code: 'bad-request', message: 'This message is not valid.' },
  ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT: {
    code: 'bad-op',
    message: 'This change is made on a version that the server does not have.',
  },
  ERR_OT_OP_BADLY_FORMED: { code: 'bad-op', message: 'This change is not valid.' },
  ERR_OT_OP_NOT_APPLIED: { code: 'bad-op', message: 'This change does not fit the document.' },
  ERR_OT_OP_NOT_PROVIDED: { code: 'bad-op', message: 'This message holds no change.' },
};

/** What a client is told; null when it is nothing expected, and somebody should look into it. */
export function expectedError(error: unknown): ReplyError | null {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' && Object.hasOwn(known, code) ? known[code]! : null;
}

export const unexpectedError: ReplyError = {
  code: 'internal',
  message: 'Something went wrong on the server.',
};

/** For callers inside the server. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, message } = expectedError(error) ?? unexpectedError;
  return new AppError(code, message, { cause: error });
}

export const isOnlyNow = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'not-now';

/** What a ShareDB client needs to know which request failed, and nothing else of it. */
export function requestFields(request: unknown): Record<string, unknown> {
  const given = (typeof request === 'object' && request !== null ? request : {}) as Record<
    string,
    unknown
  >;
  const fields: Record<string, unknown> = {};
  if (typeof given.a === 'string' && given.a.length <= 8) fields.a = given.a;
  if (isCollectionName(given.c)) fields.c = given.c;
  if (isDocumentId(given.d)) fields.d = given.d;
  for (const key of ['seq', 'v', 'pv']) {
    if (typeof given[key] === 'number') fields[key] = given[key];
  }
  for (const key of ['src', 'ch', 'id']) {
    const value = given[key];
    if (typeof value === 'string' && value.length <= 256) fields[key] = value;
  }
  return fields;
}

/** `request` has passed messages.ts, or is what `requestFields` left of it: `b` is a few ids. */
export function errorReply(request: Record<string, unknown>, error: ReplyError): object {
  const reply = { ...requestFields(request), error };
  return request.b === undefined ? reply : { ...reply, b: request.b };
}
