import type { GithubState } from '../github-state.ts';
import { GITHUB_ROLES } from '../account-records.ts';
import type { AccountRecord, GithubRole } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';

/** What somebody may do in a repository, whatever token they use. */
export function roleOf(state: GithubState, account: AccountRecord, repository: RepositoryRecord): GithubRole {
  if (account.isSiteAdmin) return 'admin';
  const { login } = account;
  const owner = state.account(repository.owner);
  if (sameLogin(login, repository.owner)) return 'admin';
  const membership = Object.entries(owner?.members ?? {}).find(([member]) => sameLogin(member, login))?.[1];
  if (membership === 'admin') return 'admin';
  const given = Object.entries(repository.collaborators).find(([member]) => sameLogin(member, login))?.[1];
  const least: GithubRole = !repository.isPrivate || membership === 'member' ? 'read' : 'none';
  return atLeast(given ?? 'none', least) ? (given ?? least) : least;
}

/** Whether a role includes another. */
export function atLeast(role: GithubRole, needed: GithubRole): boolean {
  return GITHUB_ROLES.indexOf(role) >= GITHUB_ROLES.indexOf(needed);
}

/** Logins do not tell upper from lower case. */
export function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
