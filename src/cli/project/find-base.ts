import type { Base } from '../../checks/affected.ts';
import type { GitSource } from '../../providers/git/git-source.ts';
import type { Json } from '../../util/json.ts';
import type { GithubContext } from '../github/github-context.ts';

/** What git is asked. */
export type BaseSource = Pick<GitSource, 'hasCommit' | 'mergeBase' | 'hasRef' | 'resolveRef'>;

/**
 * With what HEAD is compared: by the event inside GitHub Actions, else with where it left the main branch. What the
 * event names may be missing: a new branch has no commit before (all zeros), a clone may be shallow, and what a forced
 * push threw away cannot be had.
 */
export async function findBase(
  source: BaseSource,
  event: Pick<GithubContext, 'name' | 'payload'> | null,
  mainBranch: string,
): Promise<Base> {
  if (event === null) return baseOnMain(source, mainBranch);
  switch (event.name) {
    case 'pull_request': {
      const base = shaAt(event.payload, 'pull_request', 'base', 'sha');
      return sinceFork(source, base, 'the base of the pull request');
    }
    case 'merge_group':
      return since(source, shaAt(event.payload, 'merge_group', 'base_sha'), 'what the queue merges into');
    case 'push':
      return since(source, shaAt(event.payload, 'before'), 'what was there before the push');
    default:
      return {
        kind: 'none',
        reason: `The event ${event.name || 'of this run'} names nothing to compare with`,
      };
  }
}

const ZEROS = /^0+$/;

async function since(source: BaseSource, sha: string, what: string): Promise<Base> {
  if (sha === '') return { kind: 'none', reason: `The event does not say ${what}` };
  if (ZEROS.test(sha)) return { kind: 'none', reason: 'The branch or tag is new' };
  if (await source.hasCommit(sha)) return { kind: 'commit', sha, words: `${what} (${sha.slice(0, 7)})` };
  return { kind: 'none', reason: `This clone does not have ${what} (${sha.slice(0, 7)})` };
}

async function sinceFork(source: BaseSource, sha: string, what: string): Promise<Base> {
  const base = await since(source, sha, what);
  if (base.kind === 'none') return base;
  const fork = await source.mergeBase(base.sha, 'HEAD');
  if (fork === null)
    return { kind: 'none', reason: `This clone does not go back to where the branch left ${what}` };
  return { kind: 'commit', sha: fork, words: `${what} (${fork.slice(0, 7)})` };
}

async function baseOnMain(source: BaseSource, mainBranch: string): Promise<Base> {
  for (const ref of [`origin/${mainBranch}`, mainBranch]) {
    if (!(await source.hasRef(ref))) continue;
    const fork = await source.mergeBase(await source.resolveRef(ref), 'HEAD');
    if (fork !== null) return { kind: 'commit', sha: fork, words: `${ref} (${fork.slice(0, 7)})` };
  }
  return { kind: 'none', reason: `This clone does not go back to where HEAD left ${mainBranch}` };
}

function shaAt(payload: Json, ...path: readonly string[]): string {
  let value: Json | undefined = payload;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    value = (value as { readonly [key: string]: Json })[key];
  }
  return typeof value === 'string' ? value : '';
}
