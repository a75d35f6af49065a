import type { EventCause } from '../event-records.ts';

/** Something that happened in a repository, as its webhooks are told of it. */
export interface GithubEvent {
  /** The same when it is told of once more after a kill; a listener carries out each but once. */
  readonly id: string;
  /** `push`, `pull_request`, `deployment_status`, … */
  readonly name: string;
  readonly action: string | null;
  readonly repositoryId: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly sender: string;
  /**
   * `job`: brought about with a job's own token, so that no GitHub workflow starts by it, except by
   * `workflow_dispatch` and `repository_dispatch` (github-actions.md §1.2).
   */
  readonly cause: EventCause;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** As a webhook has it. */
  readonly payload: Readonly<Record<string, unknown>>;
}
