import type { GithubContext } from './github-context.ts';
import { readRefs } from './git/read-git.ts';
import type { RepositoryRecord } from './records.ts';

/** What a repository is made from. */
export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly description?: string | null;
  readonly defaultBranch?: string;
}

/** The labels that every repository on GitHub begins with. */
const FIRST_LABELS = [
  ['bug', 'd73a4a', "Something isn't working"],
  ['documentation', '0075ca', 'Improvements or additions to documentation'],
  ['duplicate', 'cfd3d7', 'This issue or pull request already exists'],
  ['enhancement', 'a2eeef', 'New feature or request'],
  ['good first issue', '7057ff', 'Good for newcomers'],
  ['help wanted', '008672', 'Extra attention is needed'],
  ['invalid', 'e4e669', "This doesn't seem right"],
  ['question', 'd876e3', 'Further information is requested'],
  ['wontfix', 'ffffff', 'This will not be worked on'],
] as const;

/** Makes an empty repository: first what git needs, then the record, without which the rest is nothing. */
export async function createRepository(
  context: GithubContext,
  order: NewRepository,
): Promise<RepositoryRecord> {
  const { state, git } = context;
  const record = newRecord(context, order);
  await git.create(record.id, record.defaultBranch);
  return state.together(() => {
    for (const [name, color, description] of FIRST_LABELS)
      state.save('labels', {
        id: state.nextId(),
        repositoryId: record.id,
        name,
        color,
        description,
        isDefault: true,
      });
    state.save('refs', { id: record.id, refs: {} });
    return state.save('repositories', record);
  });
}

/** A fork: another repository with the same commits, from which pull requests can come. */
export async function forkRepository(
  context: GithubContext,
  source: RepositoryRecord,
  order: { readonly owner: string; readonly name?: string },
): Promise<RepositoryRecord> {
  const { state, git } = context;
  const record: RepositoryRecord = {
    ...newRecord(context, {
      owner: order.owner,
      name: order.name ?? source.name,
      isPrivate: source.isPrivate,
      description: source.description,
      defaultBranch: source.defaultBranch,
    }),
    forkOf: source.id,
    pushedAt: source.pushedAt,
    // Until its owner allows it, a fork runs no GitHub workflow.
    isActionsEnabled: false,
  };
  await git.fork(record.id, source.id, record.defaultBranch);
  const refs = await readRefs(git.dirOf(record.id), 'refs/heads/', 'refs/tags/');
  return state.together(() => {
    state.save('refs', { id: record.id, refs: Object.fromEntries(refs.map(({ ref, sha }) => [ref, sha])) });
    return state.save('repositories', record);
  });
}

/** Removes a repository with everything in it. Pull requests from it lose their head, as on GitHub. */
export function deleteRepository(context: GithubContext, repository: RepositoryRecord): void {
  const { state, git } = context;
  state.together(() => {
    for (const pull of state.all('pulls'))
      if (pull.headRepositoryId === repository.id && pull.repositoryId !== repository.id)
        state.change('pulls', pull.id, { headRepositoryId: null });
    const environments = state.of('environments', repository.id).map(({ id }) => `env:${id}`);
    const scopes = new Set([`repo:${repository.id}`, ...environments]);
    for (const table of ['secrets', 'variables'] as const)
      for (const one of state.all(table)) if (scopes.has(one.scope)) state.remove(table, one.id);
    for (const table of OF_REPOSITORY)
      for (const one of state.of(table, repository.id)) state.remove(table, one.id);
    state.remove('refs', repository.id);
    state.remove('repositories', repository.id);
  });
  git.remove(repository.id);
}

const OF_REPOSITORY = [
  'pushes',
  'labels',
  'issues',
  'pulls',
  'comments',
  'reactions',
  'deployments',
  'deployment_statuses',
  'commit_statuses',
  'check_suites',
  'check_runs',
  'environments',
  'rulesets',
  'protections',
  'hooks',
  'deliveries',
  'queue',
  'events',
] as const;

function newRecord({ state, clock }: GithubContext, order: NewRepository): RepositoryRecord {
  const now = clock.now();
  return {
    id: state.nextId(),
    owner: state.account(order.owner)?.login ?? order.owner,
    name: order.name,
    description: order.description ?? null,
    isPrivate: order.isPrivate ?? false,
    defaultBranch: order.defaultBranch ?? 'main',
    forkOf: null,
    collaborators: {},
    createdAt: now,
    updatedAt: now,
    pushedAt: null,
    nextNumber: 1,
    allowMergeCommit: true,
    allowSquashMerge: true,
    allowRebaseMerge: true,
    allowAutoMerge: false,
    deleteBranchOnMerge: false,
    workflowPermissions: 'read',
    workflowsMayApprove: false,
    isActionsEnabled: true,
  };
}
