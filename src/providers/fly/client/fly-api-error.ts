import type { ErrorCode } from '../../../diagnostics/error-codes.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';

/** A failed request, with what the provider itself decides by. */
export class FlyApiError extends ToolError {
  /** Null when there was no answer at all. */
  readonly status: number | null;
  /** `fly-request-id`, which Fly's support asks for. */
  readonly requestId: string | null;
  /** What the platform said, or why there was no answer. */
  readonly detail: string;

  constructor(
    code: ErrorCode,
    message: string,
    facts: {
      status: number | null;
      requestId: string | null;
      detail: string;
      hint: string;
      isTransient: boolean;
      cause?: unknown;
    },
  ) {
    super(code, message, {
      hint: facts.hint,
      cause: facts.cause,
      retry: facts.isTransient ? 'safe' : 'never',
    });
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.detail = facts.detail;
  }
}

/** What the failed request was about, for people. */
export interface FailedRequest {
  readonly method: string;
  /** Such as `machine 148e… of app shop`. */
  readonly resource: string;
  /** The environment variable that the token was read from. */
  readonly tokenName?: string | undefined;
}

/** Turns an error answer into an error. Status codes and bodies: the Machines API's own (error, message, status). */
export function errorFromAnswer(
  request: FailedRequest,
  answer: { status: number; body: unknown; requestId: string | null },
): FlyApiError {
  const { status, requestId } = answer;
  const detail = detailOf(answer.body);
  const code = codeFor(status, detail, statusWordOf(answer.body));
  const id = requestId === null ? '' : `, request ${requestId}`;
  return new FlyApiError(
    code,
    `Fly ${status >= 500 ? 'failed at' : 'refused'} ${request.method} on ${request.resource}${detail === '' ? '' : `: ${detail}`} (HTTP ${status}${id}).`,
    {
      status,
      requestId,
      detail,
      hint: hintFor(code, status, request),
      isTransient: status === 429 || status >= 500,
    },
  );
}

/** The error for a request that got no answer. Its outcome is unknown. */
export function errorFromSilence(request: FailedRequest, cause: unknown): FlyApiError {
  const detail = reasonOf(cause);
  return new FlyApiError(
    'PROVIDER_UNREACHABLE',
    `Fly did not answer ${request.method} on ${request.resource}: ${detail}.`,
    {
      status: null,
      requestId: null,
      detail,
      hint: HINTS.PROVIDER_UNREACHABLE ?? '',
      isTransient: true,
      cause,
    },
  );
}

/** Whether the request may have been carried out although it failed: no answer, a time-out, or a server's fault. */
export function isOutcomeUnknown(error: unknown): error is FlyApiError {
  if (!(error instanceof FlyApiError)) return false;
  return error.status === null || error.status === 408 || error.status >= 500;
}

/** Whether the platform answered with this status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is FlyApiError {
  return error instanceof FlyApiError && error.status !== null && statuses.includes(error.status);
}

const CAPACITY = /insufficient (memory|capacity|resources)|could not reserve resource|capacity/i;

function codeFor(status: number, detail: string, word: string): ErrorCode {
  if (status === 401 || status === 403) return 'PROVIDER_UNAUTHORIZED';
  if (status === 404) return 'PROVIDER_NOT_FOUND';
  if (status === 429) return 'PROVIDER_QUOTA';
  if (word.endsWith('_capacity') || word === 'insufficient_capacity') return 'PROVIDER_QUOTA';
  if (status < 500 && CAPACITY.test(detail)) return 'PROVIDER_QUOTA';
  if (word === 'name_taken' || status === 409 || status === 412) return 'PROVIDER_CONFLICT';
  if (status === 408 || status >= 500) return 'PROVIDER_UNREACHABLE';
  return 'PROVIDER_REJECTED';
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  PROVIDER_UNAUTHORIZED:
    'Check the token that the config names for this environment, and that it may reach this app: fly tokens list',
  PROVIDER_NOT_FOUND: 'Check the name, and that the token can see it: fly apps list',
  PROVIDER_QUOTA:
    'Wait a little and run it again, or choose another region or a smaller machine in glidepath.config.ts.',
  PROVIDER_CONFLICT: 'See who works on it, then run it again: fly machine list',
  PROVIDER_UNREACHABLE:
    'Run it again; what was done is not done twice. Fly says how it is at status.flyio.net.',
  PROVIDER_REJECTED: 'Check the settings of this app in glidepath.config.ts: glidepath validate',
};

/** For a refused token: by which name it was given, and what it lacks. */
function hintFor(code: ErrorCode, status: number, { method, resource, tokenName }: FailedRequest): string {
  if (code !== 'PROVIDER_UNAUTHORIZED' || tokenName === undefined) return HINTS[code] ?? '';
  if (status === 401)
    return `Fly does not know the token ${tokenName}, or it has expired: make another and set it, fly tokens create org`;
  const right = method === 'GET' || method === 'HEAD' ? 'read' : 'change';
  return `The token ${tokenName} lacks the right to ${right} ${resource}: see what it may, fly tokens list, or make another, fly tokens create org`;
}

function detailOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 300).trim();
  if (typeof body !== 'object' || body === null) return '';
  const { message, error, errors } = body as { message?: unknown; error?: unknown; errors?: unknown };
  if (typeof message === 'string') return message;
  if (typeof error === 'string') return error;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return typeof first === 'object' && first !== null ? detailOf(first) : '';
}

function statusWordOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { status } = body as { status?: unknown };
  return typeof status === 'string' ? status : '';
}

/** Undici hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
