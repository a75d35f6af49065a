/** The pull request that an event of GitHub is about. */
export interface GithubPullRequest {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly headSha: string;
  readonly headRef: string;
  /** `owner/name` of where the head lives; null when that repository is gone. */
  readonly headRepository: string | null;
  readonly baseRef: string;
  readonly isMerged: boolean;
  readonly isDraft: boolean;
  readonly labels: readonly string[];
  readonly url: string;
}

/**
 * What made a run of GitHub Actions begin: as much of it as is decided upon. In a workflow that was called it is what its
 * caller was started by.
 */
export interface GithubEvent {
  /** `push`, `pull_request`, `workflow_dispatch`, … */
  readonly name: string;
  /** `opened`, `closed`, …; null where the event has none. */
  readonly action: string | null;
  /** `refs/heads/main`, `refs/tags/v1.2.0`, `refs/pull/42/merge`. */
  readonly ref: string;
  readonly refType: 'branch' | 'tag' | 'pull' | 'other';
  /** The ref without its kind: `main`, `v1.2.0`, `42/merge`. */
  readonly refName: string;
  /** The commit that the run is about; of a pull request the one that merges it. */
  readonly sha: string;
  /** A push that took its branch or tag away. */
  readonly isDeletion: boolean;
  readonly pullRequest: GithubPullRequest | null;
  /** Whether the head of the pull request lives in another repository, or nobody knows where. */
  readonly isFork: boolean;
  /** Whether Dependabot made it: GitHub gives such runs no secrets, as if it were a fork. */
  readonly isDependabot: boolean;
  /** Who started the run first. */
  readonly actor: string;
  /** Who started this attempt of it. */
  readonly triggeringActor: string;
  readonly runId: number;
  /** 1 for the first; rises with each re-run. */
  readonly attempt: number;
}
