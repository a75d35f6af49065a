import type { GithubContext } from './github-context.ts';
import { fullNameOf } from './github-state.ts';
import { repositoryPage } from './views/repository-view.ts';

/** A repository, for people. */
export interface GithubInventoryItem {
  readonly id: number;
  readonly repository: string;
  readonly url: string;
  readonly isPrivate: boolean;
  readonly defaultBranch: string;
  readonly branches: number;
  readonly openPulls: number;
  readonly hooks: number;
  /** `owner/name` of what it is a fork of. */
  readonly forkOf: string | null;
}

/** Every repository, the oldest first. */
export function inventoryOf(context: GithubContext): readonly GithubInventoryItem[] {
  const { state } = context;
  return state.all('repositories').map((repository) => {
    const source = repository.forkOf === null ? null : state.find('repositories', repository.forkOf);
    const refs = Object.keys(state.find('refs', repository.id)?.refs ?? {});
    return {
      id: repository.id,
      repository: fullNameOf(repository),
      url: repositoryPage(context, repository),
      isPrivate: repository.isPrivate,
      defaultBranch: repository.defaultBranch,
      branches: refs.filter((ref) => ref.startsWith('refs/heads/')).length,
      openPulls: state.of('issues', repository.id).filter((issue) => issue.isPull && issue.state === 'open')
        .length,
      hooks: state.of('hooks', repository.id).length,
      forkOf: source === null ? null : fullNameOf(source),
    };
  });
}
