/** What an account pays for; decides which protection a private repository may have (github-actions.md §1.4). */
export type GithubPlan = 'free' | 'pro' | 'team' | 'enterprise';

/** What somebody may do in a repository, the least first. */
export const GITHUB_ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

export type GithubRole = (typeof GITHUB_ROLES)[number];

/** Somebody, or an organization. */
export interface AccountRecord {
  readonly id: number;
  readonly login: string;
  readonly kind: 'user' | 'organization' | 'bot';
  readonly name: string;
  readonly email: string;
  readonly plan: GithubPlan;
  /** May do everything everywhere, as an administrator of a GitHub Enterprise Server may. */
  readonly isSiteAdmin: boolean;
  /** Of an organization: who is in it. */
  readonly members: Readonly<Record<string, 'admin' | 'member'>>;
  /** Milliseconds since the Unix epoch, as every time here. */
  readonly createdAt: number;
}

/** Some of an organization's members. */
export interface TeamRecord {
  readonly id: number;
  readonly org: string;
  readonly slug: string;
  readonly name: string;
  readonly members: readonly string[];
}

/** `read` or `write` by GitHub's name of a permission, such as `pull_requests`. */
export type GithubPermissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>;

/** A token. It is kept as its digest alone. */
export interface TokenRecord {
  readonly id: number;
  readonly digest: string;
  /**
   * `classic`: by scopes. `fine-grained`: by permissions. `installation`: of an app. `job`: of a job of GitHub Actions,
   * whose events start no GitHub workflow.
   */
  readonly kind: 'classic' | 'fine-grained' | 'installation' | 'job';
  /** Whose it is; of an app and a job its bot. */
  readonly login: string;
  readonly scopes: readonly string[];
  readonly permissions: GithubPermissions;
  /** Ids of the repositories that it opens; null: all that its owner sees. */
  readonly repositories: readonly number[] | null;
  readonly expiresAt: number | null;
  readonly appId: number | null;
  readonly createdAt: number;
}

/** A GitHub App. */
export interface AppRecord {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  /** PEM; null for GitHub's own. */
  readonly publicKey: string | null;
  readonly permissions: GithubPermissions;
  readonly createdAt: number;
}

/** A GitHub App on an account. */
export interface InstallationRecord {
  readonly id: number;
  readonly appId: number;
  readonly account: string;
  readonly repositories: readonly number[] | null;
  readonly permissions: GithubPermissions;
  readonly createdAt: number;
}
