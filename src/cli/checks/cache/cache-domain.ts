import { createHash } from 'node:crypto';
import { LOCAL, MAIN } from '../../../checks/cache/cache-trust.ts';
import type { GithubContext } from '../../github/github-context.ts';

/** Events whose code is that of the ref they name; others (`workflow_run`, `issue_comment`) often check out something else. */
const OF_THEIR_REF = ['push', 'schedule', 'workflow_dispatch', 'release'];

/** What decides the domain of a run. */
export interface DomainFacts {
  readonly github: Pick<GithubContext, 'name' | 'ref' | 'refType' | 'refName' | 'pullRequest'> | null;
  readonly mainBranch: string;
  /** Whether this run holds a private key of the shared cache. */
  readonly hasKey: boolean;
}

/**
 * In which domain a run writes what it keeps ([decision 24](../../../docs/decisions/0024-check-cache.md)): `main` for the
 * main branch and for tags, `pr-42` for a pull request, one of its own for a merge queue and for every other branch or
 * event, and `local` outside of a CI.
 */
export function cacheDomain({ github, mainBranch, hasKey }: DomainFacts): string {
  // Another CI says by giving the key that a run is of the main branch.
  if (github === null) return hasKey ? MAIN : LOCAL;
  const { name, pullRequest, refType, refName, ref } = github;
  if (pullRequest !== null) return `pr-${pullRequest.number}`;
  // What a queue tries has the code of pull requests in it, and must not believe what those wrote about themselves.
  if (name === 'merge_group') return `queue-${shortHash(ref)}`;
  const isMain = refType === 'tag' || (refType === 'branch' && refName === mainBranch);
  if (OF_THEIR_REF.includes(name) && isMain) return MAIN;
  return OF_THEIR_REF.includes(name) ? `branch-${shortHash(ref)}` : `event-${shortHash(`${name} ${ref}`)}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
