import type { GithubContext } from '../github-context.ts';
import type { PullRecord, RepositoryRecord } from '../records.ts';
import { missingChecks } from '../rules/required-checks.ts';
import { rulesOf } from '../rules/rules-of.ts';
import type { ActiveRule } from '../rules/rules-of.ts';

/** GitHub's word for whether an open pull request can be merged, and what keeps it from it. */
export function mergeStateOf(context: GithubContext, repository: RepositoryRecord, pull: PullRecord): string {
  if (pull.testMergeSha === null) return 'dirty';
  if (pull.isDraft) return 'draft';
  const rules = rulesOf(context, repository, `refs/heads/${pull.baseRef}`);
  if (missingChecks(context, repository, rules, pull.headSha).length > 0) return 'blocked';
  return pull.size.behind > 0 && asksForNewest(rules) ? 'behind' : 'clean';
}

/** What speaks against merging, in the words in which a merge is refused. */
export function mergeViolations(
  context: GithubContext,
  repository: RepositoryRecord,
  pull: PullRecord,
  rules: readonly ActiveRule[],
): readonly string[] {
  const inQueue = rules.some(({ type }) => type === 'merge_queue');
  return [
    ...(inQueue ? ['Changes must be made through the merge queue'] : []),
    ...missingChecks(context, repository, rules, pull.headSha).map(({ context: name, state }) =>
      state === 'failed'
        ? `Required status check "${name}" is failing.`
        : state === 'pending'
          ? `Required status check "${name}" is in progress.`
          : `Required status check "${name}" is expected.`,
    ),
    ...(pull.size.behind > 0 && asksForNewest(rules)
      ? ['This branch must be up to date with its base before merging.']
      : []),
  ];
}

/** Whether a head must have all of its base. */
function asksForNewest(rules: readonly ActiveRule[]): boolean {
  return rules.some(({ parameters }) => parameters['strict_required_status_checks_policy'] === true);
}
