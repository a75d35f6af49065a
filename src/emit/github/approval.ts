import { approvalEnvironment as nameOfApproval } from '../../config/github-names.ts';
import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { environmentKey } from './environment-job.ts';
import { expression } from './expressions.ts';
import { job } from './job.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** The approval that an environment waits for, or offers; null: none. */
export function approvalOf({ gates }: ResolvedEnvironment): ResolvedApproval | null {
  const approvals = gates.flatMap((gate) => (gate.kind === 'approval' ? [gate] : []));
  return approvals.find((gate) => !gate.optional) ?? approvals[0] ?? null;
}

/** Whether GitHub itself asks reviewers, and waits for one of them. */
export function hasReviewers(environment: ResolvedEnvironment): boolean {
  const approval = approvalOf(environment);
  return approval?.by === 'reviewers' && !approval.optional;
}

/** Of the job itself, which only notes the time: waiting for people does not count. */
const APPROVAL_MINUTES = 5;

/**
 * The job in which reviewers of GitHub are asked: without a secret and without the group. It notes when they let it in,
 * for GitHub tells nobody; what they agreed to, the job before it has said.
 */
export function reviewersJob(
  context: WorkflowContext,
  environment: ResolvedEnvironment,
  { name, gates, condition }: { readonly name: string; readonly gates: string; readonly condition: string },
): YamlMap {
  return job(context, {
    name,
    needs: [gates],
    if: condition,
    timeoutMinutes: APPROVAL_MINUTES,
    grants: null,
    environment: approvalEnvironment(environment),
    outputs: { at: expression('steps.agreed.outputs.at') },
    steps: [
      {
        name: 'Note the time of the approval',
        id: 'agreed',
        run: 'echo "at=$(date +%s)" >> "$GITHUB_OUTPUT"',
      },
    ],
  });
}

/** What a deployment is told of what was reviewed: by the jobs of these names. */
export function reviewedEnv(gates: string, approval: string): YamlMap {
  return {
    REVIEWED: `${expression(`needs.${gates}.outputs.asked`)}@${expression(`needs.${approval}.outputs.at`)}`,
  };
}

/**
 * The GitHub environment whose reviewers are asked. Not the one with the secrets: a run that waits there holds its
 * place in the group, and a rollback would wait behind it (orgs/community#17401).
 */
function approvalEnvironment({ name }: ResolvedEnvironment): YamlMap {
  return environmentKey(nameOfApproval(name));
}
