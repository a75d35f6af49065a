import type { CommitFacts, CommitPerson } from './read-git.ts';
import { readCommit, readCommits } from './read-git.ts';
import { runGit, tryGit } from './run-git.ts';

/** Who signs what the server itself commits, and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The tree that two commits merge to; null when they conflict, or have nothing in common. */
export async function mergeTrees(dir: string, ours: string, theirs: string): Promise<string | null> {
  const { code, stdout, stderr } = await tryGit({
    dir,
    args: ['merge-tree', '--write-tree', '--no-messages', ours, theirs],
  });
  if (code === 0) return stdout.split('\n')[0] ?? null;
  if (code === 1 || stderr.includes('unrelated histories')) return null;
  throw new Error(`git merge-tree ended with ${code}: ${stderr.trim()}`);
}

/** Writes a commit and returns its hash: the same for the same contents, whenever it is asked for. */
export async function writeCommit(
  dir: string,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: CommitPerson;
    readonly committer: CommitPerson;
  },
): Promise<string> {
  const { tree, parents, message, author, committer } = commit;
  const stdout = await runGit({
    dir,
    args: ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])],
    input: `${message}\n`,
    env: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date,
    },
  });
  return stdout.trim();
}

export function personOf({ name, email, at }: Signature): CommitPerson {
  return { name, email, date: new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z') };
}

/** A merge commit of two; null when they conflict. */
export async function mergeCommit(
  dir: string,
  merge: {
    readonly base: string;
    readonly head: string;
    readonly message: string;
    readonly by: Signature;
  },
): Promise<string | null> {
  const tree = await mergeTrees(dir, merge.base, merge.head);
  if (tree === null) return null;
  const person = personOf(merge.by);
  const parents = [merge.base, merge.head];
  return writeCommit(dir, { tree, parents, message: merge.message, author: person, committer: person });
}

/** All of a head as one commit on its base; null when they conflict. */
export async function squashCommit(
  dir: string,
  squash: {
    readonly base: string;
    readonly head: string;
    readonly message: string;
    readonly author: CommitPerson;
    readonly by: Signature;
  },
): Promise<string | null> {
  const tree = await mergeTrees(dir, squash.base, squash.head);
  if (tree === null) return null;
  const { author, by, message } = squash;
  return writeCommit(dir, { tree, parents: [squash.base], message, author, committer: personOf(by) });
}

/** The commits of a head, one by one, on its base; null when one of them conflicts. */
export async function rebaseCommits(
  dir: string,
  rebase: { readonly base: string; readonly head: string; readonly by: Signature },
): Promise<string | null> {
  const range = ['--reverse', '--topo-order', '--no-merges', `${rebase.base}..${rebase.head}`, '--'];
  let tip = rebase.base;
  for (const commit of await readCommits(dir, range)) {
    const next = await pick(dir, { commit, onto: tip, by: rebase.by });
    if (next === null) return null;
    tip = next;
  }
  return tip;
}

/**
 * One commit on another. What is picked onto is written down as a child of the picked commit's parent first, so that
 * these two have that parent as their merge base.
 */
async function pick(
  dir: string,
  { commit, onto, by }: { readonly commit: CommitFacts; readonly onto: string; readonly by: Signature },
): Promise<string | null> {
  const [parent] = commit.parents;
  const there = await readCommit(dir, onto);
  if (parent === undefined || there === null) return null;
  const { tree, message, author } = there;
  const ours = await writeCommit(dir, { tree, parents: [parent], message, author, committer: author });
  const merged = await mergeTrees(dir, ours, commit.sha);
  if (merged === null) return null;
  return writeCommit(dir, {
    tree: merged,
    parents: [onto],
    message: commit.message,
    author: commit.author,
    committer: personOf(by),
  });
}
