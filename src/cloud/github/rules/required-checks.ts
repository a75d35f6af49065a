import type { GithubContext } from '../github-context.ts';
import type { CheckRunRecord, CommitStatusRecord, RepositoryRecord } from '../records.ts';
import type { ActiveRule } from './rules-of.ts';

/** A check that a rule asks for. */
interface RequiredCheck {
  readonly context: string;
  /** The app that it must come from. */
  readonly integration_id?: number;
}

/** How a required check stands on a commit: a skipped one counts as passed (github-actions.md §1.5). */
const PASSED: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped']);

/** The checks that rules ask for, by name, without those that have passed on a commit. */
export function missingChecks(
  context: GithubContext,
  repository: RepositoryRecord,
  rules: readonly ActiveRule[],
  sha: string,
): readonly { readonly context: string; readonly state: 'expected' | 'failed' | 'pending' }[] {
  return requiredChecks(rules).flatMap((check) => {
    const state = stateOf(context, repository, check, sha);
    return state === 'passed' ? [] : [{ context: check.context, state }];
  });
}

/** All that rules ask for, each once. */
export function requiredChecks(rules: readonly ActiveRule[]): readonly RequiredCheck[] {
  const all = rules
    .filter(({ type }) => type === 'required_status_checks')
    .flatMap(({ parameters }) => (parameters['required_status_checks'] ?? []) as RequiredCheck[]);
  return [...new Map(all.map((check) => [check.context, check])).values()];
}

/** A check run and a commit status of one name are both required (github-actions.md §1.5). */
function stateOf(
  context: GithubContext,
  repository: RepositoryRecord,
  check: RequiredCheck,
  sha: string,
): 'passed' | 'expected' | 'failed' | 'pending' {
  const runs = latestCheckRuns(context, repository, sha).filter(
    ({ name, appId }) =>
      name === check.context && (check.integration_id === undefined || check.integration_id === appId),
  );
  const status = latestStatuses(context, repository, sha).find((one) => one.context === check.context);
  const states = [
    ...runs.map(({ status, conclusion }) =>
      status !== 'completed' ? 'pending' : PASSED.has(conclusion ?? '') ? 'passed' : 'failed',
    ),
    ...(status === undefined || check.integration_id !== undefined
      ? []
      : [status.state === 'success' ? 'passed' : status.state === 'pending' ? 'pending' : 'failed']),
  ] as const;
  if (states.length === 0) return 'expected';
  if (states.includes('failed')) return 'failed';
  return states.includes('pending') ? 'pending' : 'passed';
}

/** The newest check run of each name and app on a commit. */
export function latestCheckRuns(
  { state }: GithubContext,
  repository: RepositoryRecord,
  sha: string,
): readonly CheckRunRecord[] {
  const runs = state.of('check_runs', repository.id).filter(({ headSha }) => headSha === sha);
  return [...new Map(runs.map((run) => [`${run.appId}/${run.name}`, run])).values()];
}

/** The newest commit status of each context on a commit. */
export function latestStatuses(
  { state }: GithubContext,
  repository: RepositoryRecord,
  sha: string,
): readonly CommitStatusRecord[] {
  const statuses = state.of('commit_statuses', repository.id).filter((status) => status.sha === sha);
  return [...new Map(statuses.map((status) => [status.context, status])).values()];
}
