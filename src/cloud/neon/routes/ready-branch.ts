import type { NeonContext } from '../neon-context.ts';
import type { NeonStep } from '../neon-operations.ts';
import type { NeonBranch } from '../records.ts';

/** A branch whose server may be changed. Throws the API's 423 while the project is busy. */
export function requireReady({ operations }: NeonContext, branch: NeonBranch): NeonBranch {
  operations.requireIdle(branch.projectId);
  return branch;
}

/** The operation that stands for a change of roles or databases. */
export function configureStep(branch: NeonBranch): Omit<NeonStep, 'task'> {
  return { action: 'apply_config', branchId: branch.id };
}
