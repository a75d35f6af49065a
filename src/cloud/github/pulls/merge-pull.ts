import type { Caller } from '../access/caller.ts';
import { causeOf } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError } from '../github-error.ts';
import { mergeCommit, rebaseCommits, squashCommit } from '../git/merge-git.ts';
import type { Signature } from '../git/merge-git.ts';
import { commitOf, readCommits } from '../git/read-git.ts';
import { applyRefs, withRefs } from '../git/ref-changes.ts';
import type { IssueRecord, MergeMethod, PullRecord, RepositoryRecord } from '../records.ts';
import { bypasses } from '../rules/push-policy.ts';
import { rulesOf } from '../rules/rules-of.ts';
import { mergeViolations } from './merge-state.ts';

/** How a pull request is to be merged. */
export interface MergeOrder {
  readonly method: MergeMethod;
  /** What the head must still be; null: whatever it is. */
  readonly sha: string | null;
  readonly title: string | null;
  readonly message: string | null;
}

const ALLOWED = {
  merge: ['allowMergeCommit', 'Merge commits are not allowed on this repository.'],
  squash: ['allowSquashMerge', 'Squash merges are not allowed on this repository.'],
  rebase: ['allowRebaseMerge', 'Rebase merges are not allowed on this repository.'],
} as const;

/** Merges a pull request and returns the new tip of its base. Throws the API's 405 or 409. */
export function mergePull(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  both: { readonly pull: PullRecord; readonly issue: IssueRecord },
  order: MergeOrder,
): Promise<string> {
  return withRefs(context, repository.id, async () => {
    const pull = context.state.find('pulls', both.pull.id) ?? both.pull;
    requireMergeable(context, repository, caller, pull, order);
    const dir = context.git.dirOf(repository.id);
    const base = await commitOf(dir, `refs/heads/${pull.baseRef}`);
    const by = signatureOf(context, caller.account);
    const merged = base === null ? null : await mergedSha(context, { ...both, pull, base, by }, order);
    if (base === null || merged === null) throw new GithubApiError(405, 'Pull Request is not mergeable');
    const pusher = { login: caller.account.login, cause: causeOf(caller) };
    const own = repository.deleteBranchOnMerge && pull.headRepositoryId === repository.id;
    await applyRefs(
      context,
      repository,
      pusher,
      [
        { ref: `refs/heads/${pull.baseRef}`, sha: merged, expected: base },
        ...(own ? [{ ref: `refs/heads/${pull.headRef}`, sha: null }] : []),
      ],
      { number: pull.number, sha: merged },
    );
    return merged;
  });
}

/** The commit that merging makes; null when the two conflict. */
export async function mergedSha(
  context: GithubContext,
  merge: {
    readonly pull: PullRecord;
    readonly issue: IssueRecord;
    readonly base: string;
    readonly by: Signature;
  },
  order: Omit<MergeOrder, 'sha'>,
): Promise<string | null> {
  const { pull, issue, base, by } = merge;
  const dir = context.git.dirOf(pull.repositoryId);
  const ends = { base, head: pull.headSha, by };
  if (order.method === 'rebase') return rebaseCommits(dir, ends);
  if (order.method === 'merge') {
    const title = order.title ?? `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.headRef}`;
    return mergeCommit(dir, { ...ends, message: `${title}\n\n${order.message ?? issue.title}` });
  }
  const author = context.state.account(issue.login);
  const title = order.title ?? `${issue.title} (#${pull.number})`;
  const body = order.message ?? (await messagesOf(dir, base, pull.headSha));
  return squashCommit(dir, {
    ...ends,
    message: `${title}\n\n${body}`.trimEnd(),
    author: {
      name: author?.name ?? issue.login,
      email: author?.email ?? `${issue.login}@users.noreply.localhost`,
      date: new Date(by.at).toISOString(),
    },
  });
}

/** Who signs what is merged. */
export function signatureOf(
  { clock }: GithubContext,
  account: { readonly name: string; readonly email: string },
): Signature {
  return { name: account.name, email: account.email, at: clock.now() };
}

function requireMergeable(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  pull: PullRecord,
  order: MergeOrder,
): void {
  const [setting, refusal] = ALLOWED[order.method];
  if (!repository[setting]) throw new GithubApiError(405, refusal);
  const isOpen = context.state.find('issues', pull.id)?.state === 'open';
  if (!isOpen || pull.isDraft || pull.testMergeSha === null)
    throw new GithubApiError(
      405,
      pull.isDraft && isOpen ? 'Pull Request is still a draft' : 'Pull Request is not mergeable',
    );
  if (order.sha !== null && order.sha !== pull.headSha)
    throw new GithubApiError(409, 'Head branch was modified. Review and try the merge again.');
  const rules = rulesOf(context, repository, `refs/heads/${pull.baseRef}`).filter(
    (rule) => !bypasses(context, repository, caller, rule, 'pull_request'),
  );
  const said = mergeViolations(context, repository, pull, rules);
  if (said.length > 0)
    throw new GithubApiError(405, `Repository rule violations found\n\n${said.join('\n\n')}\n\n`);
}

async function messagesOf(dir: string, base: string, head: string): Promise<string> {
  const commits = await readCommits(dir, ['--reverse', '--no-merges', `${base}..${head}`, '--']);
  return commits.length < 2 ? '' : commits.map(({ message }) => `* ${message}`).join('\n\n');
}
