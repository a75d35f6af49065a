import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { GrantedApproval } from '../../pipeline/approval/granted-approval.ts';
import type { ReviewedPlan } from '../../pipeline/approval/reviewed-plan.ts';
import type { Release } from '../../pipeline/release.ts';
import type { DeploymentPlan, Trigger } from '../../plan/plan.ts';

/** One deployment of a plan, with what it deploys. */
export interface CarryOutRequest {
  readonly deployment: DeploymentPlan;
  readonly environment: ResolvedEnvironment;
  readonly trigger: Trigger;
  readonly commit: string;
  readonly ref: string;
  readonly release: Release | null;
  /** Who agreed to it already; missing where nobody has to, or the run itself waits for somebody. */
  readonly approval?: GrantedApproval;
  /** What reviewers of GitHub agreed to, as the jobs before say; missing where they say nothing. */
  readonly reviewed?: ReviewedPlan;
  /** App → digest, of what an earlier process of the run built, whose journal is lost. */
  readonly built?: Readonly<Record<string, string>>;
}
