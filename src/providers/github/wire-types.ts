import type { components } from '@octokit/openapi-types';

type Schemas = components['schemas'];

/** What GitHub answers with, by its own published description. */
export type WireDeployment = Schemas['deployment'];
export type WireDeploymentStatus = Schemas['deployment-status'];
export type WireComment = Schemas['issue-comment'];
export type WireIssue = Schemas['issue'];
export type WireWorkflowRun = Schemas['workflow-run'];
export type WireCheckRun = Schemas['check-run'];
export type WireRepository = Schemas['full-repository'];
/** As it stands in lists; a single one has more. */
export type WirePullRequest = Schemas['pull-request-simple'];
