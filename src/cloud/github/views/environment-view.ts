import type { GithubContext } from '../github-context.ts';
import type { EnvironmentRecord, ReviewerRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { accountView } from './account-view.ts';
import { teamView } from './team-view.ts';
import { repositoryPage, repositoryUrl } from './repository-view.ts';
import { nodeId, timestamp } from './view-basics.ts';

/** An environment with its rules, as the API has it; a job meets its rules in the order given here. */
export function environmentView(
  context: GithubContext,
  repository: RepositoryRecord,
  environment: EnvironmentRecord,
): object {
  const { id, name, branches, waitTimerMinutes, reviewers, preventsSelfReview } = environment;
  const rule = (place: number, type: string, more: object = {}): object => ({
    id: id * 10 + place,
    node_id: nodeId('GA', id * 10 + place),
    type,
    ...more,
  });
  return {
    id,
    node_id: nodeId('EN', id),
    name,
    url: `${repositoryUrl(context, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${repositoryPage(context, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: timestamp(environment.createdAt),
    updated_at: timestamp(environment.updatedAt),
    protection_rules: [
      ...(waitTimerMinutes > 0 ? [rule(1, 'wait_timer', { wait_timer: waitTimerMinutes })] : []),
      ...(reviewers.length > 0
        ? [
            rule(2, 'required_reviewers', {
              prevent_self_review: preventsSelfReview,
              reviewers: reviewers.flatMap((each) => reviewerView(context, each)),
            }),
          ]
        : []),
      ...(branches === 'any' ? [] : [rule(3, 'branch_policy')]),
    ],
    deployment_branch_policy:
      branches === 'any'
        ? null
        : { protected_branches: branches === 'protected', custom_branch_policies: branches === 'custom' },
  };
}

function reviewerView({ state, baseUrl }: GithubContext, { type, id }: ReviewerRecord): object[] {
  if (type === 'User') {
    const account = state.all('accounts').find((one) => one.id === id);
    return account === undefined ? [] : [{ type, reviewer: accountView(baseUrl, account) }];
  }
  const team = state.all('teams').find((one) => one.id === id);
  if (team === undefined) return [];
  return [{ type, reviewer: teamView({ baseUrl }, team) }];
}
