// Whatever was thrown, as an AppError and as an RFC 9457 problem. The one place where HTTP errors are
// made; faults keep their cause for the log and tell the caller nothing of it.

import { STATUS_CODES } from 'node:http';
import type { ZodError } from 'zod';
import type { Problem } from '../../core/api.ts';
import { AppError, type ErrorCode } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';

export const problemType = 'application/problem+json; charset=utf-8';

/** The first thing wrong with a body or query, naming its field. */
export function badShape(error: ZodError): AppError {
  const issue = error.issues[0];
  const path = issue?.path.map(String) ?? [];
  // An unknown key is reported on its parent.
  if (issue?.code === 'unrecognized_keys') path.push(String(issue.keys[0]));
  const field = path.join('.');
  const what = issue?.message ?? 'is not as expected';
  return new AppError('bad-request', field ? `${field}: ${what}.` : `${what}.`, {
    details: field ? { field } : {},
  });
}

const parserErrors: Readonly<Record<string, [ErrorCode, string]>> = {
  'entity.too.large': [
    'too-large',
    `A request body has at most ${limits.maxBodyBytes / 1024 / 1024} MB.`,
  ],
  'entity.parse.failed': ['bad-request', 'The body is not JSON.'],
  'encoding.unsupported': ['unsupported-type', 'The body has an unknown content encoding.'],
  'charset.unsupported': ['unsupported-type', 'The body must be in UTF-8.'],
  'request.aborted': ['bad-request', 'The request ended before its body.'],
  'request.size.invalid': ['bad-request', 'The body is not as long as it says.'],
};

/** Errors of Express and its parsers are known by their `type` and `status`; the rest is a fault. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { type, status, limit } = (error ?? {}) as Record<string, unknown>;
  const known = typeof type === 'string' ? parserErrors[type] : undefined;
  if (known) {
    const details =
      known[0] === 'too-large' && typeof limit === 'number' ? { maxBytes: limit } : undefined;
    const message = details
      ? `The body has at most ${details.maxBytes / 1024 / 1024} MB here.`
      : known[1];
    return new AppError(known[0], message, details ? { details } : {});
  }
  // A path that does not decode, such as /d/docs/%E0: nothing can live there.
  if (error instanceof URIError) return new AppError('not-found', 'There is nothing here.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError('bad-request', 'The request could not be understood.', { cause: error });
  }
  return new AppError('internal', 'Something went wrong on the server. It has been noted.', {
    cause: error,
  });
}

export function toProblem(error: AppError): Problem {
  return {
    ...error.details,
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    code: error.code,
    detail: error.message,
  };
}
