import type { GithubContext } from '../github-context.ts';
import { diffFiles } from '../git/diff-files.ts';
import { mergeCommit } from '../git/merge-git.ts';
import type { RefChange } from '../git/push-events.ts';
import { commitOf, countCommits, isAncestor, mergeBase, readCommit } from '../git/read-git.ts';
import { runGit } from '../git/run-git.ts';
import type { PushRecord } from '../event-records.ts';
import type { PullRecord, RepositoryRecord } from '../records.ts';

/** What became of a pull request because refs changed. */
export interface PullOutcome {
  readonly pull: PullRecord;
  /** `closed`: its head or its base is gone. `merged`: its base has all of it now. */
  readonly became: 'synchronized' | 'refreshed' | 'closed' | 'merged';
  /** Of the head, before. */
  readonly before: string;
}

/** Looks at every open pull request that changed refs of a repository matter to. */
export async function refreshPulls(
  context: GithubContext,
  repository: RepositoryRecord,
  changes: readonly RefChange[],
  push: PushRecord,
): Promise<readonly PullOutcome[]> {
  const changed = new Set(changes.map(({ ref }) => ref));
  const open = context.state
    .all('pulls')
    .filter(({ id }) => context.state.find('issues', id)?.state === 'open');
  const outcomes: PullOutcome[] = [];
  for (const pull of open) {
    const isHead = pull.headRepositoryId === repository.id && changed.has(`refs/heads/${pull.headRef}`);
    const isBase = pull.repositoryId === repository.id && changed.has(`refs/heads/${pull.baseRef}`);
    if (isHead || isBase) outcomes.push(await outcomeOf(context, pull, push));
  }
  return outcomes;
}

async function outcomeOf(context: GithubContext, pull: PullRecord, push: PushRecord): Promise<PullOutcome> {
  const before = pull.headSha;
  const head = await headOf(context, pull);
  const base = await commitOf(context.git.dirOf(pull.repositoryId), `refs/heads/${pull.baseRef}`);
  const { merge } = push;
  // The branch of the head may go with the merge.
  if (
    merge !== null &&
    merge.number === pull.number &&
    push.repositoryId === pull.repositoryId &&
    base !== null
  )
    if (await isAncestor(context.git.dirOf(pull.repositoryId), merge.sha, base))
      return { pull: { ...pull, mergeCommitSha: merge.sha }, became: 'merged', before };
  if (head === null || base === null) {
    const wasMerged = base !== null && (await isAncestor(context.git.dirOf(pull.repositoryId), before, base));
    return wasMerged
      ? { pull: { ...pull, mergeCommitSha: base }, became: 'merged', before }
      : { pull, became: 'closed', before };
  }
  const fresh = await refreshedPull(context, { ...pull, headSha: head, baseSha: base });
  if (await isAncestor(context.git.dirOf(pull.repositoryId), head, base))
    return { pull: { ...fresh, mergeCommitSha: base }, became: 'merged', before };
  return { pull: fresh, became: head === before ? 'refreshed' : 'synchronized', before };
}

/** Where the head of a pull request is now; null when its branch or its repository is gone. */
export async function headOf({ state, git }: GithubContext, pull: PullRecord): Promise<string | null> {
  const { headRepositoryId } = pull;
  if (headRepositoryId === null || state.find('repositories', headRepositoryId) === null) return null;
  return commitOf(git.dirOf(headRepositoryId), `refs/heads/${pull.headRef}`);
}

/** Brings the head's commits into the base's repository, keeps `refs/pull/N`, and merges the two for a try. */
export async function refreshedPull(context: GithubContext, pull: PullRecord): Promise<PullRecord> {
  const { git } = context;
  const dir = git.dirOf(pull.repositoryId);
  const ref = `refs/pull/${pull.number}`;
  if (pull.headRepositoryId !== null && pull.headRepositoryId !== pull.repositoryId)
    await runGit({
      dir,
      args: [
        'fetch',
        '--quiet',
        '--no-tags',
        git.dirOf(pull.headRepositoryId),
        `+refs/heads/${pull.headRef}:${ref}/head`,
      ],
    });
  await runGit({ dir, args: ['update-ref', `${ref}/head`, pull.headSha] });
  const testMergeSha = await tryMerge(context, pull);
  await runGit({
    dir,
    args:
      testMergeSha === null
        ? ['update-ref', '-d', `${ref}/merge`]
        : ['update-ref', `${ref}/merge`, testMergeSha],
  });
  return { ...pull, testMergeSha, size: await sizeOf(dir, pull) };
}

/** The commit that it would be merged as; the same for the same two, so that looking twice changes nothing. */
async function tryMerge({ state, git }: GithubContext, pull: PullRecord): Promise<string | null> {
  const dir = git.dirOf(pull.repositoryId);
  const head = await readCommit(dir, pull.headSha);
  const account = state.account(state.find('issues', pull.id)?.login ?? 'ghost');
  const at = Date.parse(head?.committer.date ?? '1970-01-01T00:00:00Z');
  return mergeCommit(dir, {
    base: pull.baseSha,
    head: pull.headSha,
    message: `Merge ${pull.headSha} into ${pull.baseSha}`,
    by: { name: account?.name ?? 'ghost', email: account?.email ?? 'ghost@localhost', at },
  });
}

async function sizeOf(dir: string, pull: PullRecord): Promise<PullRecord['size']> {
  const from = (await mergeBase(dir, pull.baseSha, pull.headSha)) ?? null;
  const files = await diffFiles(dir, { from, to: pull.headSha }, { patches: false });
  return {
    commits: await countCommits(dir, `${pull.baseSha}..${pull.headSha}`),
    behind: await countCommits(dir, `${pull.headSha}..${pull.baseSha}`),
    additions: files.reduce((sum, { additions }) => sum + additions, 0),
    deletions: files.reduce((sum, { deletions }) => sum + deletions, 0),
    files: files.length,
  };
}
