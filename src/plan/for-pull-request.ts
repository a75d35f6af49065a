import type { ResolvedEnvironment } from '../config/resolved.ts';
import { assert } from '../util/assert.ts';

/**
 * The environment of one pull request, made from the review template: `{pr}` is replaced by the number wherever it
 * stands in a value, and the environment is called `review/pr-42`, so that two pull requests never share a lock, a
 * record or a live release.
 */
export function forPullRequest(environment: ResolvedEnvironment, pr: number): ResolvedEnvironment {
  assert(environment.kind === 'review', `${environment.name} is not a review environment`);
  const named = substitute(environment, String(pr)) as ResolvedEnvironment;
  return { ...named, name: `${environment.name}/pr-${pr}` };
}

function substitute(value: unknown, pr: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{pr}', pr);
  if (Array.isArray(value)) return value.map((item) => substitute(item, pr));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, pr)]));
}
