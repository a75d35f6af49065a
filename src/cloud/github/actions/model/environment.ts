/** A branch or tag pattern of an environment, matched by Ruby's File.fnmatch: `*` stops at `/`. */
export interface DeploymentPolicy {
  readonly type: 'branch' | 'tag';
  readonly pattern: string;
}

/** The protection rules of an environment. One that nobody made has none: GitHub makes it on first use. */
export interface EnvironmentRules {
  /** `all`: no restriction; `protected`: branches with a protection rule. */
  readonly refs: 'all' | 'protected' | readonly DeploymentPolicy[];
  /** Logins; the first approval counts. At most 6; empty: nobody is asked. */
  readonly reviewers: readonly string[];
  readonly preventSelfReview: boolean;
  /** 0 to 43 200. */
  readonly waitTimerMinutes: number;
}

/** What somebody said to a job that waits. */
export interface EnvironmentReview {
  readonly by: string;
  readonly state: 'approved' | 'rejected';
  readonly comment: string;
}

/** A job at the door of an environment. */
export interface EnvironmentVisit {
  readonly environment: string;
  /** GITHUB_REF of the run, which is not always where the commit came from. */
  readonly ref: string;
  /** For the rule `protected`. */
  readonly refIsProtected: boolean;
  /** Who started the run: cannot approve it under prevent-self-review. */
  readonly startedBy: string;
  /** When the job came to the door. */
  readonly sinceMs: number;
  /** Oldest first. */
  readonly reviews: readonly EnvironmentReview[];
}

/** Whether a job may enter an environment. */
export type EnvironmentVerdict =
  | { readonly kind: 'enter'; readonly why: string }
  /** The job fails. */
  | { readonly kind: 'refuse'; readonly why: string }
  /** `reviewers`: who may approve; `untilMs`: when to ask again at the latest. */
  | {
      readonly kind: 'wait';
      readonly for: 'review' | 'timer';
      readonly reviewers: readonly string[];
      readonly untilMs: number;
      readonly why: string;
    };
