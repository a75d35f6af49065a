import type { GithubContext } from '../github-context.ts';
import type { CommitFacts } from '../git/read-git.ts';
import type { FileChange } from '../git/diff-files.ts';
import type { AccountRecord } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { accountView } from './account-view.ts';
import { repositoryPage, repositoryUrl } from './repository-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { nodeId } from './view-basics.ts';

type Commit = GithubSchemas['commit'];
type Verification = GithubSchemas['verification'];

const UNSIGNED: Verification = {
  verified: false,
  reason: 'unsigned',
  payload: null,
  signature: null,
  verified_at: null,
};

/** A commit as lists of commits have it. */
export function commitView(
  context: GithubContext,
  repository: RepositoryRecord,
  commit: CommitFacts,
): Commit {
  const url = repositoryUrl(context, repository);
  const page = repositoryPage(context, repository);
  const { sha, tree, parents, author, committer, message } = commit;
  return {
    sha,
    node_id: nodeId('C', sha),
    commit: {
      author: { name: author.name, email: author.email, date: utc(author.date) },
      committer: { name: committer.name, email: committer.email, date: utc(committer.date) },
      message,
      tree: { sha: tree, url: `${url}/git/trees/${tree}` },
      url: `${url}/git/commits/${sha}`,
      comment_count: 0,
      verification: UNSIGNED,
    },
    url: `${url}/commits/${sha}`,
    html_url: `${page}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    author: accountOf(context, author.email),
    committer: accountOf(context, committer.email),
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${url}/commits/${parent}`,
      html_url: `${page}/commit/${parent}`,
    })),
  };
}

/** A commit as git has it, below `/git`. */
export function gitCommitView(
  context: GithubContext,
  repository: RepositoryRecord,
  commit: CommitFacts,
): GithubSchemas['git-commit'] {
  const { html_url: page, parents, commit: facts } = commitView(context, repository, commit);
  const { author, committer, message, tree, verification } = facts;
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: facts.url,
    html_url: page,
    author: { name: author?.name ?? '', email: author?.email ?? '', date: author?.date ?? '' },
    committer: { name: committer?.name ?? '', email: committer?.email ?? '', date: committer?.date ?? '' },
    message,
    tree,
    parents: parents.map(({ sha, url, html_url: html }) => ({
      sha,
      url: url.replace('/commits/', '/git/commits/'),
      html_url: html ?? '',
    })),
    verification: verification ?? UNSIGNED,
  };
}

/** A commit as a push tells of it. */
export function pushedCommitView(
  context: GithubContext,
  repository: RepositoryRecord,
  commit: CommitFacts,
  files: readonly Pick<FileChange, 'path' | 'status'>[],
): object {
  const named = (person: CommitFacts['author']): object => {
    const account = byEmail(context, person.email);
    const { name, email, date } = person;
    return { name, email, date, ...(account === null ? {} : { username: account.login }) };
  };
  const of = (...statuses: readonly FileChange['status'][]): string[] =>
    files.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryPage(context, repository)}/commit/${commit.sha}`,
    author: named(commit.author),
    committer: named(commit.committer),
    added: of('added', 'copied'),
    removed: of('removed'),
    modified: of('modified', 'renamed', 'changed'),
  };
}

/** One changed file of a commit, a comparison or a pull request. */
export function fileView(
  context: GithubContext,
  repository: RepositoryRecord,
  file: FileChange,
  sha: string,
): GithubSchemas['diff-entry'] {
  const page = repositoryPage(context, repository);
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(context, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

function accountOf(context: GithubContext, email: string): GithubSchemas['simple-user'] | null {
  const account = byEmail(context, email);
  return account === null ? null : accountView(context.baseUrl, account);
}

/** GitHub knows authors by their address. */
function byEmail({ state }: GithubContext, email: string): AccountRecord | null {
  const wanted = email.toLowerCase();
  return state.all('accounts').find((one) => one.email.toLowerCase() === wanted) ?? null;
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
