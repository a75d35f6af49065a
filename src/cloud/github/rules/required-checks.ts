import { requiredCheckState } from '../actions/rules/required-check.ts';
import type { RequiredCheckState } from '../actions/rules/required-check.ts';
import type { GithubContext } from '../github-context.ts';
import type { CheckRunRecord, CommitStatusRecord, RepositoryRecord } from '../records.ts';
import type { ActiveRule } from './rules-of.ts';

/** A check that a rule asks for. */
interface RequiredCheck {
  readonly context: string;
  /** The app that it must come from. */
  readonly integration_id?: number;
}

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

/** How a check stands on a commit: by the newest of its check runs, and of its commit statuses. */
function stateOf(
  context: GithubContext,
  repository: RepositoryRecord,
  check: RequiredCheck,
  sha: string,
): RequiredCheckState {
  const name = check.context;
  const isFromApp = (appId: number | null): boolean =>
    check.integration_id === undefined || check.integration_id === appId;
  const runs = latestCheckRuns(context, repository, sha).filter((run) => isFromApp(run.appId));
  const statuses = check.integration_id === undefined ? latestStatuses(context, repository, sha) : [];
  return requiredCheckState(name, [
    ...runs.map((run) => ({
      name: run.name,
      conclusion: run.status === 'completed' ? (run.conclusion ?? '') : null,
    })),
    ...statuses.map((status) => ({
      name: status.context,
      conclusion: status.state === 'pending' ? null : status.state,
    })),
  ]);
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
