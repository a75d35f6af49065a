import type { Json } from '../../../../util/json.ts';
import type { GithubEvent, RunPlace } from './github-event.ts';
import type { JsonObject } from './source.ts';

/** What a run knows besides its workflow. Plain data; no secret is in it. */
export interface RunContext {
  readonly event: GithubEvent;
  readonly place: RunPlace;
  readonly runId: number;
  readonly runNumber: number;
  /** From 1; grows with every re-run. */
  readonly runAttempt: number;
  /** Who pressed the button: of a re-run somebody else than `event.actor`, whose rights still count. */
  readonly triggeringActor: string;
  /** What `github` says of ids and of the ref's protection; runs of an older state were stored without. */
  readonly origin?: {
    readonly repositoryId: number;
    readonly ownerId: number;
    readonly actorId: number;
    /** Whether rules of the repository protect the ref of the run. */
    readonly isRefProtected: boolean;
  };
  /** The variables of the repository and its owner. */
  readonly vars: Readonly<Record<string, string>>;
  /** The inputs of `workflow_dispatch`, checked and typed; empty for other events. */
  readonly inputs: JsonObject;
  /** What a token may do when no `permissions` are written. GitHub's default for new repositories is `read`. */
  readonly defaultPermissions: 'read' | 'write';
  /** `http://127.0.0.1:1234`, its REST and its GraphQL address. */
  readonly serverUrl: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
}

/** The names that an expression may begin with. */
export type ContextName =
  | 'github'
  | 'inputs'
  | 'vars'
  | 'needs'
  | 'strategy'
  | 'matrix'
  | 'secrets'
  | 'steps'
  | 'job'
  | 'runner'
  | 'env'
  | 'jobs';

/** What an expression is evaluated against: contexts that are not given are empty. */
export interface Scope {
  readonly contexts: { readonly [Name in ContextName]?: Json };
  /**
   * What the status functions look at: results of all ancestors of a job, or of the job's steps so far. Where it is
   * not given the functions are not there.
   */
  readonly status?: StatusFacts;
  /** `hashFiles`, of the job's working directory: given only where a runner has one. */
  readonly hashFiles?: (patterns: readonly string[]) => string;
}

/** What `success()`, `failure()`, `cancelled()` and `always()` say. */
export interface StatusFacts {
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}
