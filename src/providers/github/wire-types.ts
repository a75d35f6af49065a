import type { components } from '@octokit/openapi-types';

type Schemas = components['schemas'];

/** What GitHub answers with, by its own published description. */
export type WireDeployment = Schemas['deployment'];
export type WireDeploymentStatus = Schemas['deployment-status'];
export type WireComment = Schemas['issue-comment'];
export type WireWorkflowRun = Schemas['workflow-run'];
export type WireReview = Schemas['environment-approvals'];
export type WirePendingReview = Schemas['pending-deployment'];
export type WireCheckRun = Schemas['check-run'];
export type WireRepository = Schemas['full-repository'];
/** As it stands in lists; a single one has more. */
export type WirePullRequest = Schemas['pull-request-simple'];
export type WireEnvironment = Omit<Schemas['environment'], 'protection_rules'> & {
  readonly protection_rules?: readonly WireProtection[];
};
/** One of an environment's rules: reviewers, a wait, or that there are rules about refs. */
export interface WireProtection {
  readonly type: string;
  readonly reviewers?: readonly WireReviewer[];
  readonly prevent_self_review?: boolean;
  readonly wait_timer?: number;
}
/** Of a user `login`, of a team `slug`. */
export interface WireReviewer {
  readonly type?: string;
  readonly reviewer?: { readonly login: string } | { readonly slug: string } | Record<string, never>;
}
export type WireRuleset = Schemas['repository-ruleset'];
