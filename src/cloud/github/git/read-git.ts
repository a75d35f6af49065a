import { runGit, tryGit } from './run-git.ts';

/** A hash of the format that GitHub uses. */
const SHA = /^[0-9a-f]{40}$/;
const FIELD = '\u0000';
const RECORD = '\u0001';

/** A person in a commit. */
export interface CommitPerson {
  readonly name: string;
  readonly email: string;
  /** With the offset that it was written with. */
  readonly date: string;
}

/** A commit, read from git. */
export interface CommitFacts {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: CommitPerson;
  readonly committer: CommitPerson;
  readonly message: string;
}

/** Something that a ref points to. */
export interface RefFacts {
  readonly ref: string;
  readonly sha: string;
  readonly type: string;
}

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/** All refs, by name; null for those that are not asked for by `prefix`. */
export async function readRefs(dir: string, ...prefixes: readonly string[]): Promise<readonly RefFacts[]> {
  const text = await runGit({
    dir,
    args: ['for-each-ref', '--format=%(refname) %(objectname) %(objecttype)', ...prefixes],
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [ref = '', sha = '', type = ''] = line.split(' ');
      return { ref, sha, type };
    });
}

/**
 * The commit of a branch, a tag or a hash, looked for in this order as GitHub does; null when there is none. Names that
 * git would take for something else, such as `HEAD~1`, are none.
 */
export async function commitOf(dir: string, name: string): Promise<string | null> {
  if (name === '' || name.startsWith('-') || /[~^:?*[\\\s]|\.\.|@\{/.test(name)) return null;
  const candidates = name.startsWith('refs/')
    ? [name]
    : [
        `refs/heads/${name}`,
        `refs/tags/${name}`,
        ...(/^(?:heads|tags|pull)\//.test(name) ? [`refs/${name}`] : []),
        ...(/^[0-9a-f]{7,40}$/.test(name) ? [name] : []),
        ...(name === 'HEAD' ? ['HEAD'] : []),
      ];
  for (const candidate of candidates) {
    const { code, stdout } = await tryGit({
      dir,
      args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`],
    });
    if (code === 0) return stdout.trim();
  }
  return null;
}

/** Commits by git's own words for which: `A..B`, `--no-walk X`. Newest first. */
export async function readCommits(dir: string, args: readonly string[]): Promise<readonly CommitFacts[]> {
  const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');
  const text = await runGit({ dir, args: ['log', `--format=${format}%x01`, ...args] });
  return text
    .split(RECORD)
    .map((record) => record.replace(/^\n/, ''))
    .filter((record) => record !== '')
    .map((record) => {
      const [
        sha = '',
        tree = '',
        parents = '',
        an = '',
        ae = '',
        at = '',
        cn = '',
        ce = '',
        ct = '',
        message = '',
      ] = record.split(FIELD);
      return {
        sha,
        tree,
        parents: parents.split(' ').filter((one) => one !== ''),
        author: { name: an, email: ae, date: at },
        committer: { name: cn, email: ce, date: ct },
        message: message.trimEnd(),
      };
    });
}

/** One commit; null when there is no such object here. */
export async function readCommit(dir: string, sha: string): Promise<CommitFacts | null> {
  const { code } = await tryGit({ dir, args: ['cat-file', '-e', `${sha}^{commit}`] });
  if (code !== 0) return null;
  return (await readCommits(dir, ['--no-walk', sha, '--']))[0] ?? null;
}

/** Whether one commit is reachable from another; false when one of them is not here. */
export async function isAncestor(dir: string, ancestor: string, descendant: string): Promise<boolean> {
  const { code } = await tryGit({ dir, args: ['merge-base', '--is-ancestor', ancestor, descendant] });
  return code === 0;
}

/** Where two histories part; null when they have nothing in common. */
export async function mergeBase(dir: string, a: string, b: string): Promise<string | null> {
  const { code, stdout } = await tryGit({ dir, args: ['merge-base', a, b] });
  return code === 0 ? stdout.trim() : null;
}

/** How many commits are in a range such as `A..B`. */
export async function countCommits(dir: string, range: string): Promise<number> {
  return Number(await runGit({ dir, args: ['rev-list', '--count', range, '--'] }));
}

/** A file of a commit; null when there is none of that path. */
export async function readBlob(
  dir: string,
  commit: string,
  path: string,
): Promise<{ readonly sha: string; readonly text: string } | null> {
  const line = await runGit({ dir, args: ['ls-tree', '-z', commit, '--', path] });
  const [, sha = ''] = /^\d+ blob ([0-9a-f]{40})\t/.exec(line) ?? [];
  return sha === '' ? null : { sha, text: await runGit({ dir, args: ['cat-file', 'blob', sha] }) };
}
