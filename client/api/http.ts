// One fetch for all calls: JSON, a deadline, RFC 9457 problems as AppError. No retries: whoever calls
// knows whether a second attempt makes sense.

import type { Problem } from '../../core/api.ts';
import { AppError, type ErrorCode, errorStatus } from '../../core/errors.ts';
import { frameHeaders } from './frame.ts';

export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

const TIMEOUT_MS = 15_000;

/** The server could not be asked: offline, refused, or too slow. Told apart by `isUnreachable`. */
const unreachable = (cause: unknown): AppError =>
  new AppError('not-now', 'The server cannot be reached.', { cause, details: { network: true } });

export const isUnreachable = (error: unknown): boolean =>
  error instanceof AppError && error.details?.network === true;

export async function request<T>(
  method: Method,
  path: string,
  { body, headers, timeoutMs = TIMEOUT_MS, signal }: RequestOptions = {},
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const give = () => deadline.abort();
  signal?.addEventListener('abort', give);
  if (signal?.aborted) deadline.abort();
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...frameHeaders(),
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: deadline.signal,
    });
    if (!response.ok) throw problemToError(response.status, await response.text());
    return (response.status === 204 ? undefined : await response.json()) as T;
  } catch (error) {
    // The caller gave up itself: not a failure anybody needs to hear about.
    if (signal?.aborted) throw error;
    throw error instanceof AppError ? error : unreachable(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', give);
  }
}

/** The error behind a refused answer, also when a proxy answered in the server's place. */
export function problemToError(status: number, text: string): AppError {
  const problem = parseProblem(text);
  if (problem) {
    return new AppError(problem.code, problem.detail || problem.title, {
      details: {
        status,
        ...(problem.field ? { field: problem.field } : {}),
        ...(problem.reason ? { reason: problem.reason } : {}),
        ...(problem.retryAfter ? { retryAfter: problem.retryAfter } : {}),
      },
    });
  }
  return new AppError(codeOfStatus(status), `The server answered ${status}.`, {
    details: { status },
  });
}

function parseProblem(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return value && typeof value.code === 'string' && value.code in errorStatus
      ? (value as Problem)
      : null;
  } catch {
    return null;
  }
}

function codeOfStatus(status: number): ErrorCode {
  if (status >= 502 && status <= 504) return 'not-now';
  const found = Object.entries(errorStatus).find(([, known]) => known === status);
  return (found?.[0] as ErrorCode | undefined) ?? 'internal';
}
