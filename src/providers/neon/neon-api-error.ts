import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** A failed request, with what the provider itself decides by. */
export class NeonApiError extends ToolError {
  /** Null when there was no answer at all. */
  readonly status: number | null;
  /** What Neon said, or why there was no answer. */
  readonly detail: string;

  constructor(
    code: ErrorCode,
    message: string,
    facts: { status: number | null; detail: string; hint: string; isTransient: boolean; cause?: unknown },
  ) {
    super(code, message, {
      hint: facts.hint,
      cause: facts.cause,
      retry: facts.isTransient ? 'safe' : 'never',
    });
    this.status = facts.status;
    this.detail = facts.detail;
  }
}

/** What the failed request was about, for people. */
export interface FailedRequest {
  readonly method: string;
  /** Such as `branch staging of project shop`. */
  readonly resource: string;
  /** The environment variable that the key was read from. */
  readonly tokenName: string;
}

/** Turns an error answer into an error. Its body: `{ request_id?, code, message }` (Neon's API, `GeneralError`). */
export function errorFromAnswer(
  request: FailedRequest,
  answer: { status: number; body: unknown; requestId: string | null },
): NeonApiError {
  const { status } = answer;
  const { code: word, message: detail, requestId: ownId } = read(answer.body);
  const requestId = ownId ?? answer.requestId;
  const code = codeFor(status, word);
  const id = requestId === null ? '' : `, request ${requestId}`;
  const says = detail === '' ? '' : `: ${detail.replace(/[.\s]+$/, '')}`;
  return new NeonApiError(
    code,
    `Neon ${status >= 500 ? 'failed at' : 'refused'} ${request.method} on ${request.resource}${says} (HTTP ${status}${id}).`,
    {
      status,
      detail,
      hint: hintFor(code, status, request),
      isTransient: status === 423 || status === 429 || status >= 500,
    },
  );
}

/** The error for a request that got no answer. Its outcome is unknown. */
export function errorFromSilence(request: FailedRequest, cause: unknown): NeonApiError {
  const detail = reasonOf(cause);
  return new NeonApiError(
    'PROVIDER_UNREACHABLE',
    `Neon did not answer ${request.method} on ${request.resource}: ${detail}.`,
    { status: null, detail, hint: HINTS.PROVIDER_UNREACHABLE ?? '', isTransient: true, cause },
  );
}

/** Whether the request may have been carried out although it failed: no answer, or a server's fault. */
export function isOutcomeUnknown(error: unknown): error is NeonApiError {
  if (!(error instanceof NeonApiError)) return false;
  return error.status === null || error.status === 408 || error.status >= 500;
}

/** Whether Neon answered with one of these. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is NeonApiError {
  return error instanceof NeonApiError && error.status !== null && statuses.includes(error.status);
}

/** `BRANCHES_LIMIT_EXCEEDED`, `ROOT_BRANCHES_LIMIT_EXCEEDED` and their like: what the plan of the account allows. */
const LIMIT = /LIMIT_EXCEEDED$/;

function codeFor(status: number, word: string): ErrorCode {
  if (LIMIT.test(word) || status === 429) return 'PROVIDER_QUOTA';
  if (status === 401 || status === 403) return 'PROVIDER_UNAUTHORIZED';
  if (status === 404) return 'PROVIDER_NOT_FOUND';
  if (status === 409 || status === 412 || status === 423) return 'PROVIDER_CONFLICT';
  if (status === 408 || status >= 500) return 'PROVIDER_UNREACHABLE';
  return 'PROVIDER_REJECTED';
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  PROVIDER_NOT_FOUND: 'Check the name, and that the key can see it: neonctl projects list',
  PROVIDER_QUOTA:
    'See what is there, and remove what nobody needs: neonctl branches list, neonctl branches delete <name>. Or keep fewer restore points: restorePoints: { keep: 1 }',
  PROVIDER_CONFLICT: 'See what Neon is at work on, then run it again: neonctl operations list',
  PROVIDER_UNREACHABLE:
    'Run it again; what was done is not done twice. Neon says how it is at neonstatus.com.',
  PROVIDER_REJECTED: 'Check the settings of this database in glidepath.config.ts: glidepath validate',
};

/** For a refused key: by which name it was given, and what it lacks. */
function hintFor(code: ErrorCode, status: number, { method, resource, tokenName }: FailedRequest): string {
  if (code !== 'PROVIDER_UNAUTHORIZED') return HINTS[code] ?? '';
  const make = 'make another in Neon’s console, Settings, API keys, and set it';
  if (status === 401)
    return `Neon does not know the key ${tokenName}, or it was revoked: ${make}: export ${tokenName}=…`;
  const right = method === 'GET' ? 'read' : 'change';
  return `The key ${tokenName} lacks the right to ${right} ${resource}: ${make}: export ${tokenName}=…`;
}

function read(body: unknown): { code: string; message: string; requestId: string | null } {
  if (typeof body === 'string') return { code: '', message: body.slice(0, 300).trim(), requestId: null };
  if (typeof body !== 'object' || body === null) return { code: '', message: '', requestId: null };
  const {
    code,
    message,
    request_id: id,
  } = body as { code?: unknown; message?: unknown; request_id?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
    requestId: typeof id === 'string' && id !== '' ? id : null,
  };
}

/** Undici hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
