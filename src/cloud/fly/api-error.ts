/** The statuses of the Machines API for errors, and 501 for what this local cloud does not do. */
export type ApiErrorStatus = 400 | 401 | 403 | 404 | 408 | 409 | 412 | 422 | 429 | 500 | 501 | 503;

/** An answer of the Machines API that is not a success: thrown anywhere below a route, rendered in one place. */
export class FlyApiError extends Error {
  override readonly name: string = 'FlyApiError';
  readonly status: ApiErrorStatus;
  /** The machine-readable reason beside the text, such as `name_taken`. */
  readonly reason: string | null;

  constructor(status: ApiErrorStatus, message: string, reason: string | null = null) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  /** The body of the answer. */
  body(): { error: string; status?: string } {
    return { error: this.message, ...(this.reason === null ? {} : { status: this.reason }) };
  }
}

/** 400: the request makes no sense as it is. */
export function badRequest(message: string): FlyApiError {
  return new FlyApiError(400, message);
}

/** 404: no such thing, or the token has no sight of it. */
export function notFound(message: string): FlyApiError {
  return new FlyApiError(404, message);
}

/** 409: somebody else holds or has changed it. */
export function conflict(message: string): FlyApiError {
  return new FlyApiError(409, message);
}

/** 412: not possible in the state the machine is in. */
export function failedPrecondition(message: string): FlyApiError {
  return new FlyApiError(412, `failed_precondition: ${message}`);
}
