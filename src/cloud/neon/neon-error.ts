/** The statuses with which Neon's API refuses (OpenAPI and its guide), and 501 for what this local cloud does not do. */
export type NeonErrorStatus = 400 | 401 | 403 | 404 | 409 | 412 | 422 | 423 | 429 | 500 | 501 | 503;

/** A refusal in the one shape that Neon's API has for it (OpenAPI, `GeneralError`). */
export class NeonApiError extends Error {
  override readonly name: string = 'NeonApiError';
  readonly status: NeonErrorStatus;
  /** Machine-readable; empty for most, as on Neon. */
  readonly code: string;

  constructor(status: NeonErrorStatus, message: string, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The body of a refusal. */
export function neonErrorBody(requestId: string, message: string, code = ''): object {
  return { request_id: requestId, code, message };
}

/** 400: the request makes no sense as it is. */
export function invalid(message: string): NeonApiError {
  return new NeonApiError(400, message);
}

/** 404: no such thing, or the key has no sight of it. */
export function notFound(what: string): NeonApiError {
  return new NeonApiError(404, `${what} not found`);
}

/** 422: understood, and not allowed as things are. */
export function refused(message: string, code = ''): NeonApiError {
  return new NeonApiError(422, message, code);
}

/** 423: another operation runs; safe to retry. The message has been seen on Neon. */
export function locked(): NeonApiError {
  return new NeonApiError(
    423,
    'project already has running conflicting operations, scheduling of new ones is prohibited',
  );
}
