import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DeploymentInput } from '../deployment-input.ts';
import { shortPlan } from './plan-hash.ts';

/** Somebody who approves a run that waits on this machine. */
export interface RunApproval {
  readonly run: string;
  /** `user@host` of whoever started it, and of whoever approves. */
  readonly asked: string;
  readonly by: string;
  readonly input: Pick<DeploymentInput, 'plan' | 'environment'>;
  /** The plan that they agree to; null where they named none. */
  readonly plan: string | null;
}

/** Throws APPROVAL_REFUSED or APPROVAL_VOID where somebody may not approve a run, or named another plan than it has. Pure. */
export function requireApprovable({ run, asked, by, input, plan }: RunApproval): void {
  const gate = input.environment.gates.find((each) => each.kind === 'approval' && !each.optional);
  if (gate?.kind === 'approval' && gate.excludesInitiator && asked === by) {
    throw new ToolError(
      'APPROVAL_REFUSED',
      `${by} started ${run}, so somebody else has to approve it. Nothing was changed.`,
      { hint: `Somebody else runs: glidepath approve ${run}` },
    );
  }
  if (plan === null || input.plan === undefined || input.plan.startsWith(plan.toLowerCase())) return;
  throw new ToolError(
    'APPROVAL_VOID',
    `${run} would carry out plan ${shortPlan(input.plan)}, and not ${shortPlan(plan)}. Nothing was changed.`,
    { hint: `See what it does: glidepath run show ${run}` },
  );
}
