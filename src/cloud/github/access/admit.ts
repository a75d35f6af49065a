import type { Context } from 'hono';
import { GithubApiError, notFound } from '../github-error.ts';
import type { GithubContext } from '../github-context.ts';
import type { GithubRole, TokenRecord } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { callerOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { atLeast, roleOf } from './role-of.ts';
import { isPermitted } from './tokens.ts';

/** What a request needs: a permission of its token, and a role of whoever has it. */
export interface Need {
  /** GitHub's name of it: `contents`, `deployments`, `pull_requests`, … */
  readonly permission: string;
  readonly level: 'read' | 'write';
  /** Default: `read` to read, `write` to write. */
  readonly role?: GithubRole;
  /** Other permissions of which one is as good. */
  readonly orElse?: readonly string[];
}

/** A request that was let in. */
export interface Admitted {
  readonly repository: RepositoryRecord;
  readonly caller: Caller;
}

/** Scopes of classic tokens that are as good as `repo`, for one permission. */
const SCOPES: Readonly<Record<string, string>> = {
  statuses: 'repo:status',
  deployments: 'repo_deployment',
  repository_hooks: 'admin:repo_hook',
};

/** Reading these is not for everybody, even of a public repository. */
const GUARDED: ReadonlySet<string> = new Set([
  'secrets',
  'actions_variables',
  'environments',
  'repository_hooks',
  'administration',
]);

/** Lets a request to the repository of its path in, by what GitHub would ask of it. Throws the API's 401, 403 or 404. */
export function admit(c: Context, context: GithubContext, need: Need): Admitted {
  const { owner = '', repo = '' } = c.req.param() as { owner?: string; repo?: string };
  const caller = callerOf(c);
  const repository = context.state.repository(owner, repo);
  if (repository === null || !canSee(context, caller, repository)) throw notFound();
  if (caller === null) {
    if (need.level === 'write' || GUARDED.has(need.permission))
      throw new GithubApiError(401, 'Requires authentication');
    return { repository, caller: anybody(context) };
  }
  requirePermission(caller, repository, need);
  const role = need.role ?? (need.level === 'read' ? 'read' : 'write');
  if (isBot(caller.token) || atLeast(roleOf(context.state, caller.account, repository), role))
    return { repository, caller };
  throw new GithubApiError(
    403,
    role === 'admin' ? 'Must have admin rights to Repository.' : 'Must have push access to repository',
  );
}

/** Whether somebody knows that a repository is there. */
export function canSee(context: GithubContext, caller: Caller | null, repository: RepositoryRecord): boolean {
  if (caller === null) return !repository.isPrivate;
  const { token, account } = caller;
  if (token !== null && isBot(token)) return !repository.isPrivate || isOf(token, repository);
  if (!atLeast(roleOf(context.state, account, repository), 'read')) return false;
  if (token === null || !repository.isPrivate) return true;
  return token.kind === 'classic'
    ? token.scopes.includes('repo') || token.scopes.some((scope) => Object.values(SCOPES).includes(scope))
    : isOf(token, repository);
}

/** Whether a token is one of an app, or of a job: what it may do, it says itself. */
function isBot(token: TokenRecord | null): boolean {
  return token?.kind === 'installation' || token?.kind === 'job';
}

function isOf(token: TokenRecord, repository: RepositoryRecord): boolean {
  return token.repositories === null || token.repositories.includes(repository.id);
}

/** Throws when the token, whoever has it, does not reach so far. */
function requirePermission(caller: Caller, repository: RepositoryRecord, need: Need): void {
  const { token } = caller;
  if (token === null) return;
  const { permission, level } = need;
  if (token.kind === 'classic') {
    requireScope(token, repository, need);
    return;
  }
  const isEnough = [permission, ...(need.orElse ?? [])].some((one) =>
    isPermitted(token.permissions, one, level),
  );
  const isPublicRead = level === 'read' && !repository.isPrivate && !GUARDED.has(permission);
  if (isPublicRead || (isOf(token, repository) && isEnough)) return;
  const accepted = [permission, ...(need.orElse ?? [])].map((one) => `${one}=${level}`).join('; ');
  const what = token.kind === 'fine-grained' ? 'personal access token' : 'integration';
  throw new GithubApiError(403, `Resource not accessible by ${what}`, {
    headers: { 'x-accepted-github-permissions': accepted },
  });
}

function requireScope(token: TokenRecord, repository: RepositoryRecord, need: Need): void {
  const narrow = SCOPES[need.permission];
  const accepted = ['repo', ...(repository.isPrivate ? [] : ['public_repo']), ...(narrow ? [narrow] : [])];
  const isOpen = need.level === 'read' && !repository.isPrivate && !GUARDED.has(need.permission);
  if (isOpen || accepted.some((scope) => token.scopes.includes(scope))) return;
  // GitHub does not say that it is the scope that is missing, except by this header.
  throw new GithubApiError(404, 'Not Found', { headers: { 'x-accepted-oauth-scopes': accepted.join(', ') } });
}

/** Whoever brings no token: reads what is public. */
function anybody(context: GithubContext): Caller {
  const account = context.state.account('ghost');
  if (account === null) throw notFound();
  return { account, token: null };
}
