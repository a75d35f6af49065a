import type { FileChange, ScratchRepository } from '../../providers/git/scratch-repository.ts';

/** What a rehearsal begins with: a commit of the project's repository. */
export interface RehearsedSource {
  readonly commit: string;
  /** The project's folder in its repository, with a slash at the end; empty where it is the whole. */
  readonly folder: string;
}

/** What is to be in the commit that is pushed. */
export interface WantedCommit {
  readonly source: RehearsedSource;
  /** The newest commit of the branch on the local GitHub; null for a new one. */
  readonly tip: string | null;
  readonly changes: readonly FileChange[];
  readonly message: string;
  readonly at: number;
}

/**
 * The commit to push: the very one of the repository where nothing is changed and it is new there, else one on top of
 * what is there. A project in a folder is rehearsed as a repository of its own, for GitHub reads its GitHub workflows at
 * the root alone.
 */
export async function rehearsalCommit(scratch: ScratchRepository, wanted: WantedCommit): Promise<string> {
  const { source, tip, changes, message, at } = wanted;
  const { commit, folder } = source;
  if (folder !== '') {
    const tree = `${commit}:${folder.replace(/\/$/, '')}`;
    return scratch.commit({ tree, changes, parents: tip === null ? [] : [tip], message, at });
  }
  const isOnTop = tip === null || (tip !== commit && (await scratch.isAncestor(tip, commit)));
  if (isOnTop && changes.length === 0) return commit;
  return scratch.commit({
    tree: commit,
    changes,
    parents: await parentsOf(scratch, commit, tip),
    message,
    at,
  });
}

/** Of two histories that went apart both are parents: what is there stays, and the tree is what is rehearsed. */
async function parentsOf(scratch: ScratchRepository, commit: string, tip: string | null): Promise<string[]> {
  if (tip === null || (await scratch.isAncestor(tip, commit))) return [commit];
  if (await scratch.isAncestor(commit, tip)) return [tip];
  return [tip, commit];
}
