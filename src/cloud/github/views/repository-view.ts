import { atLeast } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { fullNameOf } from '../github-state.ts';
import type { GithubRole } from '../account-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { userView } from './account-view.ts';
import type { GithubSchemas } from './schemas.ts';
import { apiOf, nodeId, timeOrNull, timestamp } from './view-basics.ts';

/** The address of a repository in the API. */
export function repositoryUrl(context: Pick<GithubContext, 'baseUrl'>, repository: RepositoryRecord): string {
  return `${apiOf(context.baseUrl)}/repos/${fullNameOf(repository)}`;
}

/** Where people see it. */
export function repositoryPage(
  context: Pick<GithubContext, 'baseUrl'>,
  repository: RepositoryRecord,
): string {
  return `${context.baseUrl}/${fullNameOf(repository)}`;
}

/** A repository with what a list shows of it. */
export function minimalRepositoryView(
  context: GithubContext,
  repository: RepositoryRecord,
): GithubSchemas['repository'] {
  return {
    ...linksOf(context, repository),
    ...countsOf(context, repository),
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: fullNameOf(repository),
    owner: userView(context, repository.owner),
    private: repository.isPrivate,
    visibility: repository.isPrivate ? 'private' : 'public',
    description: repository.description,
    fork: repository.forkOf !== null,
    default_branch: repository.defaultBranch,
    homepage: null,
    language: null,
    license: null,
    mirror_url: null,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    pushed_at: timeOrNull(repository.pushedAt),
    created_at: timestamp(repository.createdAt),
    updated_at: timestamp(repository.updatedAt),
  };
}

/** All of a repository, with what whoever asks may do in it. */
export function repositoryView(
  context: GithubContext,
  repository: RepositoryRecord,
  role: GithubRole,
): GithubSchemas['full-repository'] {
  const { state } = context;
  const owner = state.account(repository.owner);
  const parent = repository.forkOf === null ? null : state.find('repositories', repository.forkOf);
  const {
    pushed_at: pushedAt,
    created_at: createdAt,
    updated_at: updatedAt,
    ...minimal
  } = minimalRepositoryView(context, repository);
  return {
    ...minimal,
    pushed_at: pushedAt ?? timestamp(repository.createdAt),
    created_at: createdAt ?? '',
    updated_at: updatedAt ?? '',
    license: null,
    has_discussions: false,
    network_count: 0,
    subscribers_count: 0,
    ...(owner?.kind === 'organization' ? { organization: userView(context, owner.login) } : {}),
    ...(parent === null
      ? {}
      : { parent: minimalRepositoryView(context, parent), source: minimalRepositoryView(context, parent) }),
    permissions: permissionsOf(role),
    allow_merge_commit: repository.allowMergeCommit,
    allow_squash_merge: repository.allowSquashMerge,
    allow_rebase_merge: repository.allowRebaseMerge,
    allow_auto_merge: repository.allowAutoMerge,
    allow_update_branch: false,
    delete_branch_on_merge: repository.deleteBranchOnMerge,
    use_squash_pr_title_as_default: false,
    merge_commit_title: 'MERGE_MESSAGE',
    merge_commit_message: 'PR_TITLE',
    squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
    squash_merge_commit_message: 'COMMIT_MESSAGES',
  };
}

/** As webhooks have it: without what depends on whoever asks. */
export function repositoryPayload(context: GithubContext, repository: RepositoryRecord): object {
  return { ...minimalRepositoryView(context, repository), custom_properties: {} };
}

/** As a push has it, which is older than the rest: times in seconds since the Unix epoch, and a name of its own. */
export function pushedRepository(context: GithubContext, repository: RepositoryRecord): object {
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return {
    ...repositoryPayload(context, repository),
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt ?? repository.createdAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}

/** What a role includes, as the API says it. */
export function permissionsOf(
  role: GithubRole,
): Record<'admin' | 'maintain' | 'push' | 'triage' | 'pull', boolean> {
  return {
    admin: atLeast(role, 'admin'),
    maintain: atLeast(role, 'maintain'),
    push: atLeast(role, 'write'),
    triage: atLeast(role, 'triage'),
    pull: atLeast(role, 'read'),
  };
}

function countsOf({ state }: GithubContext, { id }: RepositoryRecord) {
  const open = state.of('issues', id).filter((issue) => issue.state === 'open').length;
  const forks = state.all('repositories').filter(({ forkOf }) => forkOf === id).length;
  return {
    open_issues: open,
    open_issues_count: open,
    forks,
    forks_count: forks,
    watchers: 0,
    watchers_count: 0,
    stargazers_count: 0,
    size: 0,
  };
}

function linksOf(context: GithubContext, repository: RepositoryRecord) {
  const url = repositoryUrl(context, repository);
  const page = repositoryPage(context, repository);
  return {
    url,
    html_url: page,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
  };
}
