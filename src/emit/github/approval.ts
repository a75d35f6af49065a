import { approvalEnvironment as nameOfApproval } from '../../config/github-names.ts';
import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import type { YamlMap } from '../yaml/yaml-data.ts';
import { environmentKey } from './environment-job.ts';

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

/**
 * The GitHub environment whose reviewers are asked. Not the one with the secrets: a run that waits there holds its
 * place in the group, and a rollback would wait behind it (orgs/community#17401).
 */
export function approvalEnvironment({ name }: ResolvedEnvironment): YamlMap {
  return environmentKey(nameOfApproval(name));
}
