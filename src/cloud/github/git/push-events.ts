import type { GithubContext } from '../github-context.ts';
import type { PushRecord } from '../event-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { pushedCommitView } from '../views/commit-view.ts';
import { repositoryPage } from '../views/repository-view.ts';
import { diffFiles } from './diff-files.ts';
import type { FileChange } from './diff-files.ts';
import { isAncestor, readCommit, readCommits } from './read-git.ts';
import type { CommitFacts } from './read-git.ts';

/** A push tells of so many commits at most (GitHub's docs: "webhook events and payloads", push). */
const COMMITS_TOLD_MAX = 20;

const NONE = '0'.repeat(40);

type TouchedFile = Pick<FileChange, 'path' | 'status'>;

/** A ref that changed, with what is told of it. */
export interface RefChange {
  readonly ref: string;
  /** Null: it was made. */
  readonly before: string | null;
  /** Null: it was deleted. */
  readonly after: string | null;
  readonly isForced: boolean;
  /** Those that came with it, oldest first. */
  readonly commits: readonly { readonly commit: CommitFacts; readonly files: readonly TouchedFile[] }[];
  readonly head: { readonly commit: CommitFacts; readonly files: readonly TouchedFile[] } | null;
}

/** Reads what a change of a ref brought. `known`: what all refs were before. */
export async function readChange(
  dir: string,
  change: Pick<RefChange, 'ref' | 'before' | 'after'>,
  known: ReadonlyMap<string, string>,
): Promise<RefChange> {
  const { before, after } = change;
  if (after === null) return { ...change, isForced: false, commits: [], head: null };
  const isForced = before !== null && !(await isAncestor(dir, before, after));
  const head = await readCommit(dir, after);
  const isBranch = change.ref.startsWith('refs/heads/');
  const range = before === null ? [after, '--not', ...new Set(known.values())] : [`${before}..${after}`];
  const commits = isBranch
    ? (await readCommits(dir, [`--max-count=${COMMITS_TOLD_MAX}`, ...range, '--'])).toReversed()
    : [];
  const told = [];
  for (const commit of commits) told.push({ commit, files: await filesOf(dir, commit) });
  const headEntry =
    head === null
      ? null
      : (told.find(({ commit }) => commit.sha === head.sha) ?? {
          commit: head,
          files: await filesOf(dir, head),
        });
  return { ...change, isForced, commits: told, head: headEntry };
}

function filesOf(dir: string, { sha, parents }: CommitFacts): Promise<readonly TouchedFile[]> {
  return diffFiles(dir, { from: parents[0] ?? null, to: sha }, { patches: false });
}

/** Tells of a changed branch or tag: `push`, and `create` or `delete` where it came or went. */
export function emitPush(
  context: GithubContext,
  repository: RepositoryRecord,
  { login: sender, cause }: PushRecord,
  change: RefChange,
): void {
  const { ref, before, after } = change;
  const common = { repository, sender, cause };
  const account = context.state.account(sender);
  const view = ({ commit, files }: NonNullable<RefChange['head']>): object =>
    pushedCommitView(context, repository, commit, files);
  const page = repositoryPage(context, repository);
  context.events.emit({
    ...common,
    name: 'push',
    payload: {
      ref,
      before: before ?? NONE,
      after: after ?? NONE,
      base_ref: null,
      created: before === null,
      deleted: after === null,
      forced: change.isForced,
      compare:
        before === null || after === null
          ? `${page}/compare/${(after ?? before ?? '').slice(0, 12)}`
          : `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
      commits: change.commits.map(view),
      head_commit: change.head === null ? null : view(change.head),
      pusher: { name: sender, email: account?.email ?? null },
    },
  });
  if (before !== null && after !== null) return;
  const [kind, name] = ref.startsWith('refs/tags/')
    ? ['tag', ref.slice('refs/tags/'.length)]
    : ['branch', ref.slice('refs/heads/'.length)];
  context.events.emit({
    ...common,
    name: before === null ? 'create' : 'delete',
    payload: {
      ref: name,
      ref_type: kind,
      pusher_type: 'user',
      ...(before === null
        ? { master_branch: repository.defaultBranch, description: repository.description }
        : {}),
    },
  });
}
