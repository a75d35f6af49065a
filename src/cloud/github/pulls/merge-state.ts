import type { GithubContext } from '../github-context.ts';
import type { PullRecord, RepositoryRecord } from '../records.ts';
import { missingChecks } from '../rules/required-checks.ts';
import { rulesOf } from '../rules/rules-of.ts';

/** GitHub's word for whether an open pull request can be merged, and what keeps it from it. */
export function mergeStateOf(context: GithubContext, repository: RepositoryRecord, pull: PullRecord): string {
  if (pull.testMergeSha === null) return 'dirty';
  if (pull.isDraft) return 'draft';
  const rules = rulesOf(context, repository, `refs/heads/${pull.baseRef}`);
  return missingChecks(context, repository, rules, pull.headSha).length > 0 ? 'blocked' : 'clean';
}
