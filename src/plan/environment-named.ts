import type { ResolvedEnvironment, ResolvedProject } from '../config/resolved.ts';
import { forPullRequest } from './for-pull-request.ts';

/** An environment as a name means it. */
export interface NamedEnvironment {
  readonly environment: ResolvedEnvironment;
  /** Its name in the config: of `review/pr-42`, `review`. */
  readonly template: string;
  readonly pullRequest: number | null;
}

/** As `forPullRequest` names them; no number of GitHub's is longer. */
const OF_PULL_REQUEST = /^(.+)\/pr-([1-9][0-9]{0,14})$/;

/** The environment of that name: one that stands, or `review/pr-42`, that of one pull request. Null for any other name. */
export function environmentNamed({ environments }: ResolvedProject, name: string): NamedEnvironment | null {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined)
    return found.kind === 'review' ? null : { environment: found, template: name, pullRequest: null };
  const [, template = '', number = ''] = OF_PULL_REQUEST.exec(name) ?? [];
  const review = environments.find((one) => one.name === template && one.kind === 'review');
  if (review === undefined) return null;
  const pullRequest = Number(number);
  return { environment: forPullRequest(review, pullRequest), template, pullRequest };
}
