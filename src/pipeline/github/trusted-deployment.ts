import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { matchesRefPattern } from '../../plan/ref-pattern.ts';
import type { HostDeployment, HostPermission, HostWorkflowRun } from '../../providers/code-host.ts';
import type { DeploymentPayload } from './deployment-payload.ts';

/** What has to be asked before a deployment on GitHub is believed. */
export interface TrustFacts {
  /** The environment as the config has it now. */
  readonly environment: Pick<ResolvedEnvironment, 'kind' | 'on'>;
  /** The run of GitHub Actions that its payload names; null where there is none. */
  readonly workflowRun: HostWorkflowRun | null;
  /** Whether the commit whose GitHub workflow ran is on the main branch. */
  readonly isOnMain: boolean;
  /** What its creator may do in the repository; null where that was not asked, for it is no person. */
  readonly permission: HostPermission | null;
}

/** Whether somebody can be asked for a permission: apps have none. */
export function isPerson(creator: string): boolean {
  return !creator.endsWith('[bot]');
}

/**
 * Why a deployment on GitHub is not believed; null where it is. Everybody who may write to a repository can make one, with
 * whatever in it, and a gate like `passed('staging')` would open on its word. So one is believed only
 *
 * - of a person who maintains the repository, and could merge and deploy by hand as well; or
 * - of an app, where it names a run of GitHub Actions whose GitHub workflow was taken in: its commit is on the main branch,
 *   or it ran on a branch that the environment is deployed from. The GitHub workflow on a branch of somebody's own may say
 *   anything; one for a pull request can speak of review apps alone.
 *
 * Pure.
 */
export function distrust(
  { creator, sha }: Pick<HostDeployment, 'creator' | 'sha'>,
  payload: DeploymentPayload,
  facts: TrustFacts,
): string | null {
  if (sha !== payload.commit) return `it is of ${sha.slice(0, 7)} and says ${payload.commit.slice(0, 7)}`;
  if (isPerson(creator)) {
    const mayDeploy = facts.permission === 'admin' || facts.permission === 'maintain';
    return mayDeploy ? null : `${creator} made it, who does not maintain the repository`;
  }
  const { actions } = payload;
  const { workflowRun } = facts;
  if (actions === null) return `${creator} made it, and it names no run of GitHub Actions`;
  if (workflowRun === null) return `it names the run ${actions.run}, which does not exist`;
  if (workflowRun.attempt < actions.attempt)
    return `it names attempt ${actions.attempt} of a run that has ${workflowRun.attempt}`;
  return distrustOfRun(payload, workflowRun, facts);
}

function distrustOfRun(
  payload: DeploymentPayload,
  run: HostWorkflowRun,
  { environment, isOnMain }: TrustFacts,
): string | null {
  if (run.event === 'pull_request')
    return environment.kind === 'review' && payload.pullRequest !== null
      ? null
      : 'a run for a pull request made it, which can only describe review apps';
  if (!STARTERS.has(run.event)) return `a run for ${run.event} made it, which deploys nothing`;
  if (run.event === 'push' && payload.action === 'deploy' && run.headSha !== payload.commit)
    return `its run was for ${run.headSha.slice(0, 7)}, and it says ${payload.commit.slice(0, 7)}`;
  const isOwnBranch = environment.on.some(
    (rule) => rule.kind === 'push' && matchesRefPattern(rule.branch, run.headBranch ?? ''),
  );
  if (isOnMain || isOwnBranch) return null;
  return `its GitHub workflow ran at ${run.headSha.slice(0, 7)} of ${run.headBranch ?? 'no branch'}, which is not on the main branch`;
}

/** What starts deployments, and what ends review apps. */
const STARTERS: ReadonlySet<string> = new Set(['push', 'workflow_dispatch', 'schedule']);
