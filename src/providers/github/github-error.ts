import type { RequestError } from '@octokit/request-error';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { GithubCredentials } from './github-options.ts';
import { acceptedPermission, rightFor } from './github-rights.ts';

/** A failed call, with what the provider itself decides by. */
export class GithubApiError extends ToolError {
  /** Null when there was no answer at all. */
  readonly status: number | null;
  /** What GitHub said, or why there was no answer. */
  readonly detail: string;

  constructor(
    code: ErrorCode,
    message: string,
    facts: { status: number | null; detail: string; hint: string; isTransient: boolean },
  ) {
    // No cause: octokit's error holds the whole request, body included.
    super(code, message, { hint: facts.hint, retry: facts.isTransient ? 'safe' : 'never' });
    this.status = facts.status;
    this.detail = facts.detail;
  }
}

/** What was tried, for people. */
export interface FailedCall {
  /** A verb and what it is about: `read the deployments`. */
  readonly words: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly credentials: GithubCredentials;
}

/** Whether the call may have been carried out although it failed: no answer, or a server's fault. */
export function isOutcomeUnknown(error: unknown): error is GithubApiError {
  return error instanceof GithubApiError && (error.status === null || error.status >= 500);
}

/** Whether GitHub answered with one of these. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is GithubApiError {
  return error instanceof GithubApiError && error.status !== null && statuses.includes(error.status);
}

/** Turns octokit's error into one that says what to do. Secrets stay out: only GitHub's own words are taken over. */
export function githubError(call: FailedCall, error: RequestError): GithubApiError {
  const { response } = error;
  if (response === undefined) return noAnswer(call, error.message);
  const detail = detailOf(response.data);
  const facts: Facts = {
    call,
    status: error.status,
    detail,
    method: error.request.method,
    path: pathOf(error.request.url),
    headers: response.headers,
  };
  if (error.status === 401) return badToken(facts);
  if (isLimit(facts)) return limitReached(facts);
  if (error.status === 403) return withoutRight(facts);
  if (error.status === 404) return notFound(facts);
  return otherRefusal(facts);
}

interface Facts {
  readonly call: FailedCall;
  readonly status: number;
  readonly detail: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** For a repository that the token does not see at all: GitHub says the same of one that does not exist. */
export function unknownRepository(call: FailedCall, suggestion: string | null): GithubApiError {
  const name = tokenWords(call.credentials);
  return new GithubApiError(
    'PROVIDER_NOT_FOUND',
    `GitHub shows no repository ${call.repository}: it does not exist, or ${name} may not see it.`,
    {
      status: 404,
      detail: 'Not Found',
      hint:
        suggestion === null
          ? `Check the name, github: { repository: '${call.repository}' }, and that the token is for it: gh repo view ${call.repository}`
          : `Did you mean ${suggestion}? Write github: { repository: '${suggestion}' }`,
      isTransient: false,
    },
  );
}

function noAnswer({ words, repository }: FailedCall, detail: string): GithubApiError {
  return new GithubApiError(
    'PROVIDER_UNREACHABLE',
    `GitHub did not answer when asked to ${words} of ${repository}: ${detail}.`,
    { status: null, detail, hint: UNREACHABLE_HINT, isTransient: true },
  );
}

const UNREACHABLE_HINT =
  'Run it again; what was done is not done twice. GitHub says how it is at githubstatus.com.';

function badToken({ call, detail, status }: Facts): GithubApiError {
  const { credentials } = call;
  const hint =
    credentials.kind === 'app'
      ? `Check the App's id and its private key in ${credentials.name}; keys are made in the App's settings.`
      : `Set another one: export ${credentials.name}="$(gh auth token)"`;
  const message = `GitHub does not accept ${tokenWords(credentials)}: it is wrong, expired or revoked. It was needed to ${call.words} of ${call.repository}.`;
  return new GithubApiError('PROVIDER_UNAUTHORIZED', message, { status, detail, hint, isTransient: false });
}

function withoutRight(facts: Facts): GithubApiError {
  const { call, detail, status } = facts;
  const { right, hint } = missingRight(facts);
  const message = `${capital(tokenWords(call.credentials))} lacks the right ${right}, which is needed to ${call.words} of ${call.repository}${said(detail)}.`;
  return new GithubApiError('PROVIDER_UNAUTHORIZED', message, { status, detail, hint, isTransient: false });
}

/** GitHub hides from a token without the right that there is something at all. */
function notFound(facts: Facts): GithubApiError {
  const { call, detail, status } = facts;
  const { right, hint } = missingRight(facts);
  const message = `GitHub found nothing when asked to ${call.words} of ${call.repository}: it does not exist, or ${tokenWords(call.credentials)} lacks the right ${right}.`;
  return new GithubApiError('PROVIDER_NOT_FOUND', message, { status, detail, hint, isTransient: false });
}

function missingRight({ call, method, path, headers }: Facts): { right: string; hint: string } {
  const known = rightFor(method, path);
  const permission = acceptedPermission(text(headers['x-accepted-github-permissions'])) ?? known.permission;
  const scopes = text(headers['x-oauth-scopes']);
  if (call.credentials.kind === 'app') {
    return {
      right: permission,
      hint: `Grant the App ${permission} in its settings, and accept that for the installation.`,
    };
  }
  const { name } = call.credentials;
  // Only classic tokens have scopes, and only for them is the header sent.
  if (scopes !== undefined) {
    const needed = text(headers['x-accepted-oauth-scopes'])?.split(',')[0]?.trim() || known.scope;
    const has = scopes.trim() === '' ? 'none' : scopes;
    return {
      right: `${permission} (scope ${needed}; it has ${has})`,
      hint: `Make one with that scope and set it: gh auth refresh -s ${needed}, export ${name}="$(gh auth token)"`,
    };
  }
  const inJob = known.isBeyondJobs
    ? 'The GITHUB_TOKEN of a job cannot be granted it: use a fine-grained token or an App'
    : `In a job, write it under permissions: ${permission}. Otherwise use a token that has it`;
  return { right: permission, hint: `${inJob}, and set it: export ${name}=…` };
}

function limitReached({ call, status, detail, headers }: Facts): GithubApiError {
  const reset = Number(text(headers['x-ratelimit-reset']) ?? Number.NaN);
  const until = Number.isFinite(reset) ? ` until ${new Date(reset * 1000).toISOString()}` : '';
  return new GithubApiError(
    'PROVIDER_QUOTA',
    `GitHub allows ${tokenWords(call.credentials)} no more requests${until}; it was asked to ${call.words} of ${call.repository}${said(detail)}.`,
    {
      status,
      detail,
      hint: 'Run it again then; an App has a limit of its own, and a higher one. See: gh api rate_limit',
      isTransient: true,
    },
  );
}

function isLimit({ status, detail, headers }: Facts): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const isUsedUp = text(headers['x-ratelimit-remaining']) === '0';
  return isUsedUp || headers['retry-after'] !== undefined || /secondary rate/i.test(detail);
}

function otherRefusal({ call, status, detail, headers }: Facts): GithubApiError {
  const id = text(headers['x-github-request-id']);
  const reference = id === undefined ? '' : `, request ${id}`;
  const verb = status >= 500 ? 'failed' : 'refused';
  return new GithubApiError(
    codeFor(status),
    `GitHub ${verb} to ${call.words} of ${call.repository}${said(detail)} (HTTP ${status}${reference}).`,
    { status, detail, hint: hintFor(status, call.repository), isTransient: status >= 500 },
  );
}

function codeFor(status: number): ErrorCode {
  if (status === 409 || status === 412) return 'PROVIDER_CONFLICT';
  return status >= 500 ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_REJECTED';
}

function hintFor(status: number, repository: string): string {
  if (status >= 500) return UNREACHABLE_HINT;
  if (status === 409)
    return `Somebody else changed it meanwhile, or the repository is empty: gh repo view ${repository}`;
  return `See what the repository has: gh repo view ${repository} --web`;
}

/** `the token GITHUB_TOKEN`, `the App 12345`. */
function tokenWords(credentials: GithubCredentials): string {
  return credentials.kind === 'app' ? `the App ${credentials.appId}` : `the token ${credentials.name}`;
}

/** GitHub's body: `{ message, errors?: [{ resource, field, code, message? } | string], documentation_url }`. */
function detailOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, DETAIL_LENGTH_MAX).trim();
  if (typeof body !== 'object' || body === null) return '';
  const { message, errors } = body as { message?: unknown; errors?: unknown };
  const listed = Array.isArray(errors) ? errors.map(wordsOfMistake).filter((words) => words !== '') : [];
  const head = typeof message === 'string' ? message : '';
  return [head, ...listed].join('; ').slice(0, DETAIL_LENGTH_MAX);
}

/** Nobody reads more of an error page. */
const DETAIL_LENGTH_MAX = 400;

function wordsOfMistake(mistake: unknown): string {
  if (typeof mistake === 'string') return mistake;
  if (typeof mistake !== 'object' || mistake === null) return '';
  const { message, field, code } = mistake as Record<string, unknown>;
  if (typeof message === 'string') return message;
  return [field, code].filter((part) => typeof part === 'string').join(' ');
}

function said(detail: string): string {
  return detail === '' ? '' : `: ${detail.replace(/[.\s]+$/, '')}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function text(header: string | number | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}

function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? url;
}
