// Every error a person, a script or a client can meet: a closed list of codes with their HTTP status.
// Clients switch on the code, never on the message.

export const errorStatus = {
  'bad-request': 400,
  'bad-op': 400,
  'not-signed-in': 401,
  'wrong-password': 401,
  'no-access': 403,
  'foreign-origin': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'document-exists': 409,
  'name-taken': 409,
  'version-taken': 409,
  'other-client': 409,
  'document-trashed': 410,
  'link-used': 410,
  'too-large': 413,
  'unsupported-type': 415,
  'too-many-requests': 429,
  internal: 500,
  'not-now': 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** An expected refusal. `message` is a sentence for people; `details` names fields, never secrets. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}
