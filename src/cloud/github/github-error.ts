/** The statuses with which GitHub's API refuses, and 501 for what this local cloud does not do. */
export type GithubErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 422 | 429 | 500 | 501 | 503;

/** What is wrong with one field of a request. */
export interface GithubFieldError {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
}

/** Where GitHub explains its API; the answers of the real one name a page below it. */
const DOCUMENTATION = 'https://docs.github.com/rest';

/** A refusal in the one shape that GitHub's API has for it. */
export class GithubApiError extends Error {
  override readonly name: string = 'GithubApiError';
  readonly status: GithubErrorStatus;
  readonly errors: readonly (GithubFieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: GithubErrorStatus,
    message: string,
    more: {
      readonly errors?: readonly (GithubFieldError | string)[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

/** The body of a refusal. */
export function githubErrorBody(
  status: number,
  message: string,
  errors?: readonly (GithubFieldError | string)[],
): object {
  return {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: DOCUMENTATION,
    status: String(status),
  };
}

/** 404: no such thing, or the token has no sight of it. */
export function notFound(): GithubApiError {
  return new GithubApiError(404, 'Not Found');
}

/** 422: understood, and not valid. */
export function invalid(resource: string, field: string, code = 'invalid', message?: string): GithubApiError {
  return new GithubApiError(422, 'Validation Failed', {
    errors: [{ resource, field, code, ...(message === undefined ? {} : { message }) }],
  });
}

/** 422 with a reason in words of its own. */
export function refused(message: string, errors?: readonly (GithubFieldError | string)[]): GithubApiError {
  return new GithubApiError(422, message, errors === undefined ? {} : { errors });
}
