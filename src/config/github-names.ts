/** The one check that a ruleset asks for, whatever the checks of a project are called: it is a job of `ci.yml`. */
export const CI_GATE: string = 'CI gate';

/**
 * The environment of GitHub that holds the reviewers of another. It is apart, and without secrets, so that the job that
 * waits in it holds no concurrency group: a rollback never waits for an approval.
 */
export function approvalEnvironment(environment: string): string {
  return `${environment}-approval`;
}
