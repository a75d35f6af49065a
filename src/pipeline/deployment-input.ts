import type { ResolvedCheck, ResolvedEnvironment } from '../config/resolved.ts';
import type { ResolvedSecurity } from '../config/resolved-ci.ts';
import type { DeploymentPlan, Trigger } from '../plan/plan.ts';
import type { Json } from '../util/json.ts';
import type { GrantedApproval } from './approval/granted-approval.ts';
import type { Release } from './release.ts';

/**
 * Everything a run needs, stored with it: the environment as it was resolved when the run was submitted, so that a
 * resumed run never sees a config that changed in between.
 */
export interface DeploymentInput {
  readonly version: 1;
  readonly project: string;
  readonly action: DeploymentPlan['action'];
  readonly trigger: Trigger;
  readonly environment: ResolvedEnvironment;
  /** The project's checks, each after its needs, for the `checks()` gate. */
  readonly checks: readonly ResolvedCheck[];
  /** What findings are judged by; missing where an older version stored it. */
  readonly security?: ResolvedSecurity;
  readonly pullRequest: number | null;
  /** Full sha of the commit that is deployed. */
  readonly commit: string;
  /** What the commit was named by: a branch, a tag, a sha. */
  readonly ref: string;
  /** The existing release of a promotion or rollback; null when the run builds its own. */
  readonly release: Release | null;
  readonly by: string;
  /** The hash of the plan, where somebody has to agree to it. */
  readonly plan?: string;
  /** Who agreed before the run began. */
  readonly approval?: GrantedApproval;
  /** App → digest, of what an earlier process of this very run built, whose journal is lost: it is not built again. */
  readonly built?: Readonly<Record<string, string>>;
}

/** The input of a stored run. */
export function deploymentInput(input: Json): DeploymentInput {
  return input as unknown as DeploymentInput;
}
